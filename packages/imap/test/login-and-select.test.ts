/** LOGIN with the SELECT and the FETCH that do not wait for its answer: what leaves when, and what each call comes to. */
import type { PasswordCredentials } from '@postern/sasl';
import { scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { openImap } from '../src/index.ts';
import type { Answer, FetchedMailbox, Imap, ImapEvent, Login, OpenImapOptions } from '../src/index.ts';
import { credentials, reasonOf, settled } from './dialogue.ts';

const fetch = { uids: '1:*', items: ['UID', 'FLAGS'] } as const;
const pipelining = 'select';

/** What a server says to a command, in which `$` stands for the tag. From `silent` on it says nothing, at `close` it closes. */
type Says = (command: string, tag: string) => Answers | undefined | Promise<Answers | undefined>;
type Answers = readonly string[];

const usual: Readonly<Record<string, Answers>> = {
  LOGIN: ['$ OK in'],
  CAPABILITY: ['* CAPABILITY IMAP4rev1 IDLE', '$ OK'],
  SELECT: ['* 2 EXISTS', '* OK [UIDVALIDITY 9] x', '$ OK [READ-WRITE] x'],
  EXAMINE: ['* 2 EXISTS', '* OK [UIDVALIDITY 9] x', '$ OK [READ-ONLY] x'],
  'UID FETCH': ['* 1 FETCH (UID 7 FLAGS ())', '* 2 FETCH (UID 9 FLAGS ())', '$ OK done'],
};

const refused = ['$ NO [AUTHENTICATIONFAILED] no'];
const early = ['$ BAD log in first'];
/** What a server that knows nobody says. */
const nobody = (command: string): Answers | undefined =>
  command === 'LOGIN' ? refused : command === 'CAPABILITY' ? undefined : early;

interface Talk {
  readonly imap: Imap;
  /** What came, each write by itself. */
  readonly heard: string[][];
  readonly events: ImapEvent[];
  readonly shown: () => string;
}

/** A dialogue inside verified TLS with a server that has heard all of a write before it answers any of it. */
async function talk(
  says: Says = () => undefined,
  { listed = 'IMAP4rev1', ...options }: Partial<OpenImapOptions> & { readonly listed?: string } = {},
): Promise<Talk> {
  const heard: string[][] = [];
  const events: ImapEvent[] = [];
  let shown = '';
  const see = (bytes: Uint8Array): void => {
    shown += new TextDecoder().decode(bytes);
  };
  const connection = await scriptedPeer(async ({ send, connection: accepted }) => {
    await accepted.acceptTls(testTlsOffer);
    await send(`* OK [CAPABILITY ${listed}] hi\r\n`);
    let silent = false;
    for (let bytes = await accepted.read(); bytes; bytes = await accepted.read()) {
      const lines = new TextDecoder().decode(bytes).split('\r\n').slice(0, -1);
      heard.push(lines);
      for (const line of lines) {
        const [, tag = '', command = ''] = /^(a\d+) ((?:UID )?\w+)/.exec(line) ?? [];
        const answer = (await says(command, tag)) ?? usual[command] ?? ['$ OK done'];
        if (answer.includes('silent')) silent = true;
        if (silent) continue;
        await send(
          answer
            .filter((text) => text !== 'close')
            .map((text) => `${text.replace('$', tag)}\r\n`)
            .join(''),
        );
        if (!answer.includes('close')) continue;
        await accepted.end();
        return;
      }
    }
  });
  const imap = await openImap(connection, {
    clock: virtualClock(),
    tls: testTlsRequest(),
    onEvent: (event) => events.push(event),
    observe: { received: see, wrote: see },
    ...options,
  });
  return { imap, heard, events, shown: () => shown };
}

type Both = readonly [PromiseSettledResult<Answer<Login>>, PromiseSettledResult<Answer<FetchedMailbox>>];

/** Both calls, made in one go. */
function both(imap: Imap): Promise<Both> {
  return Promise.allSettled([imap.login(credentials, { pipelining }), imap.examine('INBOX', { fetch })]);
}

/** What became of a call. */
function fate(result: PromiseSettledResult<Answer<unknown>>): unknown {
  if (result.status === 'fulfilled') return result.value.ok ? 'ok' : (result.value.reason ?? 'refused');
  return (result.reason as { readonly code?: string }).code;
}

async function uidsOf(answer: Answer<FetchedMailbox>): Promise<readonly unknown[]> {
  if (!answer.ok) throw new Error(answer.reply.text);
  const uids: unknown[] = [];
  for await (const { uid } of answer.value.fetched) uids.push(uid);
  return uids;
}

const words = (lines: readonly string[] | undefined): unknown =>
  lines?.map((line) => line.replace(/^a\d+ /, ''));

describe('a login that lets a SELECT follow', () => {
  test('IMAP-101 leaves with EXAMINE and FETCH in one write, and shows no password', async () => {
    const { imap, heard, shown } = await talk();
    const login = imap.login(credentials, { pipelining });
    const answer = await imap.examine('INBOX', { fetch });
    expect(await login).toMatchObject({ ok: true, value: { mechanism: 'LOGIN' }, reply: { text: 'in' } });
    expect(await uidsOf(answer)).toEqual([7, 9]);
    expect(answer).toMatchObject({ value: { state: { exists: 2, uidValidity: 9, access: 'read-only' } } });
    expect(heard).toEqual([
      ['a1 LOGIN "tim" "tanstaaf"', 'a2 CAPABILITY', 'a3 EXAMINE "INBOX"', 'a4 UID FETCH 1:* (UID FLAGS)'],
    ]);
    expect(imap.capabilities.atoms).toEqual(['IMAP4REV1', 'IDLE']);
    expect(shown()).not.toContain('tanstaaf');
  });

  test('IMAP-101 without fetch it is LOGIN and SELECT', async () => {
    const { imap, heard } = await talk();
    const [login, answer] = await Promise.all([
      imap.login(credentials, { pipelining }),
      imap.select('INBOX'),
    ]);
    expect([login.ok, answer.ok]).toEqual([true, true]);
    expect(words(heard[0])).toEqual(['LOGIN "tim" "tanstaaf"', 'CAPABILITY', 'SELECT "INBOX"']);
    expect(heard).toHaveLength(1);
  });

  test('IMAP-101 a call that comes while the LOGIN is under way is sent at once', async () => {
    const { imap, heard } = await talk((command) => (command === 'LOGIN' ? ['silent'] : undefined));
    void imap.login(credentials, { pipelining }).catch(() => undefined);
    await settled();
    expect(heard).toHaveLength(1);
    void imap.examine('INBOX', { fetch }).catch(() => undefined);
    await settled();
    expect(words(heard[1])).toEqual(['EXAMINE "INBOX"', 'UID FETCH 1:* (UID FLAGS)']);
    await imap[Symbol.asyncDispose]();
  });

  test('IMAP-101 waits for nothing where no call comes, and later calls take their turns', async () => {
    const { imap, heard } = await talk();
    expect(await imap.login(credentials, { pipelining })).toMatchObject({ ok: true });
    expect(await uidsOf(await imap.examine('INBOX', { fetch }))).toEqual([7, 9]);
    expect(heard.map((lines) => lines.length)).toEqual([2, 2]);
  });

  test('IMAP-101 another call in between takes the place', async () => {
    const { imap, heard } = await talk();
    const calls = [imap.login(credentials, { pipelining }), imap.noop(), imap.examine('INBOX')];
    expect((await Promise.all<Answer<unknown>>(calls)).map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(heard.map(words)).toEqual([
      ['LOGIN "tim" "tanstaaf"', 'CAPABILITY'],
      ['NOOP'],
      ['EXAMINE "INBOX"'],
    ]);
  });

  test('IMAP-101 without the option a SELECT waits for the LOGIN', async () => {
    const { imap, heard } = await talk();
    await Promise.all([imap.login(credentials), imap.examine('INBOX', { fetch })]);
    expect(heard.map((lines) => lines.length)).toEqual([1, 1, 2]);
  });

  test('IMAP-148 IMAP-146 CAPABILITY and ID go between the LOGIN and the SELECT', async () => {
    const { imap, heard } = await talk(() => undefined, {
      listed: 'XAPPLEPUSHSERVICE IMAP4rev1 ID',
      identify: { name: 'Postern' },
    });
    expect((await both(imap)).map(fate)).toEqual(['ok', 'ok']);
    expect(words(heard[0])).toEqual([
      'LOGIN "tim" "tanstaaf"',
      'CAPABILITY',
      'ID ("name" "Postern")',
      'EXAMINE "INBOX"',
      'UID FETCH 1:* (UID FLAGS)',
    ]);
  });
});

describe('LOGIN is not used, and the SELECT waits', () => {
  test.each([
    ['LOGINDISABLED is listed', 'IMAP4rev1 LOGINDISABLED SASL-IR AUTH=PLAIN', {}],
    ['UTF8=ONLY is listed', 'IMAP4rev1 UTF8=ONLY SASL-IR AUTH=PLAIN', {}],
    ['mechanisms are named', 'IMAP4rev1 SASL-IR AUTH=PLAIN', { mechanisms: ['PLAIN'] }],
    ['the password is not ASCII', 'IMAP4rev1 SASL-IR AUTH=PLAIN', { password: 'pässwörd' }],
    ['somebody else is acted for', 'IMAP4rev1 SASL-IR AUTH=PLAIN', { authorizationId: 'bob' }],
    ['ID is wanted and not listed', 'IMAP4rev1 SASL-IR AUTH=PLAIN', { identify: { name: 'x' } }],
  ] as const)('IMAP-101 IMAP-026 where %s', async (_name, listed, given) => {
    const { identify, mechanisms, ...more } = { identify: undefined, mechanisms: undefined, ...given };
    const { imap, heard } = await talk(
      (command, tag) => {
        if (command === 'ENABLE') return ['* ENABLED UTF8=ACCEPT', `${tag} OK`];
        return command === 'CAPABILITY' ? [`* CAPABILITY ${listed}`, `${tag} OK`] : undefined;
      },
      { listed, ...(identify && { identify }) },
    );
    let asked = 0;
    const source = (): PasswordCredentials => {
      asked += 1;
      return { ...credentials, ...more };
    };
    const [login, answer] = await Promise.all([
      imap.login(source, { pipelining, ...(mechanisms && { mechanisms }) }),
      imap.examine('INBOX', { fetch }),
    ]);
    expect([login.ok, answer.ok, asked]).toEqual([true, true, 1]);
    expect(heard[0]).toEqual([expect.stringMatching(/^a1 AUTHENTICATE PLAIN \S+$/)]);
    expect(words(heard.at(-1))).toEqual(['EXAMINE "INBOX"', 'UID FETCH 1:* (UID FLAGS)']);
  });

  test('IMAP-101 and the answer to a refused login is that of both calls all the same', async () => {
    const { imap, heard } = await talk(() => refused, {
      listed: 'IMAP4rev1 LOGINDISABLED SASL-IR AUTH=PLAIN',
    });
    expect((await both(imap)).map(fate)).toEqual(['auth-failed', 'auth-failed']);
    expect(heard).toHaveLength(1);
  });

  test.each([
    ['in plaintext', undefined],
    ['to a peer that is not verified', testTlsRequest('unverified')],
  ])('IMAP-026 SASL-005 nothing at all is said %s', async (_name, request) => {
    const heard: string[] = [];
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      if (request) await accepted.acceptTls(testTlsOffer);
      await send('* OK [CAPABILITY IMAP4rev1] hi\r\n');
      for (let said = await line(); said !== undefined; said = await line()) heard.push(said);
    });
    const imap = await openImap(connection, { clock: virtualClock(), ...(request && { tls: request }) });
    const [login, answer] = await both(imap);
    expect(fate(login)).toBe('plaintext-login-refused');
    expect(answer).toMatchObject({ status: 'rejected', reason: { name: 'UsageError' } });
    expect(heard).toEqual([]);
  });
});

describe('a refused login', () => {
  test('IMAP-101 is the answer to both calls, and a second attempt works', async () => {
    let attempts = 0;
    const { imap, heard, events } = await talk((command) => {
      if (command === 'LOGIN') attempts += 1;
      return attempts === 1 ? nobody(command) : undefined;
    });
    const [login, answer] = await both(imap);
    const refusal = { ok: false, reason: 'auth-failed', reply: { status: 'NO', text: 'no' } };
    expect([login, answer]).toMatchObject([{ value: refusal }, { value: refusal }]);
    expect(events.filter(({ type }) => type === 'diagnostic')).toEqual([]);
    expect((await both(imap)).map(fate)).toEqual(['ok', 'ok']);
    expect(heard.map((lines) => lines.length)).toEqual([4, 4]);
  });

  test('IMAP-101 leaves a dialogue in which only what needs no login is allowed', async () => {
    const { imap } = await talk(nobody);
    await both(imap);
    expect(await imap.noop()).toMatchObject({ ok: false, reply: { status: 'BAD' } });
    await expect(imap.list()).rejects.toThrow('not authenticated');
    await expect(imap.examine('INBOX')).rejects.toThrow('not authenticated');
    expect(imap.capabilities.atoms).toEqual(['IMAP4REV1', 'IDLE']);
  });

  test.each([
    ['at once', 'LOGIN', ['auth-failed', 'auth-failed']],
    ['behind the capabilities', 'CAPABILITY', ['auth-failed', 'auth-failed']],
    ['before the FETCH is refused', 'EXAMINE', ['auth-failed', 'auth-failed']],
  ])('IMAP-028 is still told where the server closes %s', async (_name, last, fates) => {
    const { imap } = await talk((command) => [
      ...(nobody(command) ?? ['$ OK']),
      ...(command === last ? ['* BYE enough', 'close'] : []),
    ]);
    expect((await both(imap)).map(fate)).toEqual(fates);
    expect(await reasonOf(imap.noop())).toBe('server-closing');
  });

  test('IMAP-029 is still told where the server says nothing more', async () => {
    const clock = virtualClock();
    const { imap } = await talk((command) => (command === 'LOGIN' ? refused : ['silent']), { clock });
    const [results] = await Promise.all([both(imap), clock.advance(1_000_000)]);
    expect(results.map(fate)).toEqual(['auth-failed', 'auth-failed']);
    expect(await reasonOf(imap.noop())).toBe('timeout-reply');
  });

  test('IMAP-101 a server that opens a mailbox for nobody is not believed', async () => {
    const { imap } = await talk((command) => (command === 'LOGIN' ? refused : undefined));
    expect((await both(imap)).map(fate)).toEqual(['auth-failed', 'protocol-error']);
    expect(await reasonOf(imap.noop())).toBe('protocol-error');
  });
});

describe('a good login', () => {
  test('IMAP-101 with a SELECT that fails leaves somebody logged in and no mailbox', async () => {
    const { imap } = await talk((command) => {
      if (command === 'EXAMINE') return ['$ NO [NONEXISTENT] none'];
      return command === 'UID FETCH' ? early : undefined;
    });
    const [login, answer] = await both(imap);
    expect(fate(login)).toBe('ok');
    expect(answer).toMatchObject({ value: { ok: false, reply: { code: { name: 'NONEXISTENT' } } } });
    expect(await imap.list()).toMatchObject({ ok: true });
    expect((await imap.select('INBOX')).ok).toBe(true);
  });

  test('IMAP-024 nothing counts that was said of the mailbox before', async () => {
    const { imap, events } = await talk((command) =>
      command === 'LOGIN'
        ? [
            '* 99 EXISTS',
            '* OK [UIDVALIDITY 666] x',
            '* OK [UIDNEXT 5] x',
            '* 1 FETCH (UID 6 FLAGS ())',
            '$ OK in',
          ]
        : undefined,
    );
    const [, result] = await both(imap);
    if (result.status === 'rejected') throw result.reason;
    const { value: answer } = result;
    expect(await uidsOf(answer)).toEqual([7, 9]);
    expect(answer).toMatchObject({
      value: { state: { exists: 2, uidValidity: 9, uidNext: undefined }, changes: [] },
    });
    const ignored = events.filter((event) => event.type === 'diagnostic' && event.reason === 'ignored-data');
    expect(ignored).toHaveLength(2);
  });

  test('RFC 6855 §6 speaks UTF-8 where only the capabilities behind it tell that nothing else is spoken', async () => {
    const { imap, heard } = await talk((command, tag) => {
      if (command === 'CAPABILITY') return ['* CAPABILITY IMAP4rev1 UTF8=ONLY', '$ OK'];
      if (command === 'ENABLE') return ['* ENABLED UTF8=ACCEPT', `${tag} OK`];
      return command === 'EXAMINE' || command === 'UID FETCH'
        ? ['$ NO [CANNOT] enable UTF8=ACCEPT']
        : undefined;
    });
    const results = await both(imap);
    expect(results.map(fate)).toEqual(['ok', 'refused']);
    expect(words(heard[1])).toEqual(['ENABLE UTF8=ACCEPT']);
  });

  test('RFC 9051 §6.3.1 but says no ENABLE where such a server has opened the mailbox all the same', async () => {
    const { imap, heard } = await talk(async (command) => {
      if (command === 'CAPABILITY') return ['* CAPABILITY IMAP4rev1 UTF8=ONLY', '$ OK'];
      if (command === 'EXAMINE') await settled();
      return undefined;
    });
    expect((await both(imap)).map(fate)).toEqual(['ok', 'ok']);
    expect(heard).toHaveLength(1);
  });

  test('IMAP-021 a CAPABILITY that is refused is not asked for again', async () => {
    const { imap, heard } = await talk((command) => (command === 'CAPABILITY' ? ['$ BAD what'] : undefined));
    expect((await both(imap)).map(fate)).toEqual(['ok', 'ok']);
    expect(heard).toHaveLength(1);
  });
});

describe('a group that breaks off', () => {
  test.each([
    ['LOGIN', ['timeout-reply', 'timeout-reply']],
    ['CAPABILITY', ['timeout-reply', 'timeout-reply']],
    ['EXAMINE', ['ok', 'timeout-reply']],
    ['UID FETCH', ['ok', 'ok']],
  ])('IMAP-029 nobody waits for ever for an answer to %s', async (silent, expected) => {
    const clock = virtualClock();
    const { imap } = await talk((command) => (command === silent ? ['silent'] : undefined), { clock });
    const fates = Promise.all((await Promise.all([both(imap), clock.advance(1_000_000)]))[0].map(fate));
    expect(await fates).toEqual(expected);
    await clock.advance(1_000_000);
    expect(clock.alarms).toBe(0);
  });

  // What was sent cannot be taken back, so the connection is gone for either; before that, each is a call by itself.
  test.each([
    ['the login', 'before it is sent', 0, ['enough', 'not authenticated'], 0],
    ['the select', 'before it is sent', 0, ['ok', 'enough'], 2],
    ['both', 'before they are sent', 0, ['enough', 'enough'], 0],
    ['the login', 'after that', 1, ['enough', 'closed'], 4],
    ['the select', 'after that', 1, ['closed', 'enough'], 4],
    ['both', 'after that', 1, ['enough', 'enough'], 4],
  ])('an abort of %s %s', async (what, _when, turns, fates, lines) => {
    const { imap, heard } = await talk((command) =>
      command === 'LOGIN' && turns > 0 ? ['silent'] : undefined,
    );
    const aborting = new AbortController();
    const { signal } = aborting;
    const calls = Promise.allSettled([
      imap.login(credentials, { pipelining, ...(what !== 'the select' && { signal }) }),
      imap.examine('INBOX', { fetch, ...(what !== 'the login' && { signal }) }),
    ]);
    for (let turn = 0; turn < turns; turn += 1) await settled();
    aborting.abort(new Error('enough'));
    const told = (await calls).map((call) => (call.status === 'rejected' ? String(call.reason) : fate(call)));
    expect(told).toEqual(fates.map((word) => expect.stringContaining(word) as unknown));
    expect(heard.flat()).toHaveLength(lines);
    const after = reasonOf(imap.noop());
    expect(await after).toBe(turns > 0 ? 'closed' : undefined);
  });

  test('an abort ends the wait for a password that a key ring does not give', async () => {
    const { imap, heard } = await talk();
    const aborting = new AbortController();
    const login = imap.login(() => new Promise<never>(() => undefined), {
      pipelining,
      signal: aborting.signal,
    });
    const answer = imap.select('INBOX');
    await settled();
    aborting.abort(new Error('enough'));
    await expect(login).rejects.toThrow('enough');
    await expect(answer).rejects.toThrow('not authenticated');
    expect(heard).toEqual([]);
  });

  test('a name that no mailbox can have is a mistake of that call alone', async () => {
    const { imap, heard } = await talk();
    const login = imap.login(credentials, { pipelining });
    await expect(imap.select('a\0b')).rejects.toThrow('control characters');
    expect(await login).toMatchObject({ ok: true });
    expect(heard.map(words)).toEqual([['LOGIN "tim" "tanstaaf"', 'CAPABILITY']]);
  });

  test('a password that no login can carry is one of the login alone, and the other call says that nobody is logged in', async () => {
    const { imap, heard } = await talk();
    const login = imap.login({ ...credentials, password: 'a\nb' }, { pipelining });
    const answer = imap.select('INBOX');
    await expect(login).rejects.toThrow('password');
    await expect(answer).rejects.toThrow('not authenticated');
    expect(heard).toEqual([]);
  });
});
