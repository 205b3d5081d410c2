// Other people's clients against our server: they submit with STARTTLS and with implicit TLS, log in, and deliver by LMTP.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { accept, refuse, serveSmtp } from '@postern/smtp/server';
import type { Envelope, ServeSmtpOptions, SmtpServerEvent } from '@postern/smtp/server';
import type { Listener, TlsOffer } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { afterAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'postern-smtp-server-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Whether a client is not there; says so, because a test that is skipped shows nothing. */
function missing(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`]);
    return false;
  } catch {
    console.log(`skipped: ${command} is not installed`);
    return true;
  }
}

const certificate = join(folder, 'cert.pem');
const key = join(folder, 'key.pem');
const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
const request = [
  'req',
  '-x509',
  '-newkey',
  'rsa:2048',
  '-nodes',
  '-days',
  '2',
  '-keyout',
  key,
  '-out',
  certificate,
];
await run('openssl', [...request, ...subject]);
const tls: TlsOffer = {
  identity: () => ({ key: readFileSync(key, 'utf8'), chain: readFileSync(certificate, 'utf8') }),
};

interface Taken {
  readonly envelope: Envelope;
  readonly user: string | undefined;
  readonly secured: boolean;
  readonly text: string;
}

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly taken: Taken[];
  readonly events: SmtpServerEvent[];
}

/** A server on a free port that takes every message but those for `full@`. */
async function serve(
  options: Partial<ServeSmtpOptions> & { readonly implicit?: boolean } = {},
): Promise<Server> {
  const { implicit, ...rest } = options;
  const taken: Taken[] = [];
  const events: SmtpServerEvent[] = [];
  const listener: Listener = await nodeNetwork().listen(
    { address: '127.0.0.1', port: 0 },
    async (connection) => {
      if (implicit === true) await connection.acceptTls(tls);
      await serveSmtp(connection, {
        domain: 'mx.test',
        clock: systemClock(),
        tls,
        onEvent: (event) => events.push(event),
        hooks: {
          recipient: ({ path }) =>
            path.startsWith('nobody@') ? refuse(550, '5.1.1', 'no such user') : accept,
          async message({ envelope, content }, { client }) {
            const parts: Uint8Array[] = [];
            for await (const piece of content) parts.push(piece);
            const text = Buffer.concat(parts).toString();
            taken.push({ envelope, user: client.user, secured: client.tls !== undefined, text });
            if (rest.protocol !== 'lmtp') return accept;
            return envelope.recipients.map(({ path }) =>
              path.startsWith('full@') ? refuse(452, '4.2.2', 'mailbox full') : accept,
            );
          },
        },
        ...rest,
      }).catch(() => undefined);
    },
  );
  return {
    port: listener.endpoint.port,
    taken,
    events,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

const auth: ServeSmtpOptions['auth'] = {
  authenticate: ({ user, password }) => user === 'tim' && password === 'tanstaaftanstaaf',
};
const submission = { auth, requireAuth: true } as const;
const message = 'Subject: dots\r\n\r\n.\r\n..two\r\nend\r\n';
const file = join(folder, 'message.eml');
writeFileSync(file, message);

const methods = [
  { method: 'STARTTLS', implicit: false },
  { method: 'implicit TLS', implicit: true },
] as const;

describe.skipIf(missing('curl'))('curl', () => {
  test.each(methods)('submits with $method and a login', async ({ implicit }) => {
    await using server = await serve({ ...submission, implicit });
    const url = `${implicit ? 'smtps' : 'smtp'}://127.0.0.1:${server.port}/client.test`;
    const safe = ['-sS', '--ssl-reqd', '--cacert', certificate, '--user', 'tim:tanstaaftanstaaf'];
    const mail = [
      '--mail-from',
      'ada@example.org',
      '--mail-rcpt',
      'a@example.net',
      '--mail-rcpt',
      'b@example.net',
    ];
    await run('curl', [...safe, ...mail, '--upload-file', file, url]);
    expect(server.taken).toMatchObject([{ user: 'tim', secured: true, text: message }]);
    expect(server.taken[0]?.envelope.recipients.map(({ path }) => path)).toEqual([
      'a@example.net',
      'b@example.net',
    ]);
  });

  test('is told of a wrong password', async () => {
    await using server = await serve(submission);
    const url = `smtp://127.0.0.1:${server.port}`;
    const safe = ['-sS', '--ssl-reqd', '--cacert', certificate, '--user', 'tim:wrong'];
    const mail = ['--mail-from', 'a@b.test', '--mail-rcpt', 'c@d.test', '--upload-file', file];
    await expect(run('curl', [...safe, ...mail, url])).rejects.toMatchObject({ code: 67 });
    expect(server.taken).toEqual([]);
  });
});

describe.skipIf(missing('swaks'))('swaks', () => {
  const mail = ['--from', 'ada@example.org', '--helo', 'client.test', '--data', `@${file}`];
  const login = ['--auth-user', 'tim', '--auth-password', 'tanstaaftanstaaf'];

  test.each(methods.flatMap((row) => ['PLAIN', 'LOGIN'].map((mechanism) => ({ ...row, mechanism }))))(
    'submits with $method and AUTH $mechanism',
    async ({ implicit, mechanism }) => {
      await using server = await serve({ ...submission, implicit });
      const how = [implicit ? '--tls-on-connect' : '--tls', '--auth', mechanism, ...login];
      await run('swaks', ['--server', `127.0.0.1:${server.port}`, '--to', 'a@example.net', ...mail, ...how]);
      expect(server.taken).toMatchObject([{ user: 'tim', secured: true }]);
      expect(server.taken[0]?.text).toContain('\r\n.\r\n..two\r\nend\r\n');
    },
  );

  test('delivers in groups where one recipient is refused', async () => {
    await using server = await serve();
    const to = ['--to', 'a@example.net,nobody@example.net'];
    const groups = ['--pipeline', ...mail, ...to];
    await run('swaks', ['--server', `127.0.0.1:${server.port}`, ...groups]).catch(() => undefined);
    expect(server.taken[0]?.envelope.recipients.map(({ path }) => path)).toEqual(['a@example.net']);
  });

  test('delivers by LMTP, and each recipient has a reply', async () => {
    await using server = await serve({ protocol: 'lmtp' });
    const to = ['--to', 'a@example.net,full@example.net', '--protocol', 'LMTP'];
    const { stdout } = await run('swaks', ['--server', `127.0.0.1:${server.port}`, ...mail, ...to]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toMatch(/250 2\.0\.0 message accepted/);
    expect(stdout).toMatch(/452 4\.2\.2 mailbox full/);
  });
});

describe.skipIf(missing('python3'))('smtplib of Python', () => {
  const python = async (script: string, port: number): Promise<string> => {
    const head = `import smtplib, ssl\nport = ${port}\ncontext = ssl.create_default_context(cafile="${certificate}")\n`;
    return (await run('python3', ['-c', head + script])).stdout;
  };

  test('submits with STARTTLS, a login, and addresses beyond ASCII', async () => {
    await using server = await serve(submission);
    await python(
      `with smtplib.SMTP('localhost', port, source_address=('127.0.0.1', 0)) as smtp:
    smtp.starttls(context=context)
    smtp.login('tim', 'tanstaaftanstaaf')
    smtp.sendmail('jörg@example.org', ['änne@example.net'], 'Subject: ü\\r\\n\\r\\n.dot\\r\\n'.encode(), ['SMTPUTF8', 'BODY=8BITMIME', 'RET=HDRS'], ['NOTIFY=FAILURE'])
`,
      server.port,
    );
    expect(server.taken).toMatchObject([
      {
        user: 'tim',
        text: 'Subject: ü\r\n\r\n.dot\r\n',
        envelope: {
          sender: { path: 'jörg@example.org', utf8: true, body: '8BITMIME', ret: 'HDRS' },
          recipients: [{ path: 'änne@example.net', notify: ['FAILURE'] }],
        },
      },
    ]);
  });

  test('submits with implicit TLS', async () => {
    await using server = await serve({ ...submission, implicit: true });
    await python(
      `with smtplib.SMTP_SSL('localhost', port, context=context) as smtp:
    smtp.login('tim', 'tanstaaftanstaaf')
    smtp.sendmail('a@b.test', ['c@d.test'], 'x')
`,
      server.port,
    );
    expect(server.taken).toMatchObject([{ secured: true, text: 'x\r\n' }]);
  });

  test('delivers by LMTP', async () => {
    await using server = await serve({ protocol: 'lmtp' });
    await python(
      `with smtplib.LMTP('localhost', port) as lmtp: lmtp.sendmail('a@b.test', ['c@d.test'], 'x')`,
      server.port,
    );
    expect(server.taken).toMatchObject([{ text: 'x\r\n' }]);
  });
});

describe.skipIf(missing('smtp-source'))('smtp-source of Postfix', () => {
  test('sends a thousand messages over five connections', async () => {
    let size = 0;
    let count = 0;
    const hooks: ServeSmtpOptions['hooks'] = {
      async message({ content }) {
        for await (const piece of content) size += piece.length;
        count += 1;
        return accept;
      },
    };
    await using server = await serve({ hooks });
    const load = ['-d', '-s', '5', '-m', '1000', '-l', '4096', '-f', 'a@b.test', '-t', 'c@d.test'];
    await run('smtp-source', [...load, `inet:127.0.0.1:${server.port}`]);
    expect(count).toBe(1000);
    expect(size).toBeGreaterThan(1000 * 4096);
  });
});

describe('no client at all', () => {
  test.each(['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r'])(
    'SMTP-052 %j does not end a message, so no second one is smuggled in',
    async (sequence) => {
      await using server = await serve();
      const socket = connect(server.port, '127.0.0.1');
      const heard: Buffer[] = [];
      socket.on('data', (bytes: Buffer) => heard.push(bytes));
      socket.write('EHLO c\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n');
      const evil = 'MAIL FROM:<evil@x.test>\r\nRCPT TO:<v@d.test>\r\nDATA\r\nevil\r\n.\r\n';
      socket.write(`text${sequence}${evil}`);
      await once(socket, 'close');
      expect(Buffer.concat(heard).toString()).toMatch(/\r\n550 5\.5\.2 bare CR or LF in the message\r\n$/);
      expect(server.taken).toEqual([]);
      expect(server.events.filter(({ type }) => type === 'message-begin')).toHaveLength(1);
    },
  );

  test(
    'SMTP-056 a gigabyte passes, and the memory of the server does not grow with it',
    { timeout: 60_000 },
    async () => {
      // The server in a process of its own: what the sender leaves behind is not counted.
      const script = `
      import { accept, serveSmtp } from '@postern/smtp/server';
      import { nodeNetwork, systemClock } from '@postern/wire/node';
      let size = 0;
      let highest = 0;
      const { endpoint } = await nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
        const before = process.memoryUsage.rss();
        const message = async ({ content }) => {
          for await (const piece of content) {
            size += piece.length;
            highest = Math.max(highest, process.memoryUsage.rss());
          }
          return accept;
        };
        const limits = { maxMessageBytes: 2 ** 31 };
        await serveSmtp(connection, { domain: 'mx', clock: systemClock(), limits, hooks: { message } });
        console.log(JSON.stringify({ size, growth: highest - before }));
        process.exit(0);
      });
      console.log(endpoint.port);`;
      const flags = ['--conditions=@postern/source', '--input-type=module', '--eval', script];
      const server = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
      const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
      const socket = connect(Number((await lines.next()).value), '127.0.0.1');
      socket.on('data', () => undefined);
      socket.write('EHLO c\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n');
      const block = Buffer.from(`${'x'.repeat(76)}\r\n`.repeat(840));
      const blocks = Math.ceil(2 ** 30 / block.length);
      for (let at = 0; at < blocks; at += 1) if (!socket.write(block)) await once(socket, 'drain');
      socket.end('.\r\nQUIT\r\n');
      const { size, growth } = JSON.parse(String((await lines.next()).value)) as {
        size: number;
        growth: number;
      };
      console.log(`a gigabyte, and the server grew by ${Math.round(growth / 1e6)} MB`);
      expect(size).toBe(blocks * block.length);
      expect(growth).toBeLessThan(60e6);
    },
  );
});
