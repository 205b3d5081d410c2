import { latin1 } from '@postern/wire';
import type { Connection, Network, Observer } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { Path } from '@postern/wire/testing';
import { expect } from 'vitest';
import { openLmtp, openSmtp } from '../src/client.ts';
import type { Lmtp, OpenSmtpOptions, Smtp } from '../src/smtp.ts';
import { MailServer } from './mail-server.ts';
import type { MailServerOptions } from './mail-server.ts';

export const endpoint = { address: '192.0.2.25', port: 25 };
export const lmtpEndpoint = { address: '192.0.2.25', port: 24 };

/** A dialogue after EHLO, or after LHLO. */
export async function greeted(
  lmtp: boolean,
  connection: Connection,
  options: OpenSmtpOptions,
): Promise<Omit<Smtp, 'ehlo' | 'helo'>> {
  const smtp = lmtp ? await openLmtp(connection, options) : await openSmtp(connection, options);
  const answer = 'lhlo' in smtp && lmtp ? smtp.lhlo('c') : 'ehlo' in smtp && smtp.ehlo('c');
  expect(await answer).toMatchObject({ ok: true });
  return smtp;
}

/** A server, a line and a client in virtual time. */
export interface MailScene {
  readonly server: MailServer;
  readonly network: Network;
  /** An open dialogue after EHLO. */
  readonly open: (options?: Partial<OpenSmtpOptions>) => Promise<Smtp>;
  /** An open dialogue after LHLO. */
  readonly openLmtp: (options?: Partial<OpenSmtpOptions>) => Promise<Lmtp>;
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
  for (const here of [endpoint, lmtpEndpoint])
    await network.listen(here, (connection) => server.serve(connection));
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
        expect(await smtp.ehlo('c.example')).toMatchObject({ ok: true });
        return smtp;
      },
      openLmtp: async (openOptions) => {
        const connection = await network.connect(lmtpEndpoint);
        const lmtp = await openLmtp(connection, { clock, observe, ...openOptions });
        expect(await lmtp.lhlo('c.example')).toMatchObject({ ok: true });
        return lmtp;
      },
    }),
  );
  await clock.advance(2_000);
  expect(network.counts.open).toBe(0);
}
