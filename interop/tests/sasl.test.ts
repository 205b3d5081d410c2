// Our clients log in to Postfix and Dovecot with every mechanism; those tied to the TLS connection, which Dovecot 2.3 does
// not have, to our own servers.
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { openImap } from '@postern/imap';
import { serveImap } from '@postern/imap/server';
import { openPop3 } from '@postern/pop3';
import { servePop3 } from '@postern/pop3/server';
import { scramKeys } from '@postern/sasl';
import type { AuthRules, CredentialsSource } from '@postern/sasl';
import { openSmtp } from '@postern/smtp';
import { serveSmtp } from '@postern/smtp/server';
import { requirementFor, tlsRequest } from '@postern/starttls';
import { latin1 } from '@postern/wire';
import type { ChannelBinding, Connection, Observer, TlsInfo, TlsOffer } from '@postern/wire';
import { nodeNetwork, systemClock, systemRandom } from '@postern/wire/node';
import { afterAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import type { Endpoint } from '../environment.ts';

const { account, ca, clientIdentity, endpoints, identity: files, tokenKey } = readEnvironment();
const clock = systemClock();
const random = systemRandom;
const roots = [readFileSync(ca.root, 'utf8')];
const password = { type: 'password', ...account } as const;

type Protocol = Endpoint['protocol'];
type Version = 'TLSv1.2' | 'TLSv1.3';

function request(serverName: string, maxVersion: Version = 'TLSv1.3') {
  const requirement = requirementFor({ names: [serverName] });
  return { ...tlsRequest({ serverName, requirement, roots, wallClock: () => Date.now() }), maxVersion };
}

/** A dialogue of any protocol, ready for a login. */
async function speak(
  protocol: Protocol,
  connection: Connection,
  { observe, method, host }: { observe?: Observer; method: 'inside' | Endpoint['method']; host: string },
) {
  const tls = request(host);
  const options = { clock, random, ...(observe && { observe }), ...(method === 'implicit-tls' && { tls }) };
  if (protocol === 'imap') {
    const imap = await openImap(connection, options);
    if (method === 'starttls') await imap.startTls(tls);
    return { dialogue: imap, offered: () => imap.capabilities.auth };
  }
  if (protocol === 'pop3') {
    const pop3 = await openPop3(connection, options);
    if (method === 'starttls') await pop3.startTls(tls);
    return { dialogue: pop3, offered: () => pop3.capabilities.auth };
  }
  const smtp = await openSmtp(connection, options);
  await smtp.ehlo('client.test');
  if (method === 'starttls') {
    await smtp.startTls(tls);
    await smtp.ehlo('client.test');
  }
  return { dialogue: smtp, offered: () => smtp.extensions.auth };
}

/** Logs in; with what the server offered, and how many exchanges the client began. */
async function login(endpoint: Endpoint, credentials: CredentialsSource, mechanisms?: readonly string[]) {
  const written: string[] = [];
  const { address, port, host, method, protocol } = endpoint;
  const connection = await nodeNetwork().connect({ address, port });
  const observe = { wrote: (bytes: Uint8Array) => written.push(latin1(bytes)) };
  const session = await speak(protocol, connection, { observe, method, host });
  await using dialogue = session.dialogue;
  const answer = await dialogue.login(credentials, mechanisms && { mechanisms });
  const attempts = written.join('').match(/^(?:\S+ AUTHENTICATE|AUTH|\S+ LOGIN|USER) /gm)?.length ?? 0;
  return { answer, offered: session.offered(), attempts };
}

/** A token as an OAuth server signs it (RFC 7515, RFC 7519). */
function token(key: string, expires: number): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: account.user, iat: now - 60, exp: now + expires };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

const good = { type: 'token', user: account.user, token: token(tokenKey, 600) } as const;

const withLogin = endpoints.filter(({ port }) => port !== 25);
const withPassword = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-1', 'SCRAM-SHA-256'];
const withToken = ['OAUTHBEARER', 'XOAUTH2'];

describe.each(withLogin)('$endpoint', (endpoint) => {
  test.each(withPassword)('takes the password by %s', async (mechanism) => {
    const { answer, attempts } = await login(endpoint, password, [mechanism]);
    expect(answer).toMatchObject({ ok: true, value: { mechanism } });
    expect(attempts).toBe(1);
  });

  test.each(withPassword)('SASL-008 refuses a wrong one by %s, which is said once', async (mechanism) => {
    const { answer, attempts } = await login(endpoint, { ...password, password: 'wrong' }, [mechanism]);
    expect(answer).toMatchObject({ ok: false, reason: 'auth-failed' });
    expect(attempts).toBe(1);
  });

  test('SASL-006 takes the best without a name, and a wrong password is said once', async () => {
    const { answer, offered } = await login(endpoint, password);
    const tied = offered.filter((name) => name.endsWith('-PLUS'));
    if (tied.length === 0) console.log(`${endpoint.endpoint} offers no -PLUS: tried with our servers below`);
    const best = tied.includes('SCRAM-SHA-256-PLUS') ? 'SCRAM-SHA-256-PLUS' : 'SCRAM-SHA-256';
    expect(answer).toMatchObject({ ok: true, value: { mechanism: best } });
    const wrong = await login(endpoint, { ...password, password: 'wrong' });
    expect(wrong).toMatchObject({ answer: { ok: false, reason: 'auth-failed' }, attempts: 1 });
  });

  test.each(withToken)('takes a token by %s', async (mechanism) => {
    const { answer, attempts } = await login(endpoint, good, [mechanism]);
    expect(answer).toMatchObject({ ok: true, value: { mechanism } });
    expect(attempts).toBe(1);
  });

  test.each(withToken)(
    'SASL-052 refuses a token of another by %s; a fresh one is fetched once',
    async (name) => {
      const asked: boolean[] = [];
      const stale = { ...good, token: token('the key of somebody else', 600) };
      const late: CredentialsSource = ({ again }) => {
        asked.push(again);
        return again ? good : stale;
      };
      const refreshed = await login(endpoint, late, [name]);
      expect(refreshed).toMatchObject({ answer: { ok: true, value: { mechanism: name } }, attempts: 2 });
      expect(asked).toEqual([false, true]);
      const fixed = await login(endpoint, stale, [name]);
      expect(fixed).toMatchObject({ answer: { ok: false, reason: 'auth-failed' }, attempts: 1 });
    },
  );
});

describe('SASL-045 tied to the TLS connection', async () => {
  const salt = random(16);
  const keys = {
    sha1: await scramKeys('sha1', account.password, { salt, iterations: 4096 }),
    sha256: await scramKeys('sha256', account.password, { salt, iterations: 4096 }),
  };
  const secret = random(32);
  const auth: AuthRules = {
    authenticate: () => false,
    scram: { keys: (user, hash) => (user === account.user ? keys[hash] : undefined), random, secret },
  };
  const identity = { key: readFileSync(files.key, 'utf8'), chain: readFileSync(files.chain, 'utf8') };
  const host = 'mx.good.test';

  async function serve(protocol: Protocol, connection: Connection): Promise<void> {
    if (protocol === 'imap') return serveImap(connection, { clock, auth });
    if (protocol === 'pop3') return servePop3(connection, { clock, auth });
    return serveSmtp(connection, { domain: host, clock, auth });
  }

  const ways = (['smtp', 'imap', 'pop3'] as const).flatMap((protocol) =>
    (['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) =>
      (['tls-exporter', 'tls-server-end-point'] as const).flatMap((type) =>
        ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS'].map((mechanism) => ({
          protocol,
          version,
          type,
          mechanism,
        })),
      ),
    ),
  );

  test.each(ways)(
    '$protocol, $version, $type: $mechanism',
    async ({ protocol, version, type, mechanism }) => {
      const offer: TlsOffer = { identity: () => identity };
      await using listener = await nodeNetwork().listen(
        { address: '127.0.0.1', port: 0 },
        async (connection) => {
          await connection.acceptTls(offer);
          await serve(protocol, connection).catch((error: unknown) => console.log(String(error)));
        },
      );
      const dial = async (change?: (binding: ChannelBinding) => ChannelBinding) => {
        const connection = await nodeNetwork().connect(listener.endpoint);
        const tls = await connection.handshake(request(host, version));
        expect(tls.version).toBe(version);
        const bindings = (tls.channelBindings?.() ?? []).filter((binding) => binding.type === type);
        expect(bindings).toHaveLength(1);
        return withBindings(connection, tls, change ? bindings.map(change) : bindings);
      };
      const right = await speak(protocol, await dial(), { method: 'inside', host });
      await using dialogue = right.dialogue;
      expect(right.offered()).toContain(mechanism);
      const answer = await dialogue.login(password, { mechanisms: [mechanism] });
      expect(answer).toMatchObject({ ok: true, value: { mechanism } });

      // Somebody in between has another TLS connection: the same password is worth nothing there.
      const other = await dial((binding) => ({ ...binding, data: binding.data.map((octet) => octet ^ 1) }));
      const between = await speak(protocol, other, { method: 'inside', host });
      await using untied = between.dialogue;
      const refused = await untied.login(password, { mechanisms: [mechanism] });
      expect(refused).toMatchObject({ ok: false });
    },
  );
});

describe('SASL-060 EXTERNAL, with a TLS client certificate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-external-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const [keyFile, chainFile] = [join(folder, 'key.pem'), join(folder, 'chain.pem')];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=fred'];
  await promisify(execFile)('openssl', [...made, '-keyout', keyFile, '-out', chainFile]);
  const identity = { key: readFileSync(keyFile, 'utf8'), chain: readFileSync(chainFile, 'utf8') };

  /** As little of each protocol as a login needs. */
  const scripts: Readonly<
    Record<Protocol, { greeting: string; replies: readonly (readonly [RegExp, string])[] }>
  > = {
    smtp: {
      greeting: '220 mx.good.test\r\n',
      replies: [
        [/^EHLO /, '250-mx.good.test\r\n250 AUTH EXTERNAL\r\n'],
        [/^AUTH EXTERNAL =$/, '235 2.7.0 welcome\r\n'],
      ],
    },
    imap: {
      greeting: '* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=EXTERNAL] ready\r\n',
      replies: [
        [/^\S+ CAPABILITY$/, '* CAPABILITY IMAP4rev1 SASL-IR AUTH=EXTERNAL\r\nTAG OK done\r\n'],
        [/^\S+ AUTHENTICATE EXTERNAL =$/, 'TAG OK welcome\r\n'],
      ],
    },
    pop3: {
      greeting: '+OK\r\n',
      replies: [
        [/^CAPA$/, '+OK\r\nSASL EXTERNAL\r\n.\r\n'],
        [/^AUTH EXTERNAL =$/, '+OK welcome\r\n'],
      ],
    },
  };

  test.each(['smtp', 'imap', 'pop3'] as const)('%s', async (protocol) => {
    const { greeting, replies } = scripts[protocol];
    const names: unknown[] = [];
    const server = createServer(
      {
        key: readFileSync(files.key),
        cert: readFileSync(files.chain),
        requestCert: true,
        ca: identity.chain,
      },
      (socket) => {
        names.push(socket.getPeerCertificate().subject.CN);
        socket.on('error', () => undefined);
        socket.write(greeting);
        createInterface({ input: socket }).on('line', (line) => {
          const [, reply = 'TAG BAD what\r\n'] = replies.find(([command]) => command.test(line)) ?? [];
          socket.write(reply.replace('TAG', line.split(' ')[0] ?? ''));
        });
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const host = 'mx.good.test';
    const connection = await nodeNetwork().connect({ address: '127.0.0.1', port });
    await connection.handshake({ ...request(host), identity });
    const session = await speak(protocol, connection, { method: 'inside', host });
    await using dialogue = session.dialogue;
    const answer = await dialogue.login({ type: 'certificate' });
    expect(answer).toMatchObject({ ok: true, value: { mechanism: 'EXTERNAL' } });
    expect(names).toEqual(['fred']);
    server.close();
  });
});

describe('SASL-060 EXTERNAL at Dovecot', () => {
  const [key, chain] = [clientIdentity.key, clientIdentity.chain].map((file) => readFileSync(file, 'utf8'));
  const identity = { key: key ?? '', chain: chain ?? '' };
  const atDovecot = endpoints.filter(({ protocol }) => protocol !== 'smtp');

  /** A login with the certificate of the client, where it has one. */
  async function external(
    { address, port, host, method, protocol }: Endpoint,
    shown: { readonly identity?: typeof identity },
    authorizationId?: string,
  ) {
    const connection = await nodeNetwork().connect({ address, port });
    const tls = { ...request(host), ...shown };
    const options = { clock, random, ...(method === 'implicit-tls' && { tls }) };
    await using dialogue = await (protocol === 'imap' ? openImap : openPop3)(connection, options);
    if (method === 'starttls') await dialogue.startTls(tls);
    return await dialogue.login({
      type: 'certificate',
      ...(authorizationId !== undefined && { authorizationId }),
    });
  }

  test.each(atDovecot)('$endpoint lets in whom the certificate names, and nobody else', async (endpoint) => {
    for (const authorizationId of [undefined, account.user]) {
      expect(await external(endpoint, { identity }, authorizationId)).toMatchObject({
        ok: true,
        value: { mechanism: 'EXTERNAL' },
      });
    }
    expect(await external(endpoint, { identity }, 'somebody.else@good.test')).toMatchObject({
      ok: false,
      reason: 'auth-failed',
    });
    expect(await external(endpoint, {})).toMatchObject({ ok: false, reason: 'auth-failed' });
  });
});

describe('SASL-060 EXTERNAL at our own servers', () => {
  const [key, chain] = [clientIdentity.key, clientIdentity.chain].map((file) => readFileSync(file, 'utf8'));
  const identity = { key: key ?? '', chain: chain ?? '' };
  const own = { key: readFileSync(files.key, 'utf8'), chain: readFileSync(files.chain, 'utf8') };
  const host = 'mx.good.test';
  const auth: AuthRules = {
    authenticate: () => false,
    external: { user: ({ chain: [leaf] }) => (leaf ? account.user : undefined) },
  };

  test.each(['smtp', 'imap', 'pop3'] as const)('%s', async (protocol) => {
    const offer: TlsOffer = { identity: () => own, clientCertificate: 'wanted', clientRoots: roots };
    await using listener = await nodeNetwork().listen(
      { address: '127.0.0.1', port: 0 },
      async (connection) => {
        await connection.acceptTls(offer);
        if (protocol === 'imap') await serveImap(connection, { clock, auth });
        else if (protocol === 'pop3') await servePop3(connection, { clock, auth });
        else await serveSmtp(connection, { domain: host, clock, auth });
      },
    );
    for (const shown of [true, false]) {
      const connection = await nodeNetwork().connect(listener.endpoint);
      await connection.handshake({ ...request(host), ...(shown && { identity }) });
      const session = await speak(protocol, connection, { method: 'inside', host });
      await using dialogue = session.dialogue;
      expect(session.offered().includes('EXTERNAL')).toBe(shown);
      if (!shown) continue;
      const answer = await dialogue.login({ type: 'certificate' });
      expect(answer).toMatchObject({ ok: true, value: { mechanism: 'EXTERNAL' } });
    }
  });
});

/** The connection as one that can be tied in these ways only. */
function withBindings(connection: Connection, tls: TlsInfo, bindings: readonly ChannelBinding[]): Connection {
  return new Proxy(connection, {
    get(target, property) {
      if (property === 'tls') return { ...tls, channelBindings: () => bindings };
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
