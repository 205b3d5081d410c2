import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImap } from '@postern/imap';
import type { Lab, LabAccount, LabProtocol } from '@postern/lab';
import { startNodeLab } from '@postern/lab/node';
import { openPop3 } from '@postern/pop3';
import type { Credentials } from '@postern/sasl';
import { openSmtp } from '@postern/smtp';
import type { Connection, TlsInfo, TlsRequest } from '@postern/wire';
import { systemClock, systemRandom } from '@postern/wire/node';
import { Through } from '../src/network/through.ts';

const withPassword = [
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-256',
  'SCRAM-SHA-1',
  'PLAIN',
  'LOGIN',
];
const withToken = ['OAUTHBEARER', 'XOAUTH2'];
const services = [
  { protocol: 'submission', port: 465 },
  { protocol: 'imap', port: 993 },
  { protocol: 'pop3', port: 995 },
] as const;

const options = { clock: systemClock(), random: systemRandom };

let lab: Lab;
beforeAll(async () => {
  lab = await startNodeLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

/** A client of the protocol, ready for a login, and what it was offered. */
async function open(protocol: LabProtocol, connection: Connection) {
  if (protocol === 'imap') {
    const imap = await openImap(connection, options);
    return { dialogue: imap, offered: imap.capabilities.auth };
  }
  if (protocol === 'pop3') {
    const pop3 = await openPop3(connection, options);
    return { dialogue: pop3, offered: pop3.capabilities.auth };
  }
  const smtp = await openSmtp(connection, options);
  await smtp.ehlo('client.test');
  return { dialogue: smtp, offered: smtp.extensions.auth };
}

interface Attempt {
  readonly protocol: LabProtocol;
  readonly port: number;
  readonly hostName: string;
  readonly credentials: Credentials;
  /** Default: the client chooses. */
  readonly mechanism?: string;
}

/** The connection as a client sees it that knows no way to tie an exchange to TLS: the only one to say SCRAM without -PLUS. */
class Untied extends Through {
  override get tls(): TlsInfo | undefined {
    const { tls } = this.inner;
    return tls && { ...tls, channelBindings: () => [] };
  }
}

/** What a login comes to, in one word, and what was offered; whatever the mechanism is called, TLS is real. */
async function logIn({ protocol, port, hostName, credentials, mechanism }: Attempt) {
  const found = lab.endpoints.find((one) => one.hostName === hostName && one.endpoint.port === port);
  if (!found) throw new Error(`no port ${port} at ${hostName}`);
  const connection = await lab.network.connect(found.endpoint);
  const tls: TlsRequest = { serverName: hostName, verify: () => ({ status: 'verified', by: 'pkix' }) };
  await connection.handshake({ ...tls, roots: lab.roots });
  const ties = mechanism?.endsWith('-PLUS') ?? true;
  const { dialogue, offered } = await open(protocol, ties ? connection : new Untied(connection));
  await using session = dialogue;
  const answer = await session.login(credentials, mechanism === undefined ? {} : { mechanisms: [mechanism] });
  const outcome = answer.ok ? answer.value.mechanism : (answer.reason ?? 'refused');
  return { outcome, offered };
}

/** The account of a host. */
function accountAt(hostName: string): LabAccount {
  const account = lab.accounts.find(({ provider }) => [provider, `mail.${provider}`].includes(hostName));
  if (!account) throw new Error(`nobody at ${hostName}`);
  return account;
}

describe.each(services)('$protocol', ({ protocol, port }) => {
  const hostName = 'mail.allgood.test';

  it.each(withPassword)('lets in with the password by %s, and with no other', async (mechanism) => {
    const { address: user, password } = accountAt(hostName);
    const credentials = { type: 'password', user, password } as const;
    const attempt = { protocol, port, hostName, mechanism };
    expect(await logIn({ ...attempt, credentials })).toMatchObject({ outcome: mechanism });
    for (const wrong of [
      { ...credentials, password: 'wrong' },
      { ...credentials, user: 'nobody@allgood.test' },
    ]) {
      expect(await logIn({ ...attempt, credentials: wrong })).toMatchObject({ outcome: 'auth-failed' });
    }
  });

  it.each(withToken)('lets in with the token by %s, and with no other', async (mechanism) => {
    const { address: user, token } = accountAt(hostName);
    const credentials = { type: 'token', user, token } as const;
    const attempt = { protocol, port, hostName, mechanism };
    expect(await logIn({ ...attempt, credentials })).toMatchObject({ outcome: mechanism });
    const wrong = { ...credentials, token: 'wrong' };
    expect(await logIn({ ...attempt, credentials: wrong })).toMatchObject({ outcome: 'auth-failed' });
  });

  it('offers all of them and no CRAM-MD5; the client takes the best', async () => {
    const { address: user, password } = accountAt(hostName);
    const credentials = { type: 'password', user, password } as const;
    const { outcome, offered } = await logIn({ protocol, port, hostName, credentials });
    expect(outcome).toBe('SCRAM-SHA-256-PLUS');
    expect(offered).toEqual([...withPassword, ...withToken]);
  });

  it.each([...withPassword, 'the best'])('refuses every password at some hosts, by %s', async (name) => {
    const refusing = 'password-refused.zoo.test';
    const { address: user, password } = accountAt(refusing);
    const credentials = { type: 'password', user, password } as const;
    const attempt = { protocol, port, hostName: refusing, credentials };
    const mechanism = name === 'the best' ? {} : { mechanism: name };
    expect(await logIn({ ...attempt, ...mechanism })).toMatchObject({ outcome: 'auth-failed' });
  });
});
