/** Whole sessions over connections that die at every octet: no false success, and nobody waits for ever. */
import { isWireError } from '@postern/wire';
import {
  fragileConnection,
  simulatedNetwork,
  testTlsOffer,
  testTlsRequest,
  virtualClock,
} from '@postern/wire/testing';
import type { Fragility } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { openImap } from '../src/index.ts';
import type { Answer, FetchedMailbox, Imap, Mailbox, OpenImapOptions } from '../src/index.ts';
import { memoryMailStore, serveImap } from '../src/server/index.ts';
import type { MailStore, ServeImapOptions } from '../src/server/index.ts';
import { authenticate, credentials } from './dialogue.ts';
import { bytes, contents } from './server-session.ts';

/** Which end has a connection that dies. */
type Cut = Fragility & { readonly end: 'client' | 'server' };

/** What came of one step: its value, or why there is none. */
type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Notes what comes of a step; the value is `undefined` where there is none. */
type Note = <T>(name: string, step: Promise<T>) => Promise<T | undefined>;

interface Scene {
  readonly name: string;
  readonly server: Partial<ServeImapOptions>;
  readonly client?: Partial<OpenImapOptions>;
  /** The steps; each goes on whatever became of the one before, as far as that is possible. */
  readonly play: (imap: Imap, note: Note, store: MailStore) => Promise<void>;
}

/** The value of an answer; a NO is none that these scenes expect. */
async function good<T>(answer: Promise<Answer<T>>): Promise<T> {
  const got = await answer;
  if (!got.ok) throw new Error(`a refusal that nobody said: ${got.reply.text}`);
  return got.value;
}

async function opened(imap: Imap, note: Note, name = 'INBOX'): Promise<Mailbox | undefined> {
  let mailbox: Mailbox | undefined;
  const select = good(imap.select(name)).then((selected) => {
    mailbox = selected;
    return selected.state;
  });
  await note(`SELECT ${name}`, select);
  return mailbox;
}

async function collected<T>(items: AsyncIterable<T> & { readonly reply: unknown }): Promise<unknown> {
  const list: unknown[] = [];
  for await (const item of items) list.push(item instanceof Uint8Array ? [...item] : { ...item });
  return { list, reply: items.reply };
}

const preauth = { greeting: { type: 'preauth' } } as const;

const scenes: readonly Scene[] = [
  {
    name: 'STARTTLS and login',
    server: { tls: testTlsOffer, auth: { authenticate }, capabilities: ['IMAP4rev1', 'SASL-IR'] },
    async play(imap, note) {
      const secured = good(imap.startTls(testTlsRequest())).then(({ verification }) => verification);
      if (!(await note('STARTTLS', secured))) return;
      await note('login', good(imap.login(credentials)));
      await Promise.all([note('NOOP', good(imap.noop())), note('ID', good(imap.id()))]);
    },
  },
  {
    name: 'login in two turns',
    server: { auth: { authenticate, mechanisms: ['LOGIN'] }, capabilities: ['IMAP4rev1'] },
    client: { tls: testTlsRequest() },
    async play(imap, note) {
      await note('login', good(imap.login(credentials)));
    },
  },
  {
    name: 'login with a mailbox in one group',
    server: { auth: { authenticate }, capabilities: ['IMAP4rev1'] },
    client: { tls: testTlsRequest() },
    async play(imap, note) {
      let mailbox: FetchedMailbox | undefined;
      const login = note('login', good(imap.login(credentials, { pipelining: 'select' })));
      const examine = good(imap.examine('INBOX', { fetch: { uids: '1:*', items: ['UID', 'FLAGS'] } }));
      await note(
        'EXAMINE',
        examine.then((examined) => (mailbox = examined).state),
      );
      await login;
      if (!mailbox) return;
      await note('FETCH', collected(mailbox.fetched));
      await note('CLOSE', good(mailbox.close()));
    },
  },
  {
    name: 'a refused login with a mailbox in one group, and a better one',
    server: { auth: { authenticate }, capabilities: ['IMAP4rev1'] },
    client: { tls: testTlsRequest() },
    async play(imap, note) {
      const attempt = (password: string): readonly [Promise<unknown>, Promise<unknown>] => {
        const login = imap.login({ ...credentials, password }, { pipelining: 'select' });
        const examine = imap.examine('INBOX', { fetch: { uids: '1:*', items: ['UID'] } });
        return [
          login.then((answer) => (answer.ok ? 'in' : answer.reason)),
          examine.then(async (answer) => (answer.ok ? answer.value.fetched.all() : answer.reason)),
        ];
      };
      const wrong = attempt('wrong');
      await Promise.all([note('wrong login', wrong[0]), note('wrong EXAMINE', wrong[1])]);
      const right = attempt(credentials.password);
      await Promise.all([note('login', right[0]), note('EXAMINE and FETCH', right[1])]);
    },
  },
  {
    name: 'reading',
    server: { ...preauth, capabilities: ['IMAP4rev1', 'LIST-EXTENDED', 'LIST-STATUS'] },
    async play(imap, note) {
      await Promise.all([
        note('LIST', good(imap.list({ status: ['messages'] }))),
        note('STATUS', good(imap.status('Sent', ['messages']))),
        note('NOOP', good(imap.noop())),
      ]);
      const mailbox = await opened(imap, note);
      if (!mailbox) return;
      const search = note('SEARCH', good(mailbox.search({ subject: 'two' })));
      await note('FETCH', collected(mailbox.fetch('1:*', ['UID', 'FLAGS', 'ENVELOPE'])));
      await note('download', collected(mailbox.download(2)));
      await note('all', good(mailbox.fetch(1, ['BODY.PEEK[]']).all()));
      await search;
      await note('UNSELECT', good(mailbox.close()));
    },
  },
  {
    name: 'writing',
    server: { ...preauth, capabilities: ['IMAP4rev1', 'MOVE', 'UIDPLUS'] },
    async play(imap, note, store) {
      const message = bytes('Subject: new\r\n\r\nnew\r\n');
      const there =
        (name: string) =>
        <T>(value: T) => ({ value, contents: contents(store, name) });
      await note(
        'CREATE',
        good(imap.create('Neü')).then(() => store.find('Ne&APw-') !== undefined),
      );
      await note('APPEND', good(imap.append('Sent', message)).then(there('Sent')));
      const mailbox = await opened(imap, note);
      if (!mailbox) return;
      const flags = ['\\Flagged'];
      const flagged = (): unknown => store.find('INBOX')?.find(1)?.flags;
      await note('STORE', good(mailbox.store(1, { how: 'add', flags })).then(flagged));
      await note('COPY', good(mailbox.copy(1, 'Sent')).then(there('Sent')));
      await note('MOVE', good(mailbox.move(2, 'Sent')).then(there('Sent')));
      await note('delete', good(mailbox.store(1, { how: 'add', flags: ['\\Deleted'] })));
      await note('EXPUNGE', good(mailbox.expunge({ uids: 1 })).then(there('INBOX')));
    },
  },
  {
    name: 'appending with LITERAL+',
    server: { ...preauth, capabilities: ['IMAP4rev1', 'LITERAL+', 'UIDPLUS'] },
    async play(imap, note, store) {
      const append = (text: string): Promise<unknown> =>
        note(
          text,
          good(imap.append('Sent', bytes(text))).then(() => contents(store, 'Sent').includes(text)),
        );
      await Promise.all([append('one'), append('two'), append('three')]);
    },
  },
  {
    name: 'watching',
    server: { ...preauth, capabilities: ['IMAP4rev1', 'IDLE'] },
    async play(imap, note, store) {
      const mailbox = await opened(imap, note);
      if (!mailbox) return;
      const changes = mailbox.watch();
      const first = note('first change', changes.next());
      await note('NOOP', good(imap.noop()));
      store.find('INBOX')?.append([{ content: bytes('late') }]);
      await first;
      await changes.return(undefined);
      await note('again', good(imap.noop()));
    },
  },
];

interface Played {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly sent: number;
  readonly heard: number;
}

async function play(scene: Scene, cut?: Cut): Promise<Played> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 1 } });
  const messages = ['Subject: one\r\n\r\none\r\n', 'Subject: two\r\n\r\ntwo\r\n', 'Subject: 3\r\n\r\n'];
  const store = memoryMailStore({ mailboxes: { INBOX: messages, Sent: [] } });
  const outcomes = new Map<string, Outcome>();
  const note: Note = async (name, step) => {
    try {
      const value = await step;
      outcomes.set(name, { value });
      return value;
    } catch (error) {
      outcomes.set(name, { error });
      return undefined;
    }
  };
  const here = { address: '192.0.2.1', port: 143 };
  await network.listen(here, async (accepted) => {
    const connection = cut?.end === 'server' ? fragileConnection(accepted, cut) : accepted;
    const serving = async (): Promise<void> => {
      if (scene.client?.tls) await connection.acceptTls(testTlsOffer);
      await serveImap(connection, { clock, store: () => store, ...scene.server });
    };
    await serving().catch(() => undefined);
  });
  let [sent, heard] = [0, 0];
  const observe = {
    wrote: (octets: Uint8Array) => void (sent += octets.length),
    received: (octets: Uint8Array) => void (heard += octets.length),
  };
  await clock.run(async () => {
    const connected = await network.connect(here);
    const connection = cut?.end === 'client' ? fragileConnection(connected, cut) : connected;
    const imap = await note('open', openImap(connection, { clock, observe, ...scene.client }));
    if (!imap) return;
    outcomes.set('open', { value: 'open' });
    await scene.play(imap, note, store);
    await note('LOGOUT', imap.logout());
  });
  await clock.advance(2_000_000);
  expect(network.counts.open).toBe(0);
  expect(clock.alarms).toBe(0);
  return { outcomes, sent, heard };
}

/** What is wrong with what came of the steps, beside what comes of them on a whole connection. */
function complaints(played: Played, whole: Played, how: Cut['how']): readonly string[] {
  return [...played.outcomes].flatMap(([name, outcome]) => {
    if ('error' in outcome) {
      if (!isWireError(outcome.error)) return [`${name}: ${String(outcome.error)}`];
      const { reason, phase } = outcome.error.fault;
      return reasons[how].test(reason) && phase.length > 0 ? [] : [`${name}: ${reason} in ${phase}`];
    }
    // A server that closes in answer to LOGOUT has said goodbye, whatever it left unsaid.
    if (name === 'LOGOUT' && outcome.value === undefined) return [];
    const expected = whole.outcomes.get(name);
    const same = JSON.stringify(outcome, inWords) === JSON.stringify(expected, inWords);
    return same ? [] : [`${name}: a false success`];
  });
}

const inWords = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

/** What a connection that dies may be called; a server that hears nothing closes in the end, perhaps within a line, which is told. */
const reasons: Readonly<Record<Cut['how'], RegExp>> = {
  closed: /^(?:closed|truncated|server-closing|reset-during-tls)/,
  reset: /^(?:reset|closed|truncated)/,
  silent: /^(?:timeout-|closed|truncated)/,
};

const hows = ['closed', 'reset', 'silent'] as const;

test.each(scenes)(
  '$name: the connection dies at every octet, at either end and in either direction',
  async (scene) => {
    const whole = await play(scene);
    expect([...whole.outcomes.values()].filter((outcome) => 'error' in outcome)).toEqual([]);
    const wrong = new Map<string, string>();
    const seen = new Set<string>();
    const directions = [
      ['client', 'writes', whole.sent],
      ['client', 'reads', whole.heard],
      ['server', 'reads', whole.sent],
      ['server', 'writes', whole.heard],
    ] as const;
    for (const [end, direction, total] of directions) {
      for (let at = 1; at < total; at += 1) {
        // Octets beside each other are of one kind nearly always, so each kind of place is met by each kind of death.
        const how = hows[at % 3] ?? 'closed';
        const played = await play(scene, { end, [direction]: at, how });
        for (const [name, outcome] of played.outcomes) if ('error' in outcome) seen.add(name);
        for (const complaint of complaints(played, whole, how))
          wrong.set(complaint, `${end} ${direction} ${at} ${how}`);
      }
    }
    expect(Object.fromEntries(wrong)).toEqual({});
    // Every step was met by a connection that died, so that the above says something of each.
    expect(seen).toEqual(new Set(whole.outcomes.keys()));
  },
  60_000,
);
