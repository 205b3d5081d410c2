// Our IMAP client against Dovecot: everything that was put there is read octet for octet, and told as it is.
import type {
  Address,
  AddressGroup,
  Answer,
  BodyStructure,
  Envelope,
  FetchData,
  FetchedMailbox,
  Imap,
  Login,
} from '@postern/imap';
import { latin1 } from '@postern/wire';
import { beforeAll, describe, expect, test } from 'vitest';
import { generatedMail } from '../generated-mail.ts';
import type { KnownEnvelope, KnownMessage, KnownPart } from '../generated-mail.ts';
import { fingerprint, ImapAccount, password, value } from '../imap-account.ts';

const account = new ImapAccount('reader@good.test');
const seed = 2026;
const mails = generatedMail(330, seed);
const byMark = new Map(mails.map((mail) => [fingerprint(mail.content), mail]));
const methods = ['implicit-tls', 'starttls'] as const;

/** Names with what the wire must hold for them, written out here. */
const names = [
  ['A&B', 'A&-B'],
  ['Entwürfe', 'Entw&APw-rfe'],
  ['Gelöschte Elemente', 'Gel&APY-schte Elemente'],
  ['日本語', '&ZeVnLIqe-'],
  ['Entwürfe.台北日本語', 'Entw&APw-rfe.&U,BTF2XlZyyKng-'],
  ['😀 & co', '&2D3eAA- &- co'],
] as const;

/** A third of the messages in INBOX, the others by turns. */
const boxes = ['INBOX', ...names.map(([name]) => name)];
const wires = ['INBOX', ...names.map(([, wire]) => wire)];
const shares = boxes.map((_, box) =>
  mails.filter((_mail, index) => box === (index % 3 === 0 ? 0 : 1 + (Math.floor(index / 3) % names.length))),
);

beforeAll(async () => {
  console.log(`${mails.length} messages out of the seed ${seed}`);
  await using imap = await account.open('implicit-tls');
  for (const [name] of names) value(await imap.create(name));
  // Dovecot makes the folders of INBOX when it is first opened.
  value(await imap.examine('INBOX'));
  shares.forEach((share, box) => {
    account.putFiles(
      wires[box] ?? '',
      share.map(({ content }) => content),
    );
  });
});

/** What a server said of the structure, as {@link wanted} writes it. */
function told(body: BodyStructure): object {
  const { part, type, subtype, params, encoding, octets, lines, disposition, envelope, parts } = body;
  const filename = disposition?.params?.get('filename');
  return defined({
    part,
    type,
    subtype,
    params: Object.fromEntries(params ?? []),
    encoding,
    octets,
    lines: type === 'multipart' ? undefined : lines,
    disposition: disposition && defined({ type: disposition.type, filename }),
    envelope: envelope && toldEnvelope(envelope),
    body: body.body && told(body.body),
    parts: parts?.map(told),
  });
}

function toldEnvelope({ date, subject, from, to, messageId, inReplyTo }: Envelope): object {
  const list = (addresses: Envelope['from']): unknown => addresses?.map(plain);
  return defined({ date, subject, from: list(from), to: list(to), messageId, inReplyTo });
}

function plain(address: Address | AddressGroup): object {
  if ('group' in address) return { group: address.group, members: address.members.map(plain) };
  return defined({ name: address.name, mailbox: address.mailbox, host: address.host });
}

/** Without what is absent. */
function defined(object: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(object).filter(([, each]) => each !== undefined));
}

/** What it has to say. */
function wanted(known: KnownPart): object {
  const { part, type, subtype, params, encoding, raw, disposition, parts, message } = known;
  const lines = type === 'text' || message ? (raw.match(/\r\n/g)?.length ?? 0) : undefined;
  return defined({
    part,
    type,
    subtype,
    params,
    encoding,
    lines,
    octets: parts ? undefined : raw.length,
    disposition,
    envelope: message && wantedEnvelope(message.envelope),
    body: message && wanted(message.body),
    parts: parts?.map(wanted),
  });
}

/** The text of the client is not that of the wire: octets of 8-bit headers are UTF-8. */
function wantedEnvelope(envelope: KnownEnvelope): object {
  const { subject } = envelope;
  return {
    ...envelope,
    ...(subject === undefined ? {} : { subject: Buffer.from(subject, 'latin1').toString() }),
  };
}

/** Everything that can be asked for by number: the section, and what it holds. */
function sections({ body, content }: KnownMessage): ReadonlyMap<string, string> {
  const border = content.indexOf('\r\n\r\n') + 4;
  const found = new Map([
    ['HEADER', content.slice(0, border)],
    ['TEXT', content.slice(border)],
  ]);
  const walk = ({ part, parts, message, raw }: KnownPart): void => {
    if (part !== undefined) found.set(part, raw);
    if (message && part !== undefined) {
      const within = message.content.indexOf('\r\n\r\n') + 4;
      found.set(`${part}.HEADER`, message.content.slice(0, within));
      found.set(`${part}.TEXT`, message.content.slice(within));
      walk(message.body);
    }
    parts?.forEach(walk);
  };
  walk(body);
  return found;
}

/** The parts whose transfer encoding a server can undo. */
function decodable(body: KnownPart): readonly KnownPart[] {
  const below = [...(body.parts ?? []), ...(body.message ? [body.message.body] : [])].flatMap(decodable);
  return body.part !== undefined && body.decoded !== undefined && !body.message ? [body, ...below] : below;
}

const whole = (message: FetchData): string => message.sections?.[0]?.latin1 ?? '';

/** A login by this password, with INBOX and its messages in the same write. */
function inOneGroup(imap: Imap, given: string): Promise<[Answer<Login>, Answer<FetchedMailbox>]> {
  return Promise.all([
    imap.login({ type: 'password', user: account.user, password: given }, { pipelining: 'select' }),
    imap.examine('INBOX', { fetch: { uids: '1:*', items: ['UID', 'ENVELOPE'] } }),
  ]);
}

describe.each(methods)('with %s', (method) => {
  test('IMAP-040 IMAP-120 lists the mailboxes by their names, and they are on the disk by those of the wire', async () => {
    await using imap = await account.open(method);
    const listed = value(await imap.list({ status: ['messages'] }));
    expect(new Map(listed.map(({ name, status }) => [name, status?.messages]))).toEqual(
      new Map(boxes.map((name, box) => [name, shares[box]?.length])),
    );
    for (const wire of wires) expect(account.files(wire)).not.toEqual([]);
  });

  test(
    'IMAP-051 IMAP-052 IMAP-053 every message is what was put there, whole, and envelope and structure are true',
    { timeout: 60_000 },
    async () => {
      await using imap = await account.open(method);
      const seen: string[] = [];
      for (const name of boxes) {
        await using mailbox = value(await imap.select(name));
        const items = ['UID', 'RFC822.SIZE', 'ENVELOPE', 'BODYSTRUCTURE', 'BODY.PEEK[]'];
        for await (const message of mailbox.fetch('1:*', items)) {
          const mark = fingerprint(whole(message));
          const mail = byMark.get(mark);
          if (!mail) throw new Error(`${name} ${message.uid} is no message that was put there`);
          seen.push(mark);
          expect(message.size).toBe(mail.content.length);
          expect(message.envelope && toldEnvelope(message.envelope)).toEqual(wantedEnvelope(mail.envelope));
          expect(message.bodyStructure && told(message.bodyStructure)).toEqual(wanted(mail.body));
        }
      }
      expect(seen.toSorted()).toEqual(mails.map(({ content }) => fingerprint(content)).toSorted());
    },
  );

  test('IMAP-101 lists a mailbox with a login, EXAMINE and FETCH that leave together', async () => {
    const writes: string[] = [];
    const wrote = (bytes: Uint8Array): void => void writes.push(latin1(bytes));
    await using imap = await account.dialogue(method, { observe: { wrote } });
    const before = writes.length;
    const [login, answer] = await inOneGroup(imap, password);
    expect(value(login)).toEqual({ mechanism: 'LOGIN' });
    const messages = value(await value(answer).fetched.all());
    expect(messages.map(({ envelope }) => envelope && toldEnvelope(envelope))).toEqual(
      shares[0]?.map(({ envelope }) => wantedEnvelope(envelope)),
    );
    expect(imap.capabilities.atoms).toContain('IDLE');
    expect(writes.slice(before)).toEqual([
      expect.stringMatching(/^a\d+ LOGIN .*\r\na\d+ CAPABILITY\r\na\d+ EXAMINE .*\r\na\d+ UID FETCH .*\r\n$/),
    ]);
  });

  test('IMAP-101 a wrong password is the answer to the whole group, and the right one may follow', async () => {
    await using imap = await account.dialogue(method);
    const refusal = { ok: false, reason: 'auth-failed', reply: { status: 'NO' } };
    expect(await inOneGroup(imap, 'wrong')).toMatchObject([refusal, refusal]);
    const [login, answer] = await inOneGroup(imap, password);
    expect(value(login).mechanism).toBe('LOGIN');
    expect(value(await value(answer).fetched.all())).toHaveLength(shares[0]?.length ?? 0);
  });

  test('every message is the same in pieces', { timeout: 60_000 }, async () => {
    await using imap = await account.open(method, { limits: { maxLiteralBytes: 1000 } });
    const seen: string[] = [];
    for (const name of boxes) {
      await using mailbox = value(await imap.select(name));
      const { numbers } = value(await mailbox.search({ all: true }));
      for (const uid of numbers) {
        let content = '';
        for await (const piece of mailbox.download(uid)) content += latin1(piece);
        seen.push(fingerprint(content));
      }
    }
    expect(seen.toSorted()).toEqual(mails.map(({ content }) => fingerprint(content)).toSorted());
  });

  test('IMAP-053 IMAP-054 every part is what was put there, also decoded', { timeout: 60_000 }, async () => {
    await using imap = await account.open(method);
    expect(imap.capabilities.atoms).toContain('BINARY');
    let [parts, decoded] = [0, 0];
    for (const name of boxes) {
      await using mailbox = value(await imap.select(name));
      const all = value(await mailbox.fetch('1:*', ['UID', 'BODY.PEEK[]']).all());
      for (const message of all) {
        const mail = byMark.get(fingerprint(whole(message)));
        if (!mail || message.uid === undefined) throw new Error('a message of nobody');
        const expected = sections(mail);
        const asked = [...expected.keys()].map((section) => `BODY.PEEK[${section}]`);
        const [answer] = value(await mailbox.fetch(message.uid, asked).all());
        const got = new Map(answer?.sections?.map((each) => [each.section, each.latin1 ?? '']));
        expect(got).toEqual(expected);
        parts += got.size;
        const leaves = decodable(mail.body);
        if (leaves.length === 0) continue;
        const binary = leaves.map(({ part }) => `BINARY.PEEK[${part}]`);
        const [plainly] = value(await mailbox.fetch(message.uid, binary).all());
        expect(plainly?.sections?.map(({ section, latin1: text }) => [section, text ?? ''])).toEqual(
          leaves.map(({ part, decoded: text }) => [part, text]),
        );
        decoded += leaves.length;
      }
    }
    console.log(`${parts} parts as they are, ${decoded} decoded`);
  });
});
