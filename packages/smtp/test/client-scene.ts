import { latin1, utf8 } from '@postern/wire';
import type { Connection, Fault, Observer } from '@postern/wire';
import { simulatedNetwork, testTlsOffer, virtualClock } from '@postern/wire/testing';
import { expect } from 'vitest';
import { openSmtp } from '../src/client.ts';
import type { SmtpEvent } from '../src/events.ts';
import { serveSmtp } from '../src/server/serve.ts';
import type { ServeSmtpOptions } from '../src/server/serve.ts';
import type { OpenSmtpOptions, Smtp } from '../src/smtp.ts';

export { faultOf } from '../../wire/test/rejections.ts';

export const endpoint = { address: '192.0.2.25', port: 25 };
export const tim = { type: 'password', user: 'tim', password: 'tanstaaftanstaaf' } as const;
export const auth = {
  authenticate: (given: { user: string; password: string }): boolean =>
    given.user === tim.user && given.password === tim.password,
};

export const badName: Fault & { readonly kind: 'tls' } = {
  kind: 'tls',
  reason: 'cert-name-mismatch',
  phase: 'tls',
  after: 1,
};

/** What goes over the line, as a transcript: `C` and `S` lines, `TLS` for a handshake. */
function recorder(): Observer & { readonly lines: string[] } {
  const lines: string[] = [];
  const note = (who: string) => (bytes: Uint8Array) => {
    lines.push(
      ...latin1(bytes)
        .trimEnd()
        .split('\r\n')
        .map((line) => `${who}: ${line}`),
    );
  };
  return { lines, received: note('S'), wrote: note('C'), secured: () => lines.push('TLS') };
}

export interface Scene {
  readonly open: (options?: Partial<OpenSmtpOptions>) => Promise<Smtp>;
  readonly advance: (milliseconds: number) => Promise<void>;
  readonly events: SmtpEvent[];
  readonly line: ReturnType<typeof recorder>;
  /** Why each served dialogue ended badly. */
  readonly failures: unknown[];
}

/** A server, a client and a line between them in virtual time; afterwards nothing may be left open. */
export async function scene(
  server: Partial<ServeSmtpOptions> | ((connection: Connection) => Promise<void>),
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 5 } });
  const failures: unknown[] = [];
  await network.listen(endpoint, async (connection) => {
    try {
      if (typeof server === 'function') await server(connection);
      else await serveSmtp(connection, { domain: 'mx.example.org', clock, ...server });
    } catch (error) {
      failures.push(error);
      connection.reset();
    }
  });
  const line = recorder();
  const events: SmtpEvent[] = [];
  await clock.run(
    run({
      events,
      line,
      failures,
      advance: (milliseconds) =>
        new Promise((resolve) => {
          clock.alarm(clock.now() + milliseconds, resolve);
        }),
      open: async (options) =>
        openSmtp(await network.connect(endpoint), {
          clock,
          patience: 'probe',
          observe: line,
          onEvent: (event) => events.push(event),
          ...options,
        }),
    }),
  );
  await clock.advance(2_000);
  expect(network.counts.open).toBe(0);
}

/** A peer that says its lines, each after the client has said one; `TLS` is a handshake, `CLOSE` the end. */
export function script(...lines: readonly string[]): (connection: Connection) => Promise<void> {
  return async (connection) => {
    for (const [at, line] of lines.entries()) {
      if (at > 0 && lines[at - 1] !== 'TLS' && (await connection.read()) === undefined) break;
      if (line === 'TLS') await connection.acceptTls(testTlsOffer);
      else if (line === 'CLOSE') break;
      else if (line !== '') await connection.write(utf8(`${line}\r\n`));
    }
    if (lines.at(-1) !== 'CLOSE') while (await connection.read());
    await connection[Symbol.asyncDispose]();
  };
}

/** A peer inside implicit TLS that greets, offers mechanisms and says these lines. */
export function insideTls(
  mechanisms: string,
  ...lines: readonly string[]
): (connection: Connection) => Promise<void> {
  return async (connection) => {
    await connection.acceptTls(testTlsOffer);
    await script('220 mx', `250-mx\r\n250 AUTH ${mechanisms}`, ...lines)(connection);
  };
}
