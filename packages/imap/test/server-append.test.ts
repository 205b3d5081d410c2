import { latin1 } from '@postern/wire';
import { connectedTo, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { imapServer, memoryMailStore, serveImap } from '../src/server/index.ts';
import type { IncomingMessages, Mailbox, MailStore } from '../src/server/index.ts';
import { bytes, contents, inbox, session } from './server-session.ts';

/** A store with so much room, and one message of ten octets in INBOX. */
function room(octets: number): MailStore {
  return memoryMailStore({ maxOctets: octets, mailboxes: { INBOX: ['0123456789'] } });
}

/** Whether there is room for exactly so much. */
function hasRoomFor(store: MailStore, octets: number): boolean {
  const box = store.find('INBOX');
  const fits = (count: number): boolean => {
    const uids = box?.append([{ content: new Uint8Array(count) }]);
    return Array.isArray(uids) && box?.expunge(uids) === undefined;
  };
  return fits(octets) && !fits(octets + 1);
}

/** INBOX with what it was told written down. */
function watched(store: MailStore): { readonly store: MailStore; readonly log: string[] } {
  const log: string[] = [];
  const watch = (incoming: IncomingMessages): IncomingMessages => ({
    begin: ({ octets, flags, internalDate }) => {
      log.push(`begin ${octets} ${flags?.join(' ') ?? '-'} ${internalDate ?? '-'}`);
      return incoming.begin({
        octets,
        ...(flags && { flags }),
        ...(internalDate !== undefined && { internalDate }),
      });
    },
    write: (octets) => {
      log.push(`write ${octets.length}`);
      incoming.write(octets);
    },
    commit: () => {
      log.push('commit');
      return incoming.commit();
    },
    abandon: () => {
      log.push('abandon');
      incoming.abandon();
    },
  });
  const find = (name: string): Mailbox | undefined => {
    const found = store.find(name);
    return found && proxied(found, { receive: () => watch(found.receive()) });
  };
  const known = new Map<string, Mailbox | undefined>();
  return {
    log,
    store: proxied(store, {
      find: (name) => {
        if (store.find(name) === undefined) known.delete(name);
        else if (!known.has(name)) known.set(name, find(name));
        return known.get(name);
      },
    }),
  };
}

/** The same with some methods of one's own. */
function proxied<T extends object>(inner: T, methods: Partial<T>): T {
  return new Proxy(inner, {
    get: (target, name) => {
      const own: unknown = Reflect.get(Object.hasOwn(methods, name) ? methods : target, name);
      return typeof own === 'function'
        ? (own as (...given: readonly unknown[]) => unknown).bind(target)
        : own;
    },
  });
}

test('IMAP-048 IMAP-110 octets of a message go to the store as they come', () => {
  const { store, log } = watched(inbox(0));
  const { machine } = session(store);
  const say = (text: string): void => void machine.receive(bytes(text), 0);
  say(String.raw`a APPEND INBOX (\Seen) "17-Jul-1996 02:44:25 -0700" {10}`);
  expect(log).toEqual([]);
  say('\r\n');
  expect(log.splice(0)).toEqual([String.raw`begin 10 \Seen 17-Jul-1996 02:44:25 -0700`]);
  say('abc');
  say('defg');
  expect(log.splice(0)).toEqual(['write 3', 'write 4']);
  expect(contents(store, 'INBOX')).toEqual([]);
  say('hij ~{2+}\r\nk');
  expect(log.splice(0)).toEqual(['write 3', 'begin 2 - -', 'write 1']);
  say('l');
  say('\r\n');
  expect(log).toEqual(['write 1', 'commit']);
  expect(contents(store, 'INBOX')).toEqual(['abcdefghij', 'kl']);
});

test.each<readonly [what: string, command: string, refusal: string]>([
  ['there is no mailbox', 'APPEND none {5}', 'NO [TRYCREATE] no such mailbox'],
  ['it is larger than APPENDLIMIT', 'APPEND INBOX {101}', 'NO [TOOBIG] the message is too large'],
  ['there is no room', 'APPEND INBOX {91}', 'NO [OVERQUOTA] there is no room'],
  ['it is empty', 'APPEND INBOX {0}', 'NO [CANNOT] a message is empty'],
  ['a date is wrong', 'APPEND INBOX "x" {5}', 'BAD a date is wrong'],
  ['a flag is none', String.raw`APPEND INBOX (\None) {5}`, 'BAD there is no such flag'],
  ['something stands before it', 'APPEND INBOX x {5}', 'BAD a message comes as a literal'],
  ['UTF8 is not enabled', 'APPEND INBOX UTF8 (~{5}', 'BAD UTF8=ACCEPT is not enabled'],
])('IMAP-091 IMAP-110 a message is refused before it is asked for where %s', (_what, command, refusal) => {
  const store = room(100);
  const { say } = session(store, { limits: { maxAppendBytes: 100 } });
  expect(say(`a ${command}`)).toEqual([`a ${refusal}`]);
  // It does not come, so what comes is a command.
  expect(say('b NOOP')).toEqual(['b OK done']);
  // One that is not asked for comes, and is no command.
  const size = Number(/\{(\d+)/.exec(command)?.[1]);
  expect(say(`c ${command.replace('}', '+}')}`, 'b NOOP\r\n'.repeat(20).slice(0, size), 'd NOOP')).toEqual([
    `c ${refusal}`,
    'd OK done',
  ]);
  expect(hasRoomFor(store, 90)).toBe(true);
});

test('IMAP-048 IMAP-110 of several messages all are kept or none, and the room of those that came is free again', () => {
  const store = room(100);
  const { say } = session(store);
  expect(say('a APPEND INBOX {50}', 'x'.repeat(50) + ' {50}')).toEqual([
    '+ go ahead',
    'a NO [OVERQUOTA] there is no room',
  ]);
  expect(hasRoomFor(store, 90)).toBe(true);
  expect(say('b APPEND INBOX {50+}', 'x'.repeat(50) + ' {101+}', 'x'.repeat(101), 'c NOOP')).toEqual([
    'b NO [OVERQUOTA] there is no room',
    'c OK done',
  ]);
  expect(say('d APPEND INBOX {50+}', 'x'.repeat(50) + ' {5+}', '12\x0045')).toEqual([
    'd NO [UNKNOWN-CTE] a message holds NUL',
  ]);
  expect(say('e APPEND INBOX {5+}', '12345 more')).toEqual(['e BAD there is more than the command takes']);
  const keywords = Array.from({ length: 90 }, (_, index) => `k${index}`).join(' ');
  expect(
    say(
      `f APPEND INBOX (${keywords}) {1+}`,
      `x (${keywords.replaceAll('k', 'l')}) {1+}`,
      `x (${keywords.replaceAll('k', 'm')}) {1+}`,
      'x',
    ),
  ).toEqual(['f NO [LIMIT] there are too many keywords']);
  expect(hasRoomFor(store, 90)).toBe(true);
  expect(contents(store, 'INBOX')).toEqual(['0123456789']);
});

test('IMAP-110 what has come of a message is forgotten where the dialogue ends in it', () => {
  const begun = (store: MailStore): ReturnType<typeof session>['machine'] => {
    const { say, machine } = session(store);
    expect(say('a APPEND INBOX {90}')).toEqual(['+ go ahead']);
    machine.receive(bytes('x'.repeat(40)), 0);
    expect(hasRoomFor(store, 0)).toBe(true);
    return machine;
  };
  const endings: readonly ((machine: ReturnType<typeof begun>) => unknown)[] = [
    (machine) => machine.receiveEnd(0),
    (machine) => machine.send({ verb: 'CLOSE' }, 0),
    (machine) => machine.tick(1_800_000),
    (machine) => machine.receive(bytes(`${'x'.repeat(50)}\nb NOOP\r\n`), 0),
    (machine) => machine.receive(bytes(`${'x'.repeat(50)}${' '.repeat(2 ** 21)}`), 0),
  ];
  for (const end of endings) {
    const store = room(100);
    end(begun(store));
    expect(contents(store, 'INBOX')).toEqual(['0123456789']);
    expect(hasRoomFor(store, 90)).toBe(true);
  }
});

test('IMAP-110 what has come of a message is forgotten where an observer of ours throws', async () => {
  const store = room(100);
  let pieces = 0;
  const received = (): void => {
    pieces += 1;
    if (pieces === 2) throw new Error('observed');
  };
  let over: Promise<unknown> = Promise.resolve();
  await using connection = await connectedTo(async (accepted) => {
    over = serveImap(accepted, {
      clock: virtualClock(),
      greeting: { type: 'preauth' },
      store: () => store,
      observe: { received },
    }).catch((error: unknown) => error);
    await over;
  });
  await connection.write(bytes('a APPEND INBOX {90}\r\n'));
  let said = '';
  while (!said.includes('+ go ahead')) said += latin1((await connection.read()) ?? bytes('+ go ahead'));
  expect(hasRoomFor(store, 0)).toBe(true);
  await connection.write(bytes('12345'));
  expect(await over).toEqual(new Error('observed'));
  expect(hasRoomFor(store, 90)).toBe(true);
});

test('IMAP-001 IMAP-110 a line behind a message that ends wrongly refuses the command by its tag', () => {
  const { say } = session(inbox(0));
  expect(say('a APPEND INBOX {1+}', 'x\nb NOOP')).toEqual([
    'a BAD lines end with CRLF and hold no NUL',
    'b OK done',
  ]);
});

test('IMAP-110 a mailbox that goes meanwhile keeps nothing', () => {
  const store = memoryMailStore({ maxOctets: 10, mailboxes: { a: [] } });
  const { machine, say } = session(store);
  machine.receive(bytes('a APPEND a {10+}\r\n12345'), 0);
  store.delete('a');
  store.create('a');
  expect(say('67890')).toEqual(['a NO [TRYCREATE] no such mailbox']);
  expect(contents(store, 'a')).toEqual([]);
  expect(hasRoomFor(store, 10)).toBe(true);
});

test('IMAP-029 IMAP-110 65,536 octets of a message count like a command, fewer do not', () => {
  const { machine } = session(memoryMailStore());
  machine.receive(bytes('a APPEND INBOX {200000+}\r\n'), 0);
  expect(machine.deadline).toBe(1_800_000);
  machine.receive(new Uint8Array(65_535).fill(120), 1_000_000);
  expect(machine.deadline).toBe(1_800_000);
  machine.receive(new Uint8Array(1).fill(120), 1_500_000);
  expect(machine.deadline).toBe(3_300_000);
});

test('IMAP-110 takes a mailbox as a literal, and tells the limit (RFC 7889)', () => {
  const store = inbox(0);
  const { say } = session(store, { limits: { maxAppendBytes: 257_890 } });
  expect(say('a APPEND {5}', 'INBOX {3}', 'abc')).toEqual([
    '+ go ahead',
    '+ go ahead',
    'a OK [APPENDUID 1 1] kept',
  ]);
  expect(contents(store, 'INBOX')).toEqual(['abc']);
  expect(say('b CAPABILITY')[0]).toMatch(/ APPENDLIMIT=257890(?: |$)/);
  expect(say('c STATUS INBOX (APPENDLIMIT MESSAGES)')[0]).toBe(
    '* STATUS INBOX (APPENDLIMIT 257890 MESSAGES 1)',
  );
  expect(say('d LIST "" % RETURN (STATUS (APPENDLIMIT))')).toContain('* STATUS INBOX (APPENDLIMIT 257890)');
});

test('IMAP-111 a habit of APPEND is met once the message has come, and nothing is kept', () => {
  const store = inbox(0);
  const { say } = session(store, { commands: { APPEND: { type: 'refused', code: 'INUSE' } } });
  expect(say('a APPEND INBOX {3}', 'abc', 'b NOOP')).toEqual([
    '+ go ahead',
    'a NO [INUSE] not now',
    'b OK done',
  ]);
  expect(contents(store, 'INBOX')).toEqual([]);
});

test('IMAP-110 an APPEND is one command event, and one without a right tag is none', () => {
  const machine = imapServer({ greeting: { type: 'preauth' } });
  machine.start(0);
  const outputs = machine.receive(bytes('a APPEND INBOX {1+}\r\nx {1+}\r\ny\r\n'), 0);
  expect(outputs.filter(({ type }) => type === 'event')).toEqual([
    { type: 'event', event: { type: 'command', verb: 'APPEND' } },
  ]);
  const { say } = session(inbox(0));
  expect(say('+ APPEND INBOX {1}', 'b NOOP')).toEqual(['* BAD a tag and a command are needed', 'b OK done']);
});
