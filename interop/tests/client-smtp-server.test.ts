// Our SMTP client and `smtp-server` of npm, the server that many Node programs are tested with.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { openLmtp } from '@postern/smtp';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions, SMTPServerSession } from 'smtp-server';
import { describe, expect, test } from 'vitest';
import { samples } from '../contents.ts';
import { openDialogue } from '../dialogue.ts';
import type { Target } from '../dialogue.ts';
import { readEnvironment } from '../environment.ts';

const { account, ca, identity: files } = readEnvironment();
const host = 'mx.good.test';
const identity = { key: readFileSync(files.key), cert: readFileSync(files.chain) };

interface Taken {
  readonly session: Pick<SMTPServerSession, 'user' | 'secure' | 'envelope'>;
  readonly content: Buffer;
}

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly taken: Taken[];
  /** Breaks every connection. */
  breakAll(): void;
}

/** Takes every message but those for `full@`, on a free port. */
async function serve(options: SMTPServerOptions): Promise<Server> {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    ...identity,
    authOptional: true,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    closeTimeout: 100,
    onAuth({ username, password }, _session, done) {
      if (username === account.user && password === account.password) done(null, { user: username });
      else done(new Error('wrong password'));
    },
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('nobody@'))
        done(Object.assign(new Error('no such user'), { responseCode: 550 }));
      else done();
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { user, secure, envelope } = session;
        taken.push({
          session: { user, secure, envelope: structuredClone(envelope) },
          content: Buffer.concat(parts),
        });
        if (options.lmtp !== true) return done(null);
        const verdict = (to: string): string | Error =>
          to.startsWith('full@') ? Object.assign(new Error('mailbox full'), { responseCode: 452 }) : 'taken';
        done(
          null,
          envelope.rcptTo.map(({ address }) => verdict(address)),
        );
      });
    },
    ...options,
  });
  // A client that breaks off is an error to it.
  server.on('error', () => {});
  const sockets: Socket[] = [];
  server.server.on('connection', (socket: Socket) => sockets.push(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    taken,
    breakAll() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const methods = (['plaintext', 'starttls', 'implicit-tls'] as const).map((method) => ({ method }));

function target(server: Server, method: Target['method']): Target {
  return { address: '127.0.0.1', port: server.port, host, method };
}

describe.each(methods)('$method', ({ method }) => {
  test('contents arrive octet for octet', async () => {
    await using server = await serve({ secure: method === 'implicit-tls' });
    await using smtp = await openDialogue(target(server, method), { ca: ca.root });
    const submissions = await Promise.all(
      samples.map(({ content }, at) => smtp.submit({ from: `a${at}@b.test`, to: ['c@d.test'] }, content)),
    );
    expect(submissions.map(({ recipients }) => recipients[0]?.status)).toEqual(samples.map(() => 'accepted'));
    const arrived = server.taken.map(({ content }) => content.toString('latin1'));
    const wanted = samples.map(({ arrives }) => Buffer.from(arrives).toString('latin1'));
    const differing = samples.filter((_, at) => arrived[at] !== wanted[at]).map(({ name }) => name);
    expect(differing).toEqual([]);
    expect(arrived).toHaveLength(samples.length);
    expect(server.taken[0]?.session.secure).toBe(method !== 'plaintext');
  });
});

describe.each(methods.slice(1))('$method', ({ method }) => {
  test('logs in with PLAIN or LOGIN, whichever is there', async () => {
    for (const mechanism of ['PLAIN', 'LOGIN']) {
      await using server = await serve({
        secure: method === 'implicit-tls',
        authMethods: [mechanism],
        authOptional: false,
      });
      await using smtp = await openDialogue(target(server, method), { ca: ca.root });
      const answer = await smtp.login({ type: 'password', ...account });
      expect(answer).toMatchObject({ ok: true, value: { mechanism } });
      await smtp.submit({ from: 'a@b.test', to: ['c@d.test'] }, 'x');
      expect(server.taken).toMatchObject([{ session: { user: account.user } }]);
    }
  });
});

test('a login in plaintext is refused on our side, and no password is written', async () => {
  await using server = await serve({ allowInsecureAuth: true });
  const written: string[] = [];
  const observe = { wrote: (bytes: Uint8Array) => void written.push(Buffer.from(bytes).toString()) };
  await using smtp = await openDialogue(target(server, 'plaintext'), { ca: ca.root, observe });
  const login = smtp.login({ type: 'password', ...account });
  await expect(login).rejects.toMatchObject({ code: 'plaintext-login-refused' });
  expect(written.join('')).not.toContain('AUTH');
});

test('a wrong password is auth-failed, and the dialogue goes on', async () => {
  await using server = await serve({});
  await using smtp = await openDialogue(target(server, 'starttls'), { ca: ca.root });
  const answer = await smtp.login({ type: 'password', user: account.user, password: 'wrong' });
  expect(answer).toMatchObject({ ok: false, reason: 'auth-failed', reply: { code: 535 } });
  expect(await smtp.noop()).toMatchObject({ ok: true });
});

test('a refused recipient has the refusal, the others the message', async () => {
  await using server = await serve({});
  await using smtp = await openDialogue(target(server, 'plaintext'), { ca: ca.root });
  const to = ['nobody@d.test', 'jörg@d.test'];
  const { recipients } = await smtp.submit({ from: 'änne@b.test', to }, 'Subject: ü\r\n\r\n');
  expect(recipients).toMatchObject([{ status: 'refused', reply: { code: 550 } }, { status: 'accepted' }]);
  expect(server.taken).toMatchObject([
    {
      session: {
        envelope: {
          smtpUtf8: true,
          mailFrom: { address: 'änne@b.test' },
          rcptTo: [{ address: 'jörg@d.test' }],
        },
      },
    },
  ]);
});

test('LMTP: each recipient has a verdict', async () => {
  await using server = await serve({ lmtp: true });
  const connection = await nodeNetwork().connect({ address: '127.0.0.1', port: server.port });
  await using smtp = await openLmtp(connection, { clock: systemClock(), patience: 'probe' });
  expect(await smtp.lhlo('client.test')).toMatchObject({ ok: true });
  const { recipients } = await smtp.submit({ from: 'a@b.test', to: ['c@d.test', 'full@d.test'] }, 'x');
  expect(recipients).toMatchObject([{ status: 'accepted' }, { status: 'retry-later', reply: { code: 452 } }]);
});

test('a server that goes away before its verdict leaves nothing hanging', async () => {
  await using server = await serve({
    onData: (stream) => stream.resume().on('end', () => server.breakAll()),
  });
  await using smtp = await openDialogue(target(server, 'plaintext'), { ca: ca.root });
  const { recipients } = await smtp.submit({ from: 'a@b.test', to: ['c@d.test'] }, 'x');
  expect(recipients).toMatchObject([{ status: 'uncertain', fault: { phase: 'data-end' } }]);
});
