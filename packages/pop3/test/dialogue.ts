import type { PasswordCredentials } from '@postern/sasl';
import { connectedTo, testTlsOffer, virtualClock } from '@postern/wire/testing';
import { openPop3 } from '../src/index.ts';
import type { OpenPop3Options, Pop3 } from '../src/index.ts';
import { servePop3 } from '../src/server/index.ts';
import type { Pop3ServerEvent, ServePop3Options } from '../src/server/index.ts';

export { reasonOf, settled } from '../../wire/test/rejections.ts';

/** Who may log in at the server of these tests. */
export const credentials = { type: 'password', user: 'tim', password: 'tanstaaf' } as const;

/** Lets nobody in but them. */
export const authenticate = ({ user, password }: PasswordCredentials): boolean =>
  user === credentials.user && password === credentials.password;

/** A dialogue with our own server in memory: what the server saw, and what a transcript shows. */
export async function open(
  server: Partial<ServePop3Options> & { readonly implicitTls?: boolean } = {},
  client: Partial<OpenPop3Options> = {},
): Promise<{ readonly pop3: Pop3; readonly seen: readonly Pop3ServerEvent[]; readonly shown: () => string }> {
  const clock = virtualClock();
  const seen: Pop3ServerEvent[] = [];
  let shown = '';
  const { implicitTls = false, ...options } = server;
  const connection = await connectedTo(async (accepted) => {
    if (implicitTls) await accepted.acceptTls(testTlsOffer);
    const serving = servePop3(accepted, {
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
  const pop3 = await openPop3(connection, { clock, observe: { received: see, wrote: see }, ...client });
  return { pop3, seen, shown: () => shown };
}
