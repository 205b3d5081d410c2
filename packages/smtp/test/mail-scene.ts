import { latin1 } from '@postern/wire';
import type { Network, Observer } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { Path } from '@postern/wire/testing';
import { expect } from 'vitest';
import { openSmtp } from '../src/client.ts';
import type { OpenSmtpOptions, Smtp } from '../src/smtp.ts';
import { MailServer } from './mail-server.ts';
import type { MailServerOptions } from './mail-server.ts';

export const endpoint = { address: '192.0.2.25', port: 25 };

/** A server, a line and a client in virtual time. */
export interface MailScene {
  readonly server: MailServer;
  readonly network: Network;
  /** An open dialogue after EHLO (or LHLO). */
  readonly open: (options?: Partial<OpenSmtpOptions>) => Promise<Smtp>;
  readonly advance: (milliseconds: number) => Promise<void>;
  /**
   * Round trips that somebody sat through so far: one for TCP, one for the greeting, one for each handshake, and one for
   * each group that was written.
   */
  readonly waits: () => number;
  /** What the client wrote, group by group: a new one begins where the server was heard. */
  readonly groups: string[];
}

/** Runs a scene; afterwards nothing may be left open. */
export async function mailScene(
  options: MailServerOptions & { readonly path?: Path },
  run: (scene: MailScene) => Promise<void>,
): Promise<void> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 10, ...options.path } });
  const server = new MailServer(options);
  await network.listen(endpoint, (connection) => server.serve(connection));
  const groups: string[] = [];
  let heard = true;
  let handshakes = options.tls ? 1 : 0;
  const observe: Observer = {
    received: () => {
      heard = true;
    },
    secured: () => {
      handshakes += 1;
      heard = true;
    },
    wrote: (bytes) => {
      if (heard) groups.push('');
      heard = false;
      groups[groups.length - 1] += latin1(bytes);
    },
  };
  await clock.run(
    run({
      server,
      network,
      groups,
      waits: () => 2 + handshakes + groups.length,
      advance: (milliseconds) =>
        new Promise((resolve) => {
          clock.alarm(clock.now() + milliseconds, resolve);
        }),
      open: async (openOptions) => {
        const connection = await network.connect(endpoint);
        const smtp = await openSmtp(connection, { clock, observe, ...openOptions });
        const answer = await (options.lmtp === true ? smtp.lhlo('c.example') : smtp.ehlo('c.example'));
        expect(answer.ok).toBe(true);
        return smtp;
      },
    }),
  );
  await clock.advance(2_000);
  expect(network.counts.open).toBe(0);
}
