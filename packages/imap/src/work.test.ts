import type { AuthenticateSession, ClientMechanism, Credentials } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import { scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { expect, test, vi } from 'vitest';
import { openImap } from './index.ts';

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
    await send('* OK [CAPABILITY IMAP4rev1 AUTH=X-WORK] hi\r\n');
    for (const answer of answers) {
      heard.push(await line());
      await send(answer);
    }
  });
  return { heard, imap: await openImap(connection, { clock: virtualClock(), tls: testTlsRequest() }) };
}

test('SASL-047 a login waits for the work of its mechanism', async () => {
  run.mockResolvedValue(utf8('done'));
  const { heard, imap } = await exchange(['+ \r\n', 'a1 OK [CAPABILITY IMAP4rev1]\r\n']);
  expect(await imap.login(tim)).toMatchObject({ ok: true, value: { mechanism: 'X-WORK' } });
  expect(heard.slice(0, 2)).toEqual(['a1 AUTHENTICATE X-WORK', 'ZG9uZQ==']);
});

test('SASL-047 work that fails cancels the exchange, rejects the login, and leaves the connection usable', async () => {
  const failure = new Error('no token');
  run.mockRejectedValue(failure);
  const { heard, imap } = await exchange(['+ \r\n', 'a1 BAD cancelled\r\n', 'a2 OK\r\n']);
  await expect(imap.login(tim)).rejects.toBe(failure);
  expect(await imap.noop()).toMatchObject({ ok: true });
  expect(heard).toEqual(['a1 AUTHENTICATE X-WORK', '*', 'a2 NOOP']);
});

test('SASL-047 a server that has had enough meanwhile is heard', async () => {
  run.mockImplementation(async () => {
    await new Promise((resolve) => void setImmediate(resolve));
    return utf8('done');
  });
  const { heard, imap } = await exchange(['+ \r\na1 NO too slow\r\n', 'a2 OK\r\n']);
  expect(await imap.login(tim)).toMatchObject({ ok: false });
  expect(await imap.noop()).toMatchObject({ ok: true });
  expect(heard).toEqual(['a1 AUTHENTICATE X-WORK', 'a2 NOOP']);
});

test('an abort while work is done rejects with its reason', async () => {
  run.mockReturnValue(new Promise(() => undefined));
  const { imap } = await exchange(['+ \r\n']);
  const controller = new AbortController();
  const login = imap.login(tim, { signal: controller.signal });
  setImmediate(() => {
    controller.abort('enough');
  });
  await expect(login).rejects.toBe('enough');
});
