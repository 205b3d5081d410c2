// Other people's clients against our server: they log in, list, fetch and delete.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { memoryMaildrop, servePop3 } from '@postern/pop3/server';
import type { Maildrop, Pop3ServerEvent, ServePop3Options } from '@postern/pop3/server';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { afterAll, describe, expect, test } from 'vitest';
import { localIdentity, missing } from '../local-server.ts';

const run = promisify(execFile);
const local = await localIdentity('pop3-server');
const { folder, certificate, tls } = local;
afterAll(() => {
  local[Symbol.dispose]();
});

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly maildrop: Maildrop;
  readonly events: readonly Pop3ServerEvent[];
}

const dots = 'Subject: dots\r\n\r\n.\r\n..two\r\nend\r\n';

/** A server on a free port with these messages, for `tim` with the password `tanstaaf`. */
async function serve(
  options: Partial<ServePop3Options> & { readonly implicit?: boolean } = {},
  messages: readonly string[] = ['Subject: one\r\n\r\none\r\n', dots],
): Promise<Server> {
  const { implicit, ...rest } = options;
  const maildrop = memoryMaildrop(messages);
  const events: Pop3ServerEvent[] = [];
  const listener = await nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    if (implicit === true) await connection.acceptTls(tls);
    await servePop3(connection, {
      clock: systemClock(),
      tls,
      auth: { authenticate: ({ user, password }) => user === 'tim' && password === 'tanstaaf' },
      maildrop: () => maildrop,
      onEvent: (event) => events.push(event),
      ...rest,
    }).catch(() => undefined);
  });
  return {
    port: listener.endpoint.port,
    maildrop,
    events,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

const methods = [
  { method: 'STLS', implicit: false },
  { method: 'implicit TLS', implicit: true },
] as const;

describe.skipIf(missing('python3'))('poplib of Python', () => {
  const python = async (script: string, port: number): Promise<unknown> => {
    const head = `import json, poplib, ssl\nport = ${port}\ncontext = ssl.create_default_context(cafile="${certificate}")\n`;
    return JSON.parse((await run('python3', ['-c', head + script])).stdout);
  };
  const open = (implicit: boolean): string =>
    implicit
      ? "pop = poplib.POP3_SSL('localhost', port, context=context)\n"
      : "pop = poplib.POP3('localhost', port)\npop.stls(context=context)\n";

  test.each(methods)('does all it can with $method', async ({ implicit }) => {
    await using server = await serve({ implicit });
    const said = await python(
      `${open(implicit)}pop.user('tim')
pop.pass_('tanstaaf')
text = lambda lines: [line.decode() for line in lines]
said = {'stat': pop.stat(), 'list': text(pop.list()[1]), 'one': pop.list(2).decode(), 'uidl': text(pop.uidl()[1]),
  'top': text(pop.top(2, 1)[1]), 'retr': text(pop.retr(2)[1]), 'capa': sorted(pop.capa())}
pop.dele(1)
pop.noop()
said['left'] = pop.stat()
pop.rset()
pop.dele(2)
said['quit'] = pop.quit().decode()
print(json.dumps(said))
`,
      server.port,
    );
    expect(said).toEqual({
      stat: [2, 53],
      list: ['1 21', '2 32'],
      one: '+OK 2 32',
      uidl: ['1 m1', '2 m2'],
      top: ['Subject: dots', '', '.'],
      retr: ['Subject: dots', '', '.', '..two', 'end'],
      capa: expect.arrayContaining(['PIPELINING', 'RESP-CODES', 'TOP', 'UIDL', 'USER']),
      left: [1, 32],
      quit: '+OK bye',
    });
    expect(server.maildrop.messages.map(({ uid }) => uid)).toEqual(['m1']);
  });

  test('POP3-026 logs in with APOP', async () => {
    await using server = await serve({
      implicit: true,
      greeting: { type: 'ready', timestamp: '<1.2@localhost>' },
      apop: ({ user, timestamp, digest }) =>
        user === 'tim' && digest === createHash('md5').update(`${timestamp}tanstaaf`).digest('hex'),
    });
    const script = `${open(true)}pop.apop('tim', 'tanstaaf')\nprint(json.dumps(pop.stat()))\npop.quit()\n`;
    expect(await python(script, server.port)).toEqual([2, 53]);
  });

  test('POP3-011 that goes away without QUIT has deleted nothing', async () => {
    await using server = await serve({ implicit: true });
    const script = `${open(true)}pop.user('tim')\npop.pass_('tanstaaf')\npop.dele(1)\npop.close()\nprint('0')\n`;
    await python(script, server.port);
    expect(server.maildrop.messages).toHaveLength(2);
  });
});

describe.skipIf(missing('curl'))('curl', () => {
  const safe = ['-sS', '--ssl-reqd', '--cacert', certificate];
  const login = ['--user', 'tim:tanstaaf'];

  test.each(methods)('fetches with $method', async ({ implicit }) => {
    await using server = await serve({ implicit });
    const base = `${implicit ? 'pop3s' : 'pop3'}://127.0.0.1:${server.port}`;
    const { stdout } = await run('curl', [...safe, ...login, `${base}/2`]);
    expect(stdout).toBe(dots);
    const listed = await run('curl', [...safe, ...login, `${base}/`]);
    expect(listed.stdout).toBe('1 21\r\n2 32\r\n');
    await run('curl', [...safe, ...login, '--request', 'DELE', '--head', `${base}/1`]);
    expect(server.maildrop.messages).toHaveLength(1);
    expect(server.events).toContainEqual({ type: 'login', mechanism: 'PLAIN', user: 'tim', accepted: true });
  });

  test('is told of a wrong password', async () => {
    await using server = await serve();
    const wrong = ['--user', 'tim:wrong', `pop3://127.0.0.1:${server.port}/`];
    await expect(run('curl', [...safe, ...wrong])).rejects.toMatchObject({ code: 67 });
  });
});

describe.skipIf(missing('fetchmail'))('fetchmail', () => {
  test.each(methods)('takes everything away with $method', async ({ implicit }) => {
    await using server = await serve({ implicit });
    const rc = join(folder, 'fetchmailrc');
    const box = join(folder, 'mbox');
    writeFileSync(
      rc,
      `poll localhost protocol pop3 port ${server.port} user tim password tanstaaf
  ${implicit ? 'ssl' : 'sslproto tls1.2+'} sslcertck sslcertfile ${certificate}
  no keep no rewrite mda "cat >> ${box}; echo >> ${box}"\n`,
      { mode: 0o600 },
    );
    rmSync(box, { force: true });
    const options = [
      '-f',
      rc,
      '--nosyslog',
      '--pidfile',
      join(folder, 'pid'),
      '--idfile',
      join(folder, 'ids'),
    ];
    await run('fetchmail', options, { env: { ...process.env, FETCHMAILHOME: folder } });
    expect(readFileSync(box, 'utf8')).toMatch(
      /Subject: one[^]*\none\n[^]*Subject: dots[^]*\n\.\n\.\.two\nend\n/,
    );
    expect(server.maildrop.messages).toHaveLength(0);
  });
});
