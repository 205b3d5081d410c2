import type { AuthenticateSession, ClientMechanism, Credentials } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import { scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { expect, test, vi } from 'vitest';
import { openPop3 } from './index.ts';

const run = vi.fn<() => Promise<Uint8Array>>();

// Which mechanism is used is not the matter here: it is always the one below.
vi.mock('@postern/sasl', async (original) => ({
  ...(await original<object>()),
  authenticate: async (credentials: Credentials, session: AuthenticateSession<unknown>) => ({
    type: 'answered',
    mechanism: working.name,
    answer: await session.exchange(working),
    credentials,
    attempts: 1,
  }),
}));

const working: ClientMechanism = {
  name: 'X-WORK',
  plaintext: false,
  start: () => undefined,
  next: () => ({ type: 'wait', work: { name: 'think', run } }),
  resume: (response) => ({ type: 'respond', response }),
  succeed: () => ({ type: 'done' }),
};

const tim = { type: 'password', user: 'tim', password: 'tanstaaftanstaaf' } as const;

/** Logs in at a server that says this in answer to each line of the exchange. */
async function exchange(answers: readonly string[]) {
  const heard: (string | undefined)[] = [];
  const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
    await accepted.acceptTls(testTlsOffer);
    await send('+OK\r\n');
    await line();
    await send('+OK\r\nSASL X-WORK\r\n.\r\n');
    for (const answer of answers) {
      heard.push(await line());
      await send(answer);
    }
  });
  return { heard, pop3: await openPop3(connection, { clock: virtualClock(), tls: testTlsRequest() }) };
}

test('SASL-047 a login waits for the work of its mechanism', async () => {
  run.mockResolvedValue(utf8('done'));
  const { heard, pop3 } = await exchange(['+ \r\n', '+OK\r\n', '+OK\r\nUSER\r\n.\r\n']);
  expect(await pop3.login(tim)).toMatchObject({ ok: true, value: { mechanism: 'X-WORK' } });
  expect(heard.slice(0, 2)).toEqual(['AUTH X-WORK', 'ZG9uZQ==']);
});

test('SASL-047 work that fails cancels the exchange, rejects the login, and leaves the connection usable', async () => {
  const failure = new Error('no token');
  run.mockRejectedValue(failure);
  const { heard, pop3 } = await exchange(['+ \r\n', '-ERR cancelled\r\n', '+OK\r\nUSER\r\n.\r\n']);
  await expect(pop3.login(tim)).rejects.toBe(failure);
  expect(await pop3.capa()).toMatchObject({ ok: true });
  expect(heard).toEqual(['AUTH X-WORK', '*', 'CAPA']);
});

test('SASL-047 a server that has had enough meanwhile is heard', async () => {
  run.mockImplementation(async () => {
    await new Promise((resolve) => void setImmediate(resolve));
    return utf8('done');
  });
  const { heard, pop3 } = await exchange(['+ \r\n-ERR too slow\r\n', '+OK\r\nUSER\r\n.\r\n']);
  expect(await pop3.login(tim)).toMatchObject({ ok: false });
  expect(await pop3.capa()).toMatchObject({ ok: true });
  expect(heard).toEqual(['AUTH X-WORK', 'CAPA']);
});

test('an abort while work is done rejects with its reason', async () => {
  run.mockReturnValue(new Promise(() => undefined));
  const { pop3 } = await exchange(['+ \r\n']);
  const controller = new AbortController();
  const login = pop3.login(tim, { signal: controller.signal });
  setImmediate(() => {
    controller.abort('enough');
  });
  await expect(login).rejects.toBe('enough');
});
