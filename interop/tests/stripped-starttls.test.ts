// `postern send` to a real Postfix, with somebody on the way who takes STARTTLS out of the reply to EHLO.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import { mailbox, queueEmpty } from '../mailbox.ts';
import { postern, stateFolder, world } from '../postern.ts';

const { account, addresses } = readEnvironment();

/** Where the middle box listens; nothing else in the test world does. */
const BETWEEN = '127.0.9.25';

/** How it hides the keyword: as if it were not there, or overwritten, as firewalls with a mail filter do. */
type Trick = 'removed' | 'masked' | 'none';

let trick: Trick;
/** What clients said, in the clear. */
let heard: string;
let box: Server;

beforeAll(async () => {
  box = createServer((client) => {
    const server = connect(25, addresses.postfix);
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const side of [client, server]) side.on('error', end).on('close', end);
    client.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      const said = bytes.toString('latin1');
      const [line, instead] = trick === 'removed' ? ['250-STARTTLS\r\n', ''] : ['STARTTLS', 'XXXXXXXA'];
      client.write(trick === 'none' ? bytes : Buffer.from(said.replace(line, instead), 'latin1'));
    });
  }).listen(25, BETWEEN);
  await once(box, 'listening');
});

beforeEach(() => {
  heard = '';
});

afterAll(async () => {
  box.close();
  await once(box, 'close');
});

/** Sends by way of the middle box. */
async function send(subject: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const file = join(stateFolder(), 'message.eml');
  writeFileSync(file, `Subject: ${subject}\r\n\r\nA secret.\r\n`);
  const to = ['--from', 'ann@sender.test', '--to', account.user, '--connect-to', BETWEEN];
  const { status, stdout } = await postern(['send', file, ...to, '--json', ...world, ...args], { env });
  const { recipients } = JSON.parse(stdout) as { recipients: readonly unknown[] };
  return { status, result: recipients[0] };
}

/** How many messages with this subject are in the mailbox. */
async function arrived(subject: string): Promise<number> {
  await queueEmpty();
  return mailbox(account.user).filter(({ content }) => content.includes(`Subject: ${subject}`)).length;
}

test.each([
  ['removed', 'encrypt', 'starttls-not-offered'],
  ['masked', 'encrypt', 'starttls-masked'],
  ['removed', 'what the domain publishes', 'starttls-not-offered'],
] as const)(
  'TLS-005, TLS-040 STARTTLS %s, and %s demanded: the message stays, and nothing of it was said',
  async (how, level, reason) => {
    trick = how;
    const subject = `stripped ${how} ${level} ${process.pid}`;
    const { status, result } = await send(subject, level === 'encrypt' ? ['--level', level] : []);
    expect(result).toMatchObject({ status: 'deferred', reason });
    expect(status).toBe(1);
    expect(heard).toMatch(/^EHLO \S+\r\n/);
    expect(heard).not.toMatch(/MAIL|RCPT|Subject|secret/i);
    expect(await arrived(subject)).toBe(0);
  },
);

test('the same box lets it through, encrypted, once it leaves the keyword alone', async () => {
  trick = 'none';
  const subject = `unstripped ${process.pid}`;
  const { status, result } = await send(subject, ['--level', 'encrypt']);
  expect(result).toMatchObject({ status: 'delivered', protection: { method: 'starttls' } });
  expect(status).toBe(0);
  expect(heard).not.toContain('secret');
  expect(await arrived(subject)).toBe(1);
});

test('TLS-043 where may is enough it goes in the clear, and from the second time on the result says that TLS was there', async () => {
  const env = { XDG_STATE_HOME: stateFolder() };
  const may = async (how: Trick): Promise<unknown> => {
    trick = how;
    const { result } = await send(`may ${how} ${process.pid}`, ['--level', 'may'], env);
    return (result as { protection: unknown }).protection;
  };
  expect(await may('removed')).toMatchObject({ method: 'plaintext', reason: 'starttls-not-offered' });
  expect(heard).toContain('secret');
  expect(await may('none')).toMatchObject({ method: 'starttls' });
  expect(await may('removed')).toMatchObject({ method: 'plaintext', reason: 'downgrade-suspected' });
  expect(await arrived(`may removed ${process.pid}`)).toBe(2);
});
