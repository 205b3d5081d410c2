// Our POP3 client against Dovecot: it fetches and deletes what Postfix has brought there.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openPop3 } from '@postern/pop3';
import type { Pop3 } from '@postern/pop3';
import { openSmtp } from '@postern/smtp';
import { requirementFor, tlsRequest } from '@postern/starttls';
import type { TlsRequest } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import type { Endpoint } from '../environment.ts';

const environment = readEnvironment();
const roots = [readFileSync(environment.ca.root, 'utf8')];
const clock = systemClock();
const credentials = { type: 'password', ...environment.account } as const;

function endpoint(protocol: Endpoint['protocol'], method: Endpoint['method']): Endpoint {
  const found = environment.endpoints.find((entry) => entry.protocol === protocol && entry.method === method);
  if (!found) throw new Error(`no ${protocol} with ${method}`);
  return found;
}

function request(serverName: string): TlsRequest {
  const requirement = requirementFor({ names: [serverName] });
  return tlsRequest({ serverName, requirement, roots, wallClock: () => Date.now() });
}

async function open(method: Endpoint['method']): Promise<Pop3> {
  const { address, port, host } = endpoint('pop3', method);
  const connection = await nodeNetwork().connect({ address, port });
  const tls = request(host);
  const pop3 = await openPop3(connection, { clock, ...(method === 'implicit-tls' ? { tls } : {}) });
  const secured = method === 'starttls' ? await pop3.startTls(tls) : { ok: true };
  expect(secured).toMatchObject({ ok: true });
  expect(await pop3.login(credentials)).toMatchObject({ ok: true });
  return pop3;
}

/** Throws away what other tests have left in the mailbox. */
async function empty(): Promise<void> {
  const pop3 = await open('implicit-tls');
  const stat = await pop3.maildrop.stat();
  const messages = stat.ok ? stat.value.messages : 0;
  for (let number = 1; number <= messages; number += 1) await pop3.maildrop.dele(number);
  await pop3.quit();
}

/** Sends messages to the account, and waits until they are in its mailbox. */
async function deliver(count: number): Promise<void> {
  const { address, port, host } = endpoint('smtp', 'implicit-tls');
  const connection = await nodeNetwork().connect({ address, port });
  await using smtp = await openSmtp(connection, { clock, tls: request(host) });
  await smtp.ehlo('client.test');
  await smtp.login(credentials);
  for (let index = 1; index <= count; index += 1) {
    const envelope = { from: environment.account.user, to: [environment.account.user] };
    const { recipients } = await smtp.submit(envelope, `Subject: pop ${index}\r\n\r\n.\r\n..two\r\nend\r\n`);
    expect(recipients).toMatchObject([{ status: 'accepted' }]);
  }
  for (let tries = 0; tries < 50; tries += 1) {
    await using pop3 = await open('implicit-tls');
    const stat = await pop3.maildrop.stat();
    if (stat.ok && stat.value.messages >= count) return;
    await pause(200);
  }
  throw new Error('the messages do not arrive');
}

describe.each(['implicit-tls', 'starttls'] as const)('with %s', (method) => {
  beforeAll(async () => {
    await empty();
    await deliver(20);
  }, 30_000);

  test('fetches all there is in a window of RETRs, deletes half of it, and is told so', async () => {
    const pop3 = await open(method);
    expect(pop3.capabilities).toMatchObject({ pipelining: true, uidl: 'offered', top: 'offered' });
    let fetched = 0;
    for await (const message of pop3.maildrop.messages()) {
      if (!message.ok) throw new Error(message.reply.text);
      const text = Buffer.from(await message.content.bytes()).toString();
      expect(text.length).toBe(message.octets);
      expect(message.uid).toMatch(/./);
      expect(text).toMatch(/Subject: pop \d+\r\n/);
      expect(text.endsWith('\r\n\r\n.\r\n..two\r\nend\r\n')).toBe(true);
      fetched += 1;
      if (fetched % 2 === 0) message.delete();
    }
    expect(fetched).toBeGreaterThanOrEqual(20);
    const top = await pop3.maildrop.top(1, 1);
    expect(top.ok && Buffer.from(await top.content.bytes()).toString()).toMatch(/\r\n\r\n\.\r\n$/);
    expect(await pop3.quit()).toMatchObject({ update: 'done', reply: { status: '+OK' } });

    const after = await open(method);
    expect(await after.maildrop.stat()).toMatchObject({ value: { messages: Math.ceil(fetched / 2) } });
    for await (const message of after.maildrop.messages()) {
      if (!message.ok) continue;
      await message.content.discard();
      message.delete();
    }
    expect(await after.quit()).toMatchObject({ update: 'done' });
  });

  test('leaves everything where it is without QUIT', async () => {
    await deliver(1);
    const pop3 = await open(method);
    expect(await pop3.maildrop.dele(1)).toMatchObject({ ok: true });
    await pop3[Symbol.asyncDispose]();
    const after = await open(method);
    const stat = await after.maildrop.stat();
    expect(stat.ok && stat.value.messages).toBeGreaterThanOrEqual(1);
    await after.quit();
  });
});
