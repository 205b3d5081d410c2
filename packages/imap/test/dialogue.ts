import type { PasswordCredentials } from '@postern/sasl';
import { connectedTo, testTlsOffer, virtualClock } from '@postern/wire/testing';
import { openImap } from '../src/index.ts';
import type { OpenImapOptions, Imap } from '../src/index.ts';
import { serveImap } from '../src/server/index.ts';
import type { ImapServerEvent, ServeImapOptions } from '../src/server/index.ts';

export { reasonOf, settled } from '../../wire/test/rejections.ts';

/** Who may log in at the server of these tests. */
export const credentials = { type: 'password', user: 'tim', password: 'tanstaaf' } as const;

/** Lets nobody in but them. */
export const authenticate = ({ user, password }: PasswordCredentials): boolean =>
  user === credentials.user && password === credentials.password;

/** A dialogue with our own server in memory: what the server saw, and what a transcript shows. */
export async function open(
  server: Partial<ServeImapOptions> & { readonly implicitTls?: boolean } = {},
  client: Partial<OpenImapOptions> = {},
): Promise<{ readonly imap: Imap; readonly seen: readonly ImapServerEvent[]; readonly shown: () => string }> {
  const clock = virtualClock();
  const seen: ImapServerEvent[] = [];
  let shown = '';
  const { implicitTls = false, ...options } = server;
  const connection = await connectedTo(async (accepted) => {
    if (implicitTls) await accepted.acceptTls(testTlsOffer);
    const serving = serveImap(accepted, {
      clock,
      tls: testTlsOffer,
      auth: { authenticate },
      onEvent: (event) => seen.push(event),
      ...options,
    });
    // A client that breaks off is what these tests are about.
    await serving.catch(() => undefined);
  });
  const see = (bytes: Uint8Array): void => {
    shown += new TextDecoder().decode(bytes);
  };
  const imap = await openImap(connection, { clock, observe: { received: see, wrote: see }, ...client });
  return { imap, seen, shown: () => shown };
}
