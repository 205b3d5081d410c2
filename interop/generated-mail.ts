// Messages out of a seed, with what an IMAP server has to say about each: written down while they are put together, and not
// read out of them.
import { latin1 } from '@postern/wire';
import { seededRandom } from '@postern/wire/testing';

/** What ENVELOPE says (RFC 9051 §7.5.2), absent fields left out. */
export interface KnownEnvelope {
  readonly date?: string;
  readonly subject?: string;
  readonly from?: readonly KnownAddress[];
  readonly to?: readonly KnownAddress[];
  readonly messageId?: string;
  readonly inReplyTo?: string;
}

type KnownAddress =
  | { readonly name?: string; readonly mailbox: string; readonly host: string }
  | { readonly group: string; readonly members: readonly KnownAddress[] };

/** What BODYSTRUCTURE says of a part, and what is in it. */
export interface KnownPart {
  /** The number that asks for it (RFC 9051 §6.4.5.1); none for a multipart that is the text of a message. */
  readonly part?: string;
  readonly type: string;
  readonly subtype: string;
  readonly params: Readonly<Record<string, string>>;
  readonly encoding?: string;
  readonly disposition?: { readonly type: string; readonly filename: string };
  /** As it is in the message, one character for each octet. */
  readonly raw: string;
  /** With the transfer encoding undone. */
  readonly decoded?: string;
  readonly parts?: readonly KnownPart[];
  readonly message?: KnownMessage;
}

export interface KnownMessage {
  /** The whole message with CRLF line ends, one character for each octet. */
  readonly content: string;
  readonly envelope: KnownEnvelope;
  readonly body: KnownPart;
}

type Random = () => number;

/** A part before it has its number. */
type Making = (part: string | undefined) => KnownPart;

const utf8 = (text: string): string => latin1(new TextEncoder().encode(text));
function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}
const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low));

const words = [
  'Grüße',
  'aus',
  'München',
  '会議',
  'の議事録',
  'plain',
  'dot.',
  '.',
  '..',
  'From',
  '',
] as const;

/** Lines of a text, some of them with a dot at their beginning, some empty, some long. */
function lines(random: Random, ascii: boolean): string {
  let text = '';
  for (let count = between(random, 0, 12); count > 0; count -= 1) {
    const start = pick(random, ['', '.', '..', '-', ' ', '\t', '>From ']);
    const line = Array.from({ length: between(random, 0, 14) }, () => pick(random, words)).join(' ');
    text += `${start}${line}\r\n`;
  }
  if (random() < 0.1) text += `${'long '.repeat(180)}\r\n`;
  if (random() < 0.2) text += 'no line end';
  return ascii ? text.replaceAll(/[^\p{ASCII}]/gu, '?') : utf8(text);
}

const octets = (random: Random, length: number): string =>
  String.fromCharCode(...Array.from({ length }, () => between(random, 0, 256)));

const base64 = (text: string): string =>
  Buffer.from(text, 'latin1')
    .toString('base64')
    .replaceAll(/.{76}(?=.)/g, '$&\r\n');

/** RFC 2045 §6.7; line ends of the text stay what they are. */
function quotedPrintable(text: string): string {
  const encode = (character: string): string =>
    `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  return text
    .split('\r\n')
    .map((line) => line.replaceAll(/[^!-<>-~ \t]|[ \t]$/g, encode).replaceAll(/.{72}(?=.{4})/g, '$&=\r\n'))
    .join('\r\n')
    .replaceAll(/=([0-9A-F]?)=\r\n([0-9A-F]{1,2})/g, '=\r\n=$1$2');
}

interface Leaf {
  readonly type: string;
  readonly subtype: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly encoding: string;
  readonly raw: string;
  readonly decoded: string;
  readonly filename?: string;
}

function leaf(given: Leaf): Making {
  const { filename, params = {}, ...rest } = given;
  return (part) => ({
    ...(part === undefined ? {} : { part }),
    params,
    ...rest,
    ...(filename === undefined ? {} : { disposition: { type: 'attachment', filename } }),
  });
}

function anyLeaf(random: Random): Making {
  const text = { type: 'text', subtype: 'plain' };
  const kind = between(random, 0, 7);
  if (kind === 0) {
    const raw = lines(random, true);
    return leaf({ ...text, params: { charset: 'us-ascii' }, encoding: '7bit', raw, decoded: raw });
  }
  if (kind === 1) {
    const raw = lines(random, false);
    return leaf({ ...text, params: { charset: 'utf-8' }, encoding: '8bit', raw, decoded: raw });
  }
  if (kind === 2) {
    const decoded = lines(random, false);
    const raw = quotedPrintable(decoded);
    const params = { charset: 'utf-8', format: 'flowed' };
    return leaf({ type: 'text', subtype: 'html', params, encoding: 'quoted-printable', raw, decoded });
  }
  if (kind === 3)
    return leaf({ ...text, params: { charset: 'utf-8' }, encoding: '7bit', raw: '', decoded: '' });
  const decoded = octets(random, kind === 4 ? 0 : between(random, 1, 3000));
  const filename = pick(random, ['a.bin', 'with "quotes".pdf', 'back\\slash', 'no extension']);
  const type = { type: 'application', subtype: 'octet-stream', params: { name: filename } };
  return leaf({ ...type, encoding: 'base64', raw: base64(decoded), decoded, filename });
}

function multipart(random: Random, depth: number): Making {
  const subtype = pick(random, ['mixed', 'alternative', 'related', 'x-unknown']);
  const boundary = `b ${depth}=_${Math.floor(random() * 1e9)}`;
  const made = Array.from({ length: between(random, 1, 5) }, () => anyPart(random, depth - 1));
  const preamble = pick(random, ['', 'Preamble\r\n', '--not the boundary\r\n']);
  // Without a line end of its own behind the last boundary, Dovecot counts that of the outer boundary to this part.
  const epilogue = pick(random, ['\r\n', '\r\nEpilogue\r\n']);
  return (part) => {
    const parts = made.map((make, index) =>
      make(part === undefined ? String(index + 1) : `${part}.${index + 1}`),
    );
    const raw = [
      ...parts.map((each) => `--${boundary}\r\n${mimeHeader(each)}\r\n${each.raw}\r\n`),
      `--${boundary}--${epilogue}`,
    ].join('');
    return {
      ...(part === undefined ? {} : { part }),
      type: 'multipart',
      subtype,
      params: { boundary },
      raw: preamble + raw,
      parts,
    };
  };
}

function embedded(random: Random, depth: number): Making {
  const envelope = anyEnvelope(random);
  const make = anyPart(random, depth - 1);
  return (part) => {
    const message = assemble(envelope, make, part);
    const raw = message.content;
    return {
      ...(part === undefined ? {} : { part }),
      type: 'message',
      subtype: 'rfc822',
      params: {},
      encoding: '8bit',
      raw,
      decoded: raw,
      message,
    };
  };
}

function anyPart(random: Random, depth: number): Making {
  const kind = depth === 0 ? 0 : random();
  if (kind < 0.5) return anyLeaf(random);
  return kind < 0.85 ? multipart(random, depth) : embedded(random, depth);
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

function mimeHeader({ type, subtype, params, encoding, disposition }: KnownPart): string {
  const list = Object.entries(params).map(([name, value]) => `;\r\n ${name}=${quoted(value)}`);
  return [
    `Content-Type: ${type}/${subtype}${list.join('')}\r\n`,
    encoding === undefined ? '' : `Content-Transfer-Encoding: ${encoding}\r\n`,
    disposition ? `Content-Disposition: attachment; filename=${quoted(disposition.filename)}\r\n` : '',
  ].join('');
}

interface Header {
  readonly known: KnownEnvelope;
  /** The header fields. */
  readonly text: string;
}

const people = [
  { name: 'Ada', mailbox: 'ada', host: 'x.example' },
  { name: 'Doe, "J\\"', mailbox: 'jd', host: 'x.example' },
  { name: '=?utf-8?Q?J=C3=BCrgen?=', mailbox: 'j', host: 'y.example' },
  { mailbox: 'bare', host: 'z.example' },
] as const;

function written(address: KnownAddress): string {
  if ('group' in address) return `${address.group}: ${address.members.map(written).join(', ')};`;
  const { name, mailbox, host } = address;
  if (name === undefined) return `${mailbox}@${host}`;
  return `${/[",]/.test(name) ? quoted(name) : name} <${mailbox}@${host}>`;
}

function anyEnvelope(random: Random): Header {
  const serial = Math.floor(random() * 1e12);
  const count = random() < 0.03 ? 400 : between(random, 0, 5);
  const many = Array.from({ length: count }, () => pick(random, people));
  const to: readonly KnownAddress[] =
    random() < 0.2 && count > 0 ? [{ group: 'friends', members: many }, people[0]] : many;
  const subject = pick(random, [
    'short',
    '=?utf-8?Q?Gr=C3=BC=C3=9Fe?= "x" \\',
    utf8('Grüße, 会議'),
    `folded ${'word '.repeat(40)}end`,
    `very long ${'x'.repeat(20_000)}`,
    undefined,
  ]);
  const from = pick(random, people);
  const known: KnownEnvelope = {
    date: `${between(random, 1, 29)} Nov 2025 09:12:44 +0100`,
    from: [from],
    messageId: `<${serial}@x.example>`,
    ...(subject === undefined ? {} : { subject }),
    ...(to.length === 0 ? {} : { to }),
    ...(random() < 0.3 ? { inReplyTo: `<${serial - 1}@x.example>` } : {}),
  };
  const text = [
    `Date: ${known.date}\r\n`,
    `From: ${written(from)}\r\n`,
    to.length === 0 ? '' : `To: ${to.map(written).join(',\r\n ')}\r\n`,
    subject === undefined
      ? ''
      : `Subject: ${subject.startsWith('folded') ? subject.replaceAll(/(?:word ){5}/g, '$&\r\n').replaceAll(' \r\n', '\r\n ') : subject}\r\n`,
    `Message-ID: ${known.messageId}\r\n`,
    known.inReplyTo === undefined ? '' : `In-Reply-To: ${known.inReplyTo}\r\n`,
    random() < 0.1 ? `X-Long: ${'y'.repeat(70_000)}\r\n` : '',
    random() < 0.1 ? `References:${' <a@x.example>\r\n'.repeat(300)}` : '',
    'MIME-Version: 1.0\r\n',
  ].join('');
  return { known, text };
}

/** A message whose body is one part is `1` in it, or `n.1` in part n (RFC 9051 §6.4.5.1). */
function assemble(header: Header, make: Making, outer: string | undefined): KnownMessage {
  const probe = make(undefined);
  const isMultipart = probe.type === 'multipart';
  const numbered = outer === undefined ? probe : withoutNumber(make(outer));
  const body = isMultipart ? numbered : make(outer === undefined ? '1' : `${outer}.1`);
  return { envelope: header.known, body, content: `${header.text}${mimeHeader(body)}\r\n${body.raw}` };
}

function withoutNumber({ part: _part, ...rest }: KnownPart): KnownPart {
  return rest;
}

/** So many messages out of a seed, all different. */
export function generatedMail(count: number, seed: number): readonly KnownMessage[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const header = anyEnvelope(random);
    return assemble(header, anyPart(random, index % 4), undefined);
  });
}
