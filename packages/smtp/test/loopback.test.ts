/** Our client and our server on real sockets: what the simulated network cannot show, such as TLS and a real backpressure. */
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Connection, TlsOffer, TlsRequest } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { describe, expect, test } from 'vitest';
import { selfSigned } from '../../wire/test/certificates.ts';
import { openLmtp, openSmtp } from '../src/client.ts';
import type { OpenSmtpOptions, Smtp } from '../src/smtp.ts';
import { accept, refuse, serveSmtp } from '../src/server/index.ts';
import type { ServeSmtpOptions } from '../src/server/index.ts';

type Method = 'plaintext' | 'starttls' | 'implicit-tls';
const methods: readonly Method[] = ['plaintext', 'starttls', 'implicit-tls'];

const clock = systemClock();
const network = nodeNetwork();
const identity = await selfSigned('mx.test');
const offer: TlsOffer = { identity: () => identity };
const request: TlsRequest = {
  serverName: 'mx.test',
  roots: [identity.chain],
  verify({ trust, endpoint }) {
    if (trust.ok) return { status: 'verified', by: 'pkix' };
    const fault = { kind: 'tls', reason: 'cert-untrusted', phase: 'tls', after: 0, endpoint } as const;
    return { status: 'rejected', fault };
  },
};
const credentials = { type: 'password', user: 'tim', password: 'tanstaaftanstaaf' } as const;
const auth: NonNullable<ServeSmtpOptions['auth']> = {
  authenticate: ({ user, password }) => user === credentials.user && password === credentials.password,
};

interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secured: boolean;
  readonly content: string;
}

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly taken: Taken[];
  readonly connections: Connection[];
  /** Resolves when nobody is served any more. */
  idle(): Promise<void>;
}

/** A server on a free port. Nobody named `nobody` exists; in LMTP nobody named `full` has room. */
async function serve(method: Method, options: Partial<ServeSmtpOptions> = {}): Promise<Server> {
  const taken: Taken[] = [];
  const connections: Connection[] = [];
  const dialogues: Promise<void>[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    recipient: ({ path }) => (path.startsWith('nobody@') ? refuse(550, '5.1.1', 'no such user') : accept),
    async message({ envelope, content }, { client }) {
      const parts: Uint8Array[] = [];
      for await (const piece of content) parts.push(piece);
      const to = envelope.recipients.map(({ path }) => path);
      const [user, secured] = [client.user, client.tls !== undefined];
      taken.push({
        from: envelope.sender.path,
        to,
        user,
        secured,
        content: Buffer.concat(parts).toString('latin1'),
      });
      if (options.protocol !== 'lmtp') return accept;
      return to.map((path) => (path.startsWith('full@') ? refuse(452, '4.2.2', 'mailbox full') : accept));
    },
  };
  const listener = await network.listen({ address: '127.0.0.1', port: 0 }, (connection) => {
    connections.push(connection);
    const dialogue = (async () => {
      if (method === 'implicit-tls') await connection.acceptTls(offer);
      await serveSmtp(connection, { domain: 'mx.test', clock, tls: offer, hooks, ...options });
    })().catch(() => undefined);
    dialogues.push(dialogue);
    return dialogue;
  });
  return {
    port: listener.endpoint.port,
    taken,
    connections,
    async idle() {
      await Promise.all(dialogues);
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await Promise.all(dialogues);
    },
  };
}

async function open(server: Server, method: Method, options: Partial<OpenSmtpOptions> = {}): Promise<Smtp> {
  const connection = await network.connect({ address: '127.0.0.1', port: server.port });
  const smtp = await openSmtp(connection, {
    clock,
    patience: 'probe',
    ...(method === 'implicit-tls' && { tls: request }),
    ...options,
  });
  expect(await smtp.ehlo('client.test')).toMatchObject({ ok: true });
  if (method !== 'starttls') return smtp;
  expect(await smtp.startTls(request)).toMatchObject({ ok: true });
  expect(await smtp.ehlo('client.test')).toMatchObject({ ok: true });
  return smtp;
}

/** Reads to the end. */
async function octets(content: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const piece of content) size += piece.length;
  return size;
}

/** Contents with proper line ends, so that they must arrive as they are. */
const contents: readonly string[] = [
  '',
  '.\r\n',
  'x\r\n\r\n.\r\n..\r\n.x\r\n. \r\n',
  `${String.fromCharCode(...Array.from({ length: 128 }, (_, at) => at + 128))}\r\n`,
  `${'l'.repeat(998)}\r\n.${'l'.repeat(997)}\r\n`,
  '\r\n\r\n\r\n',
  '.line\r\n'.repeat(30_000),
  'QUIT\r\n.\r\nRSET\r\n',
];

describe.each(methods)('%s', (method) => {
  test.each([
    { manner: 'DATA', options: { chunking: 'never' } },
    { manner: 'BDAT', options: { chunking: 'always' } },
    { manner: 'BDAT with the envelope', options: { window: true } },
  ] as const)('messages in flight arrive once, in order, octet for octet: $manner', async ({ options }) => {
    await using server = await serve(method);
    const smtp = await open(server, method, options);
    const submissions = await Promise.all(
      contents.map((content, at) =>
        smtp.submit(
          { from: `${at}@a.test`, to: ['b@d.test', 'nobody@d.test'] },
          Buffer.from(content, 'latin1'),
        ),
      ),
    );
    for (const { recipients } of submissions) {
      expect(recipients).toMatchObject([{ status: 'accepted' }, { status: 'refused', reply: { code: 550 } }]);
    }
    expect(server.taken.map(({ from, to }) => [from, ...to])).toEqual(
      contents.map((_, at) => [`${at}@a.test`, 'b@d.test']),
    );
    expect(server.taken.filter(({ content }, at) => content !== contents[at])).toEqual([]);
    expect(server.taken.every(({ secured }) => secured === (method !== 'plaintext'))).toBe(true);
    expect(await smtp.quit()).toMatchObject({ code: 221 });
    await server.idle();
  });

  test('a stream of eight megabytes passes a server that reads when it likes', async () => {
    const block = Buffer.from(`.${'x'.repeat(1022)}\r\n`.repeat(64));
    const sent = createHash('sha256');
    async function* blocks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 128; at += 1) {
        sent.update(block);
        yield block.subarray();
        if (at % 16 === 0) await turn();
      }
    }
    const got = createHash('sha256');
    const hooks: ServeSmtpOptions['hooks'] = {
      async message({ content }) {
        let pieces = 0;
        for await (const piece of content) {
          got.update(piece);
          if ((pieces += 1) % 8 === 0) await turn();
        }
        return accept;
      },
    };
    await using server = await serve(method, { hooks });
    await using smtp = await open(server, method);
    const { recipients } = await smtp.submit({ from: 'a@b.test', to: ['c@d.test'] }, blocks());
    expect(recipients).toMatchObject([{ status: 'accepted' }]);
    expect(got.digest('hex')).toBe(sent.digest('hex'));
  });

  test.each(['never', 'always'] as const)(
    'an abort in the middle of a message leaves no message behind, chunking: %s',
    async (chunking) => {
      await using server = await serve(method);
      const smtp = await open(server, method, { chunking });
      const aborting = new AbortController();
      const begun = Promise.withResolvers<void>();
      async function* endless(): AsyncGenerator<string> {
        for (let at = 0; ; at += 1) {
          if (at === 2) begun.resolve();
          if (at === 20) aborting.abort(new Error('enough'));
          yield 'x\r\n'.repeat(20_000);
          await turn();
        }
      }
      const { signal } = aborting;
      const first = smtp.submit({ from: '1@b.test', to: ['c@d.test'] }, 'first');
      const second = smtp.submit({ from: '2@b.test', to: ['c@d.test'] }, endless(), { signal });
      await begun.promise;
      const third = smtp.submit({ from: '3@b.test', to: ['c@d.test'] }, 'third');
      await expect(second).rejects.toThrow('enough');
      expect((await first).recipients).toMatchObject([{ status: 'accepted' }]);
      expect((await third).recipients).toMatchObject([{ status: 'retry-later' }]);
      await server.idle();
      expect(server.taken.map(({ from }) => from)).toEqual(['1@b.test']);
    },
  );

  test('an abort before its turn leaves the dialogue usable', async () => {
    await using server = await serve(method);
    await using smtp = await open(server, method);
    const aborting = new AbortController();
    const waiting = [smtp.noop(), smtp.noop({ signal: aborting.signal }), smtp.noop()];
    aborting.abort(new Error('not any more'));
    await expect(waiting[1]).rejects.toThrow('not any more');
    expect(await waiting[2]).toMatchObject({ ok: true });
  });

  test('a server that goes down says 421: what it did not take is for later, and nothing hangs', async () => {
    const down = new AbortController();
    const hooks: ServeSmtpOptions['hooks'] = {
      async message({ content, envelope }) {
        if (envelope.sender.path === '3@b.test') down.abort(new Error('maintenance'));
        await octets(content);
        return accept;
      },
    };
    await using server = await serve(method, { hooks, signal: down.signal });
    await using smtp = await open(server, method);
    const submissions = await Promise.all(
      Array.from({ length: 6 }, (_, at) => smtp.submit({ from: `${at}@b.test`, to: ['c@d.test'] }, 'x')),
    );
    const statuses = submissions.map(({ recipients }) => recipients[0]?.status);
    expect(statuses.slice(0, 3)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(statuses.slice(3)).not.toContain('accepted');
    await server.idle();
  });

  test('a server that breaks the connection after the last octet leaves the result uncertain', async () => {
    const hooks: ServeSmtpOptions['hooks'] = {
      async message({ content }) {
        await octets(content);
        for (const connection of server.connections) connection.reset();
        return accept;
      },
    };
    await using server = await serve(method, { hooks });
    await using smtp = await open(server, method);
    const { recipients, fault } = await smtp.submit({ from: 'a@b.test', to: ['c@d.test'] }, 'x');
    expect(recipients).toMatchObject([{ status: 'uncertain', fault: { phase: 'data-end' } }]);
    expect(fault).toMatchObject({ kind: 'peer' });
    await server.idle();
  });
});

describe.each(methods.slice(1))('%s', (method) => {
  test('a login, refused and granted', async () => {
    await using server = await serve(method, { auth, requireAuth: true });
    await using smtp = await open(server, method);
    const before = await smtp.submit({ from: 'a@b.test', to: ['c@d.test'] }, 'before');
    expect(before.recipients).toMatchObject([{ reason: 'auth-required', reply: { code: 530 } }]);
    const wrong = await smtp.login({ ...credentials, password: 'wrong' });
    expect(wrong).toMatchObject({ ok: false, reason: 'auth-failed' });
    expect(await smtp.login(credentials)).toMatchObject({ ok: true });
    await smtp.submit({ from: 'a@b.test', to: ['c@d.test'] }, 'after');
    expect(server.taken).toMatchObject([{ user: 'tim', content: 'after\r\n' }]);
  });
});

test('no login in plaintext, whatever the server offers', async () => {
  await using server = await serve('plaintext', { auth: { ...auth, insideTlsOnly: false } });
  await using smtp = await open(server, 'plaintext');
  expect(smtp.extensions.auth).toContain('PLAIN');
  await expect(smtp.login(credentials)).rejects.toMatchObject({ code: 'plaintext-login-refused' });
});

test('LMTP: each recipient has a verdict', async () => {
  await using server = await serve('plaintext', { protocol: 'lmtp' });
  const connection = await network.connect({ address: '127.0.0.1', port: server.port });
  await using smtp = await openLmtp(connection, { clock, patience: 'probe' });
  expect(await smtp.lhlo('client.test')).toMatchObject({ ok: true });
  const to = ['c@d.test', 'full@d.test', 'nobody@d.test'];
  const { recipients } = await smtp.submit({ from: 'a@b.test', to }, 'x');
  expect(recipients).toMatchObject([
    { status: 'accepted' },
    { status: 'retry-later', reply: { code: 452 } },
    { status: 'refused', reply: { code: 550 } },
  ]);
});
