import { emptyEnvelope, envelope } from './envelope.ts';
import type { Envelope } from './envelope.ts';
import { number64 } from './numbers.ts';
import type { Number64 } from './numbers.ts';
import {
  another,
  close,
  CLOSE,
  closes,
  codeAt,
  isDigit,
  isNil,
  malformed,
  nil,
  open,
  OPEN,
  passText,
  peek,
  QUOTE,
  SPACE,
  space,
  surplus,
  tolerate,
} from './scan.ts';
import { nstring, string } from './strings.ts';
import { skip } from './skip.ts';
import type { Scan } from './scan.ts';

/** Parameters of a media type or a disposition, in the order they came; names in lower case, values as they came. */
export class Parameters {
  /** A name, its value, and so on: most bodies have one or two, for which a map costs more than it is worth. */
  readonly #pairs: readonly string[];

  constructor(pairs: readonly string[]) {
    this.#pairs = pairs;
  }

  /** How many there are. */
  get size(): number {
    return this.#pairs.length / 2;
  }

  /** The value of a parameter by its name in lower case; the first, where there are several. */
  get(name: string): string | undefined {
    for (let at = 0; at < this.#pairs.length; at += 2)
      if (this.#pairs[at] === name) return this.#pairs[at + 1];
    return undefined;
  }

  /** All of them: `new Map(params)` makes a map. */
  *[Symbol.iterator](): Generator<readonly [name: string, value: string], void, undefined> {
    for (let at = 0; at < this.#pairs.length; at += 2)
      yield [this.#pairs[at] ?? '', this.#pairs[at + 1] ?? ''];
  }
}

/** What a server says about how a part is to be shown (RFC 2183). */
export interface Disposition {
  /** Lower case: `inline`, `attachment`. */
  readonly type: string;
  readonly params: Parameters | undefined;
}

/** Data that a future revision adds to a body (RFC 9051 §7.5.2, body-extension); `null` = NIL. */
export type BodyExtension = string | Number64 | null | readonly BodyExtension[];

/** What every body has. */
interface AnyBody {
  /**
   * The number that asks for this part in `BODY[…]` (RFC 9051 §6.4.5.1). None for the outermost multipart, nor for a multipart
   * directly inside a message: its text is that of the message.
   */
  readonly part: string | undefined;
  /** Lower case. */
  readonly subtype: string;
  readonly params: Parameters | undefined;
  readonly description: string | undefined;
  readonly disposition: Disposition | undefined;
  readonly language: readonly string[] | undefined;
  readonly location: string | undefined;
  readonly extension: readonly BodyExtension[] | undefined;
}

/** A body of several parts. */
export interface Multipart extends AnyBody {
  readonly type: 'multipart';
  /** Empty only where a server left them out. */
  readonly parts: readonly BodyStructure[];
  // What only a single part has; named here so that all bodies have one shape, which whoever reads many of them is fast with.
  readonly id: undefined;
  readonly encoding: undefined;
  readonly octets: undefined;
  readonly lines: undefined;
  readonly md5: undefined;
  readonly envelope: undefined;
  readonly body: undefined;
}

/** A body of one part. */
export interface SinglePart extends AnyBody {
  /** The media type in lower case: `text`, `image`, `message`. */
  readonly type: string;
  readonly parts: undefined;
  /** The Content-ID. */
  readonly id: string | undefined;
  /** The transfer encoding in lower case. */
  readonly encoding: string;
  /** The size in that encoding. Absent where the server gave no number. */
  readonly octets: Number64 | undefined;
  /** For text and for messages: the lines, in the transfer encoding. */
  readonly lines: Number64 | undefined;
  readonly md5: string | undefined;
  /** For `message/rfc822` and `message/global`, unless the server left it out. */
  readonly envelope: Envelope | undefined;
  /** Likewise: the body of the message inside. */
  readonly body: BodyStructure | undefined;
}

/** How a message is made up (RFC 9051 §7.5.2, BODYSTRUCTURE). `parts` tells a multipart from a single part. */
export type BodyStructure = Multipart | SinglePart;

/**
 * Reads a body. `own` is the part's number where it has one already, and goes before the numbers of what is inside; else `prefix` does.
 */
export function bodyStructure(scan: Scan, own?: string, prefix = ''): BodyStructure {
  open(scan);
  if (peek(scan) === OPEN) return multipart(scan, own, own === undefined ? prefix : `${own}.`);
  const part = own ?? `${prefix}1`;
  const { at } = scan;
  if (peek(scan) === QUOTE) {
    // As nearly every part begins: with two strings.
    const type = string(scan).toLowerCase();
    if (peek(scan) === SPACE && codeAt(scan, scan.at + 1) === QUOTE) {
      scan.at += 1;
      return singlePart(scan, part, type, string(scan).toLowerCase());
    }
    scan.at = at;
  }
  const shape = shapeOf(scan);
  if (shape === 'empty-multipart') return emptyMultipart(scan, own);
  const first = nstring(scan)?.toLowerCase();
  // MailKit #371: a type alone.
  if (shape === 'single-without-subtype') return singlePart(scan, part, undefined, first);
  space(scan);
  return singlePart(scan, part, first, nstring(scan)?.toLowerCase());
}

function multipart(scan: Scan, own: string | undefined, prefix: string): BodyStructure {
  const first = partOf(scan, prefix, 1);
  let parts = [first];
  if (peek(scan) === OPEN) {
    // Nearly always there are two: room for them and no more.
    parts = [first, partOf(scan, prefix, 2)];
    while (peek(scan) === OPEN) parts.push(partOf(scan, prefix, parts.length + 1));
  }
  space(scan);
  const subtype = string(scan).toLowerCase();
  return multipartEnd(scan, own, subtype, parts);
}

function partOf(scan: Scan, prefix: string, index: number): BodyStructure {
  const number = `${prefix}${index}`;
  const part = bodyStructure(scan, number);
  // Exchange puts spaces between bodies.
  if (peek(scan) === SPACE && codeAt(scan, scan.at + 1) === OPEN) surplus(scan);
  return part;
}

/** The end of most bodies: no extension data but NIL. Looked for first, since one comparison is cheaper than reading every NIL. */
const ONE_PART = 'NIL NIL NIL NIL)';
const MULTIPART = ' NIL NIL NIL)';

/** No identifier and no description; a space follows. */
const NEITHER = ' NIL NIL';

function passNils(scan: Scan, end: string): boolean {
  if (!passText(scan, end)) return false;
  scan.depth -= 1;
  return true;
}

function multipartEnd(
  scan: Scan,
  own: string | undefined,
  subtype: string,
  parts: readonly BodyStructure[],
): BodyStructure {
  let params: Parameters | undefined;
  let disposition: Disposition | undefined;
  let description: string | undefined;
  let language: readonly string[] | undefined;
  let location: string | undefined;
  let extension: readonly BodyExtension[] | undefined;
  if (another(scan)) {
    params = parameters(scan);
    if (!passNils(scan, MULTIPART) && another(scan)) {
      if (peek(scan) === QUOTE) {
        // javamail #278: a description where the disposition of a multipart belongs.
        tolerate(scan, 'wrong-field');
        description = string(scan);
      } else {
        disposition = dispositionOf(scan);
      }
      if (another(scan)) {
        language = languages(scan);
        if (another(scan)) {
          location = nstring(scan);
          extension = extensions(scan);
        }
      }
    }
  }
  return {
    part: own,
    type: 'multipart',
    subtype,
    params,
    id: undefined,
    description,
    encoding: undefined,
    octets: undefined,
    lines: undefined,
    md5: undefined,
    disposition,
    language,
    location,
    envelope: undefined,
    body: undefined,
    parts,
    extension,
  };
}

/**
 * What stands behind the parenthesis, when it is no body. Two strings begin a single part; else it is one of what servers
 * make of a part that they could not read, and only its fields tell which.
 */
function shapeOf(scan: Scan): 'single' | 'single-without-subtype' | 'empty-multipart' {
  const { at, depth } = scan;
  const kinds: string[] = [];
  try {
    while (kinds.length < 7 && peek(scan) !== CLOSE) {
      if (kinds.length > 0) space(scan);
      kinds.push(kindHere(scan));
      if (kinds.length === 2 && kinds[0] === 'string' && kinds[1] === 'string') return 'single';
      skip(scan);
    }
  } finally {
    scan.at = at;
    scan.depth = depth;
  }
  if (kinds[5] === 'number' && kinds[0] === 'string' && kinds[1] !== 'string')
    return 'single-without-subtype';
  if (kinds[6] === 'number') return 'single';
  const first = kinds[0] === 'string' && kinds[1] !== 'string';
  const second = kinds[0] === 'nil' && kinds[1] === 'string';
  if (first || second) return 'empty-multipart';
  throw malformed;
}

function kindHere(scan: Scan): 'string' | 'nil' | 'number' | 'list' {
  const code = peek(scan);
  if (code === OPEN) return 'list';
  if (isNil(scan)) return 'nil';
  return isDigit(code) || code === 0x2d ? 'number' : 'string';
}

/** `(NIL "mixed" …)`, `("ALTERNATIVE" …)`: a multipart without parts (Dovecot, Zimbra, Gmail, QQ, Yandex, GreenMail). */
function emptyMultipart(scan: Scan, own: string | undefined): BodyStructure {
  tolerate(scan, 'empty-multipart');
  if (nil(scan)) space(scan);
  return multipartEnd(scan, own, string(scan).toLowerCase(), []);
}

/** What stands behind the media type and the subtype. */
function singlePart(
  scan: Scan,
  part: string,
  givenType: string | undefined,
  givenSubtype: string | undefined,
): BodyStructure {
  space(scan);
  if (givenType === undefined || givenSubtype === undefined) tolerate(scan, 'wrong-field');
  const type = givenType ?? 'application';
  const subtype = givenSubtype ?? 'octet-stream';
  const params = parameters(scan);
  let id: string | undefined;
  let description: string | undefined;
  if (!passText(scan, NEITHER)) {
    space(scan);
    id = nstring(scan);
    space(scan);
    description = nstring(scan);
  }
  space(scan);
  let encoding = nstring(scan)?.toLowerCase();
  if (encoding === undefined) {
    // maddy; RFC 2045 §6.1: without a word it is 7bit.
    tolerate(scan, 'wrong-field');
    encoding = '7bit';
  }
  space(scan);
  const octets = number64(scan);
  let lines: Number64 | undefined;
  let inner: Envelope | undefined;
  let body: BodyStructure | undefined;
  let more = another(scan);
  if (type === 'text') {
    if (more && isDigit(peek(scan))) {
      lines = number64(scan);
      more = another(scan);
    } else {
      // BlueMind, go-imap #557.
      tolerate(scan, 'short-part');
    }
  } else if (type === 'message' && (subtype === 'rfc822' || subtype === 'global')) {
    if (more && peek(scan) === OPEN) {
      inner = envelope(scan);
      space(scan);
      body = bodyStructure(scan, undefined, `${part}.`);
      space(scan);
      lines = number64(scan);
      more = another(scan);
    } else if (more && /^nil +nil +\d/i.test(scan.text.slice(scan.at, scan.at + 16))) {
      // Zimbra.
      tolerate(scan, 'short-part');
      nil(scan);
      space(scan);
      nil(scan);
      space(scan);
      inner = emptyEnvelope;
      lines = number64(scan);
      more = another(scan);
    } else {
      // Gmail, where the message is in base64.
      tolerate(scan, 'short-part');
    }
  }
  let md5: string | undefined;
  let disposition: Disposition | undefined;
  let language: readonly string[] | undefined;
  let location: string | undefined;
  let extension: readonly BodyExtension[] | undefined;
  if (more && !passNils(scan, ONE_PART)) {
    md5 = nstring(scan);
    if (another(scan)) {
      disposition = dispositionOf(scan);
      if (another(scan)) {
        language = languages(scan);
        if (another(scan)) {
          location = nstring(scan);
          extension = extensions(scan);
        }
      }
    }
  }
  return {
    part,
    type,
    subtype,
    params,
    id,
    description,
    encoding,
    octets,
    lines,
    md5,
    disposition,
    language,
    location,
    envelope: inner,
    body,
    parts: undefined,
    extension,
  };
}

/** RFC 9051 §9, body-fld-param: NIL or pairs. */
function parameters(scan: Scan): Parameters | undefined {
  if (peek(scan) !== OPEN && nil(scan)) return undefined;
  open(scan);
  if (closes(scan)) {
    tolerate(scan, 'empty-list');
    return undefined;
  }
  const pairs = [string(scan).toLowerCase(), parameterValue(scan)];
  while (!closes(scan)) {
    if (peek(scan) === SPACE) space(scan);
    pairs.push(string(scan).toLowerCase(), parameterValue(scan));
  }
  return new Parameters(pairs);
}

function parameterValue(scan: Scan): string {
  space(scan);
  const value = nstring(scan);
  if (value !== undefined) return value;
  // mail.ru.
  tolerate(scan, 'wrong-field');
  return '';
}

/** RFC 9051 §9, body-fld-dsp. Exchange writes a string alone, or two NIL. */
function dispositionOf(scan: Scan): Disposition | undefined {
  if (peek(scan) !== OPEN) {
    if (nil(scan)) return undefined;
    tolerate(scan, 'wrong-field');
    return { type: string(scan).toLowerCase(), params: undefined };
  }
  open(scan);
  const type = nstring(scan)?.toLowerCase();
  space(scan);
  const params = parameters(scan);
  close(scan);
  if (type !== undefined) return { type, params };
  tolerate(scan, 'wrong-field');
  return undefined;
}

/** RFC 9051 §9, body-fld-lang: a string or a list of them. */
function languages(scan: Scan): readonly string[] | undefined {
  if (peek(scan) !== OPEN) return nil(scan) ? undefined : [string(scan)];
  open(scan);
  const list: string[] = [];
  while (!closes(scan)) {
    if (peek(scan) === SPACE) space(scan);
    const language = nstring(scan);
    // MailKit #953.
    if (language === undefined) tolerate(scan, 'wrong-field');
    else list.push(language);
  }
  if (list.length > 0) return list;
  tolerate(scan, 'empty-list');
  return undefined;
}

/** RFC 9051 §7.5.2: whatever a future revision adds, up to the parenthesis that closes the body. */
function extensions(scan: Scan): readonly BodyExtension[] | undefined {
  if (!another(scan)) return undefined;
  const list: BodyExtension[] = [];
  do list.push(extensionValue(scan));
  while (another(scan));
  return list;
}

function extensionValue(scan: Scan): BodyExtension {
  const code = peek(scan);
  if (code === OPEN) {
    open(scan);
    const list: BodyExtension[] = [];
    while (!closes(scan)) {
      if (list.length > 0) space(scan);
      list.push(extensionValue(scan));
    }
    return list;
  }
  if (isDigit(code)) return number64(scan) ?? null;
  return nstring(scan) ?? null;
}
