/** What a server may say that no server should, as a program meets it that uses the promises. */
import { isWireError, latin1 } from '@postern/wire';
import type { Clock, Connection, Fault } from '@postern/wire';
import { scriptedPeer, simulatedNetwork, virtualClock } from '@postern/wire/testing';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultOf } from '../../wire/test/rejections.ts';
import { openImap } from '../src/index.ts';
import type { Imap, ImapEvent, Mailbox, OpenImapOptions } from '../src/index.ts';
import { settled } from './dialogue.ts';
import { bytes } from './server-session.ts';

/** A dialogue in which INBOX is selected, with a server that says this to the next command, and then nothing. */
async function told(text: string, options: Partial<OpenImapOptions> = {}) {
  const events: ImapEvent[] = [];
  const connection = await scriptedPeer(async ({ send, line }) => {
    await send('* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hi\r\n');
    await line();
    await send('* 3 EXISTS\r\na1 OK\r\n');
    await line();
    await send(text);
    await line();
  });
  const imap = await openImap(connection, {
    clock: virtualClock(),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const answer = await imap.select('INBOX');
  if (!answer.ok) throw new Error('not selected');
  return { imap, mailbox: answer.value, events };
}

test.each([
  ['a wrong tag', 'a9 OK\r\n', 'wrong-tag'],
  ['a tag in another case', 'A2 OK\r\n', 'wrong-tag'],
  ['a literal of 10^20 octets', '* X {100000000000000000000}\r\n', 'protocol-error'],
  ['content of 10^20 octets', '* 1 FETCH (BODY[] {100000000000000000000}\r\n', 'protocol-error'],
  ['a literal beyond the limit', '* X {99999999999}\r\n', 'literal-too-large'],
  ['a literal of -1 octets', '* X {-1}\r\n', 'protocol-error'],
  ['200,000 brackets', `* X ${'('.repeat(200_000)}\r\n`, 'too-deep'],
  ['200,000 brackets in a structure', `* 1 FETCH (BODY ${'('.repeat(200_000)}\r\n`, 'too-deep'],
  ['200,000 square brackets', `* OK [X ${'['.repeat(200_000)}\r\n+ \r\n+ \r\n`, 'protocol-error'],
  ['a line without end', 'x'.repeat(2_000_000), 'line-too-long'],
  ['continuations nobody asked for', '+ go on\r\n+ go on\r\n', 'protocol-error'],
  ['more messages than there can be', '* 4294967296 EXISTS\r\n', 'protocol-error'],
  ['10^11 messages', '* 99999999999 EXISTS\r\n', 'protocol-error'],
  ['the end of a message beyond all', '* 99999999999 EXPUNGE\r\n', 'protocol-error'],
  ['one message and a half', '* 1.5 EXISTS\r\n', 'protocol-error'],
  ['10^9 messages, written so', '* 1e9 EXISTS\r\n', 'protocol-error'],
  ['a message beyond all', '* 99999999999 FETCH (UID 1)\r\n', 'protocol-error'],
  ['NUL', '* OK \0\r\n', 'nul-in-reply'],
  ['a bare LF', '* OK x\n', 'bare-lf'],
  ['another protocol', '250 OK\r\n', 'wrong-tag'],
])(
  'IMAP-011 %s ends in a reason, for the call that waits and for every later one',
  async (_name, text, reason) => {
    const { imap, mailbox } = await told(text);
    const waiting = [faultOf(imap.noop()), faultOf(mailbox.fetch('1:*', ['UID']).all())];
    for (const fault of await Promise.all(waiting)) expect(fault).toMatchObject({ kind: 'peer', reason });
    expect(await faultOf(imap.status('x', ['messages']))).toMatchObject({ reason });
  },
);

describe('what is strange and does no harm', () => {
  test('IMAP-140 as many messages as there can be need no memory', async () => {
    const { imap, mailbox } = await told('* 4294967295 EXISTS\r\n* VANISHED 1:4294967295\r\na2 OK\r\n');
    expect(mailbox.state.exists).toBe(3);
    await imap.noop();
    expect(mailbox.state.exists).toBe(0);
  });

  test.each(['* 0 EXPUNGE', '* 4 EXPUNGE', '* 4294967295 EXPUNGE'])(
    'IMAP-055 %s removes nothing, and is told as a defect',
    async (line) => {
      const { imap, mailbox, events } = await told(`${line}\r\na2 OK\r\n`);
      expect(await imap.noop()).toMatchObject({ ok: true });
      expect(mailbox.state.exists).toBe(3);
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'diagnostic', reason: 'ignored-data', bytes: bytes(line) }),
      );
    },
  );

  // RFC 9051 §7: what is no number is the name of a response, and one that nobody knows is skipped.
  test.each(
    ['-1', '+5', '-99999999999', 'NaN', '-'].flatMap((count) => [
      `* ${count} EXISTS`,
      `* ${count} EXPUNGE`,
      `* ${count} RECENT`,
    ]),
  )('IMAP-007 IMAP-140 %s counts nothing and is skipped', async (line) => {
    const { imap, mailbox, events } = await told(`${line}\r\n${line}\r\n* 5 EXISTS\r\na2 OK\r\n`);
    expect(await imap.noop()).toMatchObject({ ok: true });
    expect(mailbox.state.exists).toBe(5);
    const others = events.filter((event) => event.type === 'untagged' && event.data.type === 'other');
    expect(others).toMatchObject([{ data: { raw: line } }, { data: { raw: line } }]);
  });

  test('IMAP-140 however often, they end in a reason before they fill the memory', async () => {
    const { imap } = await told('* -1 EXISTS\r\n'.repeat(10_000), { limits: { maxDataBytes: 100_000 } });
    expect(await faultOf(imap.noop())).toMatchObject({ reason: 'reply-too-long' });
  });

  test('a keyword called __proto__ is a keyword', async () => {
    const said = '* FLAGS (__proto__ constructor)\r\n* 1 FETCH (UID 4 FLAGS (__proto__))\r\na2 OK\r\n';
    const { mailbox } = await told(said);
    const answer = await mailbox.fetch('1:*', ['FLAGS']).all();
    expect(answer.ok && answer.value.map(({ flags }) => flags)).toEqual([['__proto__']]);
    expect(mailbox.state.flags).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('untagged lines without end', () => {
  /** A server that never stops; how much it got rid of. */
  async function endless(use: (imap: Imap) => Promise<unknown>): Promise<{ fault: Fault; sent: number }> {
    let sent = 0;
    const line = '* 7 EXISTS\r\n'.repeat(100);
    const connection = await scriptedPeer(async ({ send, line: read }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hi\r\n');
      await read();
      await send('a1 OK\r\n');
      await read();
      await send('a2 OK\r\n');
      if ((await read())?.endsWith(' IDLE') === true) await send('+ idling\r\n');
      for (;;) {
        await send(line);
        sent += line.length;
      }
    });
    const imap = await openImap(connection, { clock: virtualClock(), limits: { maxDataBytes: 100_000 } });
    await imap.noop();
    return { fault: await faultOf(use(imap)), sent };
  }

  test.each<[string, (imap: Imap) => Promise<unknown>]>([
    ['a command', async (imap) => (await imap.select('INBOX'), imap.noop())],
    ['a list', async (imap) => (await imap.noop(), imap.list())],
  ])('IMAP-011 end %s with a reason in bounded memory', async (_name, use) => {
    const { fault, sent } = await endless(use);
    expect(fault).toMatchObject({ reason: 'reply-too-long' });
    // What the limit allows, and what was on its way.
    expect(sent).toBeLessThan(100_000 + 2 * 65_536);
  });

  test('IMAP-080 end a watch that nobody empties', async () => {
    const { fault, sent } = await endless(async (imap) => {
      const answer = await imap.select('INBOX');
      if (!answer.ok) return;
      const changes = answer.value.watch();
      await changes.next();
      // Nobody asks for the next one until there are too many.
      for (let turn = 0; turn < 200; turn += 1) await settled();
      for (;;) await changes.next();
    });
    expect(fault).toMatchObject({ reason: 'reply-too-long', phase: 'idle' });
    expect(sent).toBeLessThan(100_000 + 4 * 65_536);
  });
});

describe('properties', () => {
  /** Every call has a value, or a reason and a phase. */
  const answered = /^\S+ (?:\{.*|undefined|[a-z-]+ [a-z-]+)$/s;

  const session = [
    '* PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS ESEARCH] hi\r\n',
    '* 3 EXISTS\r\n* FLAGS (\\Seen $Work)\r\n* OK [UIDVALIDITY 9] x\r\na1 OK [READ-WRITE] x\r\n',
    '* 1 FETCH (UID 4 FLAGS (\\Seen) ENVELOPE (NIL "s" NIL NIL NIL NIL NIL NIL NIL "<1@x>"))\r\n' +
      '* 2 FETCH (UID 5 BODY[] {4}\r\na)\r\n BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 4 1))\r\na2 OK\r\n',
    '* ESEARCH (TAG "a3") UID MIN 4 MAX 5 COUNT 2 ALL 4:5\r\na3 OK\r\n',
    '* LIST (\\HasNoChildren) "/" {1}\r\nx\r\n* STATUS x (MESSAGES 3)\r\na4 OK\r\n',
  ].map(bytes);

  type Note = <T>(name: string, call: Promise<T>) => Promise<T | undefined>;

  /** What a program does in it. */
  async function play(connection: Connection, clock: Clock, note: Note): Promise<void> {
    let imap: Imap | undefined;
    const opening = openImap(connection, { clock }).then((opened) => {
      imap = opened;
    });
    await note('open', opening);
    if (!imap) return;
    let mailbox: Mailbox | undefined;
    const selecting = imap.select('INBOX').then((answer) => {
      if (answer.ok) mailbox = answer.value;
      return answer.reply;
    });
    await note('SELECT', selecting);
    if (mailbox) {
      await note('FETCH', mailbox.fetch('1:*', ['UID', 'ENVELOPE']).all());
      await note('SEARCH', mailbox.search({ all: true }));
    }
    await note('LIST', imap.list());
  }

  /** Plays the session with whatever the server says in its place, in any pieces, and tells what came of each call. */
  async function outcomes(texts: readonly Uint8Array[], size: () => number): Promise<readonly string[]> {
    const said: string[] = [];
    const note: Note = async (name, call) => {
      try {
        const value = await call;
        said.push(`${name} ${JSON.stringify(value)}`);
        return value;
      } catch (error) {
        if (!isWireError(error)) throw error;
        said.push(`${name} ${error.code} ${error.fault.phase}`);
        return undefined;
      }
    };
    const clock = virtualClock();
    const network = simulatedNetwork({ clock, path: { latency: 1 } });
    const here = { address: '192.0.2.1', port: 143 };
    await network.listen(here, async (accepted) => {
      for (const text of texts) {
        for (let at = 0; at < text.length;) {
          const piece = text.slice(at, at + size());
          await accepted.write(piece);
          at += piece.length;
        }
        // The client says one line at a time.
        if (!(await accepted.read())) break;
      }
      await accepted.end();
    });
    await clock.run(async () => play(await network.connect(here), clock, note));
    return said;
  }

  test('a valid session says the same in any pieces', async () => {
    const whole = await outcomes(session, () => 1000);
    expect(whole).toHaveLength(5);
    expect(whole.join('')).not.toMatch(/closed|reset|error/);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 1, max: 40 })), async (sizes) => {
        expect(await outcomes(session, () => sizes.next().value ?? 1)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  test('octets that are changed, left out or put in leave no call unanswered, and every fault has a reason', async () => {
    const change = fc.record({
      line: fc.nat(session.length - 1),
      at: fc.nat(200),
      drop: fc.nat(5),
      put: fc.uint8Array({ maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.nat(30),
        async (changes, size) => {
          const texts = session.map((text, index) =>
            changes
              .filter(({ line }) => line === index)
              .reduce((all, { at, drop, put }) => {
                const from = Math.min(at, all.length);
                return bytes(latin1(all.slice(0, from)) + latin1(put) + latin1(all.slice(from + drop)));
              }, text),
          );
          for (const outcome of await outcomes(texts, () => size + 1)) expect(outcome).toMatch(answered);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('random octets leave no call unanswered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), async (texts) => {
        for (const outcome of await outcomes([...session.slice(0, 2), ...texts], () => 20))
          expect(outcome).toMatch(answered);
      }),
      { numRuns: 300 },
    );
  });
});
