// Other people's clients against our servers: gsasl and curl log in with the mechanisms they know. gsasl ties SCRAM to TLS.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { serveImap } from '@postern/imap/server';
import { memoryMaildrop, servePop3 } from '@postern/pop3/server';
import { scramKeys } from '@postern/sasl';
import type { AuthRules } from '@postern/sasl';
import { serveSmtp } from '@postern/smtp/server';
import type { Connection, Listener, TlsOffer } from '@postern/wire';
import { nodeNetwork, systemClock, systemRandom } from '@postern/wire/node';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import { missing } from '../local-server.ts';

const { account, ca, identity: files } = readEnvironment();
const run = promisify(execFile);
const clock = systemClock();
const host = 'mx.good.test';
const token = 'one-token-of-the-lab';

const salt = systemRandom(16);
const keys = {
  sha1: await scramKeys('sha1', account.password, { salt, iterations: 4096 }),
  sha256: await scramKeys('sha256', account.password, { salt, iterations: 4096 }),
};
const auth: AuthRules = {
  authenticate: ({ user, password }) => user === account.user && password === account.password,
  scram: {
    keys: (user, hash) => (user === account.user ? keys[hash] : undefined),
    random: systemRandom,
    secret: systemRandom(32),
  },
  cramMd5: {
    challenge: () => `<${Buffer.from(systemRandom(9)).toString('hex')}@${host}>`,
    password: (user) => (user === account.user ? account.password : undefined),
  },
  oauth: { token: (shown) => (shown === token ? account.user : undefined) },
};
const identity = { key: readFileSync(files.key, 'utf8'), chain: readFileSync(files.chain, 'utf8') };
const tls: TlsOffer = { identity: () => identity };

type Protocol = 'smtp' | 'imap' | 'pop3';

/** Our server with STARTTLS, which offers all, or one alone; with the mechanisms by which somebody got in, or did not. */
async function serve(
  protocol: Protocol,
  only?: string,
): Promise<{ readonly listener: Listener; readonly logins: string[] }> {
  const logins: string[] = [];
  const onEvent = (event: { type: string; mechanism?: string; accepted?: boolean }): void => {
    if (event.type === 'login') logins.push(`${event.mechanism} ${event.accepted ? 'in' : 'out'}`);
  };
  const speak = async (connection: Connection): Promise<void> => {
    const rules = only === undefined ? auth : { ...auth, mechanisms: [only] };
    const options = { clock, tls, auth: rules, onEvent };
    if (protocol === 'smtp') return serveSmtp(connection, { domain: host, ...options });
    if (protocol === 'imap') return serveImap(connection, options);
    return servePop3(connection, {
      ...options,
      maildrop: () => memoryMaildrop(['Subject: hi\r\n\r\nhi\r\n']),
    });
  };
  const listener = await nodeNetwork().listen({ address: '0.0.0.0', port: 0 }, (connection) =>
    speak(connection).catch((error: unknown) => console.log(String(error))),
  );
  return { listener, logins };
}

describe.skipIf(missing('gsasl')).each(['smtp', 'imap'] as const)('gsasl over %s', (protocol) => {
  const logIn = async (mechanism: string, password: string) => {
    const { listener, logins } = await serve(protocol);
    await using server = listener;
    const who = ['--authentication-id', account.user, '--authorization-id', '', '--password', password];
    const where = ['--connect', `${host}:${server.endpoint.port}`, '--hostname', host, '--service', protocol];
    const secured = ['--starttls', '--x509-ca-file', ca.root];
    const command = [
      `--${protocol}`,
      '--mechanism',
      mechanism,
      ...who,
      ...where,
      ...secured,
      '--no-client-first',
    ];
    const options = mechanism === 'SCRAM-SHA-256' || mechanism === 'SCRAM-SHA-1' ? ['--no-cb'] : [];
    const child = run('gsasl', [...command, ...options], { timeout: 10_000 });
    child.child.stdin?.end();
    const { stdout, stderr } = await child.catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    );
    return { logins, said: `${stdout}${stderr}` };
  };
  test.each([
    'SCRAM-SHA-256-PLUS',
    'SCRAM-SHA-1-PLUS',
    'SCRAM-SHA-256',
    'SCRAM-SHA-1',
    'CRAM-MD5',
    'PLAIN',
    'LOGIN',
  ])('logs in by %s with the right password only', async (mechanism) => {
    const good = await logIn(mechanism, account.password);
    expect(good).toMatchObject({ logins: [`${mechanism} in`] });
    const bad = await logIn(mechanism, 'wrong');
    // gsasl reads no `e=` of RFC 5802 §7 and goes away.
    expect(bad).toMatchObject({ logins: mechanism.startsWith('SCRAM') ? [] : [`${mechanism} out`] });
  });
});

describe.skipIf(missing('curl')).each(['smtp', 'imap', 'pop3'] as const)('curl over %s', (protocol) => {
  const logIn = async (mechanism: string, secret: readonly string[]) => {
    // curl takes OAUTHBEARER where it can, whatever it is told.
    const { listener, logins } = await serve(protocol, mechanism);
    await using server = listener;
    const where = `${protocol}://${host}:${server.endpoint.port}/`;
    const there = ['--resolve', `${host}:${server.endpoint.port}:127.0.0.1`];
    const what = protocol === 'smtp' ? ['--request', 'NOOP'] : [];
    const safe = ['-sS', '--ssl-reqd', '--cacert', ca.root, '--login-options', `AUTH=${mechanism}`];
    await run('curl', [...safe, ...there, ...secret, ...what, where], { timeout: 10_000 }).catch(
      () => undefined,
    );
    return logins;
  };
  test.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])(
    'logs in by %s with the right password only',
    async (mechanism) => {
      const { user, password } = account;
      expect(await logIn(mechanism, ['--user', `${user}:${password}`])).toEqual([`${mechanism} in`]);
      expect(await logIn(mechanism, ['--user', `${user}:wrong`])).toEqual([`${mechanism} out`]);
    },
  );
  test.each(['OAUTHBEARER', 'XOAUTH2'])('logs in by %s with the right token only', async (mechanism) => {
    const secret = (shown: string) => ['--user', account.user, '--oauth2-bearer', shown];
    expect(await logIn(mechanism, secret(token))).toEqual([`${mechanism} in`]);
    // In XOAUTH2 curl does not wait for the refusal once it has been told why.
    const refused = mechanism === 'XOAUTH2' ? [] : [`${mechanism} out`];
    expect(await logIn(mechanism, secret('another'))).toEqual(refused);
  });
});
