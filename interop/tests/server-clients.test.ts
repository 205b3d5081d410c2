// Other people's clients against our server: they submit with STARTTLS and with implicit TLS, log in, and deliver by LMTP.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import { argv, must, runCommand } from '../command.ts';
import type { Outcome } from '../command.ts';
import { rough } from '../contents.ts';
import { readEnvironment } from '../environment.ts';
import { recipients, takenFrom } from '../spool.ts';

const { account, addresses, ca, directory } = readEnvironment();
const server = addresses.ours;
const { user, password } = account;

const unended = rough.subarray(0, -2);
const contents = [
  { what: 'rough', content: rough },
  { what: 'without a line end', content: unended },
  { what: 'empty', content: Buffer.from('Subject: empty\r\n\r\n') },
].map((row) => {
  const file = join(directory, `${row.what.replaceAll(' ', '-')}.eml`);
  writeFileSync(file, row.content);
  return { ...row, file, arrives: row.content === unended ? rough : row.content };
});
const file = contents[0]?.file ?? '';

const methods = [
  { method: 'STARTTLS', port: 587, implicit: false },
  { method: 'implicit TLS', port: 465, implicit: true },
] as const;
const logins = methods.flatMap((row) => ['PLAIN', 'LOGIN'].map((mechanism) => ({ ...row, mechanism })));

/** Octets as characters: a difference is shown where it is. */
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

let senders = 0;
/** An address that nobody has sent from. */
const fresh = (): string => `sender-${(senders += 1)}@client.test`;

describe('curl', () => {
  const url = (port: number): string => `${port === 465 ? 'smtps' : 'smtp'}://${server}:${port}/client.test`;
  const curl = (port: number, mail: readonly string[], secret = password): Promise<Outcome> =>
    runCommand(
      argv`curl -sS --ssl-reqd --cacert ${ca.root} --user ${`${user}:${secret}`} ${mail} ${url(port)}`,
    );

  test.each(logins)('submits with $method and AUTH $mechanism', async ({ port, mechanism }) => {
    const from = fresh();
    const how = argv`--login-options ${`AUTH=${mechanism}`}`;
    const to = argv`--mail-rcpt a@d.test --mail-rcpt b@d.test`;
    const mail = argv`${how} --mail-from ${from} ${to} --upload-file ${file}`;
    expect(await curl(port, mail)).toMatchObject({ status: 0, stderr: '' });
    const taken = takenFrom(from);
    expect(taken).toMatchObject([{ user, port, tls: 'TLSv1.3' }]);
    expect(taken.map(recipients)).toEqual([['a@d.test', 'b@d.test']]);
    expect(taken.map(({ content }) => text(content))).toEqual([text(rough)]);
  });

  test.each(contents)('sends what is $what octet for octet', async ({ file: path, arrives }) => {
    const from = fresh();
    const mail = argv`--mail-from ${from} --mail-rcpt a@d.test --upload-file ${path}`;
    expect(await curl(587, mail)).toMatchObject({ status: 0, stderr: '' });
    expect(takenFrom(from).map(({ content }) => text(content))).toEqual([text(arrives)]);
  });

  test('is told of a wrong password', async () => {
    const from = fresh();
    const mail = argv`--mail-from ${from} --mail-rcpt a@d.test --upload-file ${file}`;
    expect(await curl(587, mail, 'wrong')).toMatchObject({ status: 67 });
    expect(takenFrom(from)).toEqual([]);
  });
});

describe('swaks', () => {
  // It puts a line end behind every file, so it gets the one without.
  const data = `@${contents[1]?.file}`;
  const swaks = (port: number, args: readonly string[]): Promise<Outcome> =>
    runCommand(argv`swaks --server ${server} --port ${port} --helo client.test --data ${data} ${args}`);

  test.each(logins)('submits with $method and AUTH $mechanism', async ({ port, implicit, mechanism }) => {
    const from = fresh();
    const how = argv`${implicit ? '--tls-on-connect' : '--tls'} --auth ${mechanism}`;
    const login = argv`--auth-user ${user} --auth-password ${password}`;
    const outcome = await swaks(port, argv`--from ${from} --to a@d.test ${how} ${login}`);
    expect(outcome).toMatchObject({ status: 0 });
    const taken = takenFrom(from);
    expect(taken).toMatchObject([{ user, port, tls: 'TLSv1.3' }]);
    expect(taken.map(({ content }) => text(content))).toEqual([text(rough)]);
  });

  test('sends in groups, where one recipient is refused', async () => {
    const from = fresh();
    const { stdout } = await swaks(25, argv`--pipeline --from ${from} --to nobody@d.test,a@d.test`);
    expect(stdout).toMatch(/550 5\.1\.1 no such user/);
    expect(takenFrom(from).map(recipients)).toEqual([['a@d.test']]);
  });

  test('delivers by LMTP, and each recipient has a reply', async () => {
    const from = fresh();
    const { stdout } = await swaks(24, argv`--protocol LMTP --from ${from} --to a@d.test,full@d.test`);
    expect(stdout).toMatch(/250 2\.0\.0 message accepted/);
    expect(stdout).toMatch(/452 4\.2\.2 mailbox full/);
  });
});

describe('smtplib of Python', () => {
  const python = (script: string): Promise<string> =>
    must(
      argv`python3 -c ${`import smtplib, ssl\ncontext = ssl.create_default_context(cafile="${ca.root}")\n${script}`}`,
    );

  test.each(methods)('submits with $method, octet for octet', async ({ port, implicit }) => {
    const from = fresh();
    const connect = implicit ? `SMTP_SSL('${server}', 465, context=context)` : `SMTP('${server}', 587)`;
    await python(`with smtplib.${connect} as smtp:
  ${implicit ? 'pass' : 'smtp.starttls(context=context)'}
  smtp.login('${user}', '${password}')
  for path in ${JSON.stringify(contents.map((row) => row.file))}:
    smtp.sendmail('${from}', ['a@d.test'], open(path, 'rb').read(), ['BODY=8BITMIME'])
`);
    const taken = takenFrom(from);
    expect(taken).toMatchObject(contents.map(() => ({ user, port, tls: 'TLSv1.3' })));
    expect(taken.map(({ content }) => text(content))).toEqual(contents.map(({ arrives }) => text(arrives)));
  });

  test('sends addresses beyond ASCII, and what it wants to be told', async () => {
    const from = `änne-${fresh()}`;
    await python(`with smtplib.SMTP('${server}', 25) as smtp:
  smtp.sendmail('${from}', ['jörg@d.test'], 'Subject: ü\\r\\n\\r\\n.dot\\r\\n'.encode(), ['SMTPUTF8', 'BODY=8BITMIME', 'RET=HDRS'], ['NOTIFY=FAILURE'])
`);
    const taken = takenFrom(from);
    expect(taken).toMatchObject([
      {
        envelope: {
          sender: { utf8: true, body: '8BITMIME', ret: 'HDRS' },
          recipients: [{ path: 'jörg@d.test', notify: ['FAILURE'] }],
        },
      },
    ]);
    expect(taken[0]?.content.toString()).toBe('Subject: ü\r\n\r\n.dot\r\n');
  });

  test('delivers by LMTP', async () => {
    const from = fresh();
    await python(`with smtplib.LMTP('${server}', 24) as lmtp: lmtp.sendmail('${from}', ['c@d.test'], 'x')`);
    expect(takenFrom(from)).toMatchObject([{ port: 24, content: Buffer.from('x\r\n') }]);
  });
});

describe('nodemailer', () => {
  test.each(logins)(
    'submits with $method and AUTH $mechanism, octet for octet',
    async ({ port, mechanism }) => {
      const from = fresh();
      const transport = createTransport({
        host: server,
        port,
        secure: port === 465,
        requireTLS: true,
        authMethod: mechanism,
        auth: { user, pass: password },
        tls: { ca: readFileSync(ca.root) },
        name: 'client.test',
        pool: true,
        maxConnections: 1,
      });
      try {
        for (const { content } of contents) {
          const envelope = { from, to: ['a@d.test', 'nobody@d.test'] };
          const sent = await transport.sendMail({ envelope, raw: Buffer.from(content) });
          expect(sent).toMatchObject({ accepted: ['a@d.test'], rejected: ['nobody@d.test'] });
        }
      } finally {
        transport.close();
      }
      const taken = takenFrom(from);
      expect(taken).toMatchObject(contents.map(() => ({ user, port, tls: 'TLSv1.3' })));
      expect(taken.map(({ content }, at) => content.equals(contents[at]?.arrives ?? rough))).toEqual([
        true,
        true,
        true,
      ]);
    },
  );
});

describe('smtp-source of Postfix', () => {
  test('sends a thousand messages over five connections', async () => {
    const from = fresh();
    const load = argv`-d -s 5 -m 1000 -l 4096 -f ${from} -t c@d.test`;
    await must(argv`smtp-source ${load} ${`inet:${server}:25`}`);
    const taken = takenFrom(from);
    expect(taken).toHaveLength(1000);
    const lines = Array.from({ length: 51 }, (_, at) => String((at + 1) % 10).padEnd(78, 'X'));
    const bodies = new Set(taken.map(({ content }) => content.toString().split('\r\n\r\n')[1]));
    expect([...bodies]).toEqual([`${lines.join('\r\n')}\r\n${'X'.repeat(16)}\r\n`]);
  });
});
