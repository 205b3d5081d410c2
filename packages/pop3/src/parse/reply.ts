import { latin1, peerText } from '@postern/wire';

const LF = 10;
const CR = 13;
const DOT = 0x2e;

/** One reply of a server. */
export interface Pop3Reply {
  /** RFC 1939 §3: there are these two and no more (an AUTH challenge is no reply). */
  readonly status: '+OK' | '-ERR';
  /**
   * The extended response code of RFC 2449 §8, upper case, such as `IN-USE` or `SYS/TEMP`. Levels below a known code are
   * cut off, because a client must ignore what it does not know there.
   */
  readonly code: string | undefined;
  /** `true` where a code came although RESP-CODES was not listed (or nothing was listed yet). */
  readonly unadvertised?: true;
  /** The text for people, without status and code; the peer's words, so print them escaped. */
  readonly text: string;
  /** The lines of a listing (CAPA, LIST, UIDL), unstuffed; empty for any other reply. */
  readonly lines: readonly string[];
}

/** How much of a reply is read before it is too much. */
export interface ReplyLimits {
  /** Longest status or listing line with its end. Default 8192: RFC 2449 §4 says 512, and servers exceed it. */
  readonly maxLineBytes: number;
  /** Longest line of an AUTH challenge with its end. Default 65,536: RFC 5034 §4 sets no limit, and a memory needs one. */
  readonly maxChallengeBytes: number;
  /** All lines of one listing (CAPA, LIST, UIDL) together. Default 16 MiB: some 200,000 messages. */
  readonly maxListingBytes: number;
  /** The same before a login. Default 64 KiB: only CAPA lists anything then, and a stranger gets no memory of ours. */
  readonly maxEarlyBytes: number;
}

/** The defaults, with room for every honest server and none for an endless one. The content of a message has no limit: it streams. */
export const replyLimits: ReplyLimits = {
  maxLineBytes: 8192,
  maxChallengeBytes: 65_536,
  maxListingBytes: 16 * 1024 * 1024,
  maxEarlyBytes: 64 * 1024,
};

/** RFC 2449 §8.1, RFC 3206 §4-5, RFC 6856 §5. */
const knownCodes = ['IN-USE', 'LOGIN-DELAY', 'SYS/TEMP', 'SYS/PERM', 'AUTH', 'UTF8'];

/**
 * Reads a status line (RFC 1939 §3), without its line end. `undefined` when it is none. Lower case is accepted, since RFC
 * 1939 only says that servers send upper case.
 */
export function parseStatusLine(line: Uint8Array): Pop3Reply | undefined {
  const text = peerText(line);
  const status = (['+OK', '-ERR'] as const).find(
    (indicator) => text.slice(0, indicator.length).toUpperCase() === indicator,
  );
  if (!status) return undefined;
  const behind = text[status.length];
  if (behind !== undefined && behind !== ' ' && behind !== '\t') return undefined;
  const rest = text.slice(status.length + 1);
  // RFC 2449 §8: a code counts only directly behind the status indicator.
  const coded = rest.startsWith('[') ? /^\[([\x21-\x5c\x5e-\x7e]+)\](?: |$)/.exec(rest) : undefined;
  return {
    status,
    code: coded?.[1] === undefined ? undefined : knownCode(coded[1]),
    text: coded ? rest.slice(coded[0].length) : rest,
    lines: [],
  };
}

/** RFC 2449 §8: codes are hierarchical and case-insensitive; unknown deeper levels mean what the known level means. */
function knownCode(code: string): string {
  const upper = code.toUpperCase();
  return knownCodes.find((known) => upper === known || upper.startsWith(`${known}/`)) ?? upper;
}

/** RFC 1939 §3: one leading dot of a line in a multi-line reply is stuffing. `undefined` for the line that ends the reply. */
export function unstuffLine(line: Uint8Array): Uint8Array | undefined {
  if (line[0] !== DOT) return line;
  return line.length === 1 ? undefined : line.subarray(1);
}

/** Where the lines of a listing end: at the line that ends it, or behind the last whole line of the chunk. */
function linesEnd(chunk: Uint8Array): number {
  for (let dot = chunk.indexOf(DOT); dot >= 0; dot = chunk.indexOf(DOT, dot + 1)) {
    const alone = chunk[dot + 1] === CR && chunk[dot + 2] === LF;
    if (alone && (dot === 0 || chunk[dot - 1] === LF)) return dot;
  }
  return chunk.lastIndexOf(LF) + 1;
}

/**
 * Cuts the beginning of a listing into its lines, up to a chunk's end or to the line that ends the listing: thousands of lines in
 * a few native calls. None where one of them is out of the ordinary (no ASCII, a NUL, a bare LF, too long), so that somebody has
 * to look at each. `bytes` = how many octets the lines have.
 */
export function plainLines(
  chunk: Uint8Array,
  maxLineBytes: number,
): { readonly lines: readonly string[]; readonly bytes: number } {
  const none = { lines: [], bytes: 0 };
  const bytes = linesEnd(chunk);
  const text = latin1(chunk.subarray(0, bytes));
  if (/[\0\x80-\xff]|(?:^|[^\r])\n/.test(text)) return none;
  const lines = text.split('\r\n');
  lines.pop();
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.length + 2 > maxLineBytes) return none;
    // RFC 1939 §3: one leading dot is stuffing.
    if (line.startsWith('.')) lines[at] = line.slice(1);
  }
  return { lines, bytes };
}

/** The timestamp of a greeting that offers APOP: a message identifier in angle brackets (RFC 1939 §7, RFC 5322 §3.6.4). */
export function apopTimestamp(text: string): string | undefined {
  return /<[\w!#$%&'*+\-/=?^`{|}~.]+@(?:[\w!#$%&'*+\-/=?^`{|}~.]+|\[[\x21-\x5a\x5e-\x7e]*\])>/.exec(
    text,
  )?.[0];
}

/** Takes the dot-stuffing off a message (RFC 1939 §3) while it streams by; holds no line, so lines have no limit. */
export interface Unstuffing {
  /**
   * Takes bytes; says how many belonged to the message and its end, and what they mean. The content is a copy, and nobody else's;
   * small ones lie side by side in one buffer. Behind the end the next message begins.
   */
  push(bytes: Uint8Array): { readonly used: number; readonly content: Uint8Array; readonly done: boolean };
}

/**
 * Makes an {@link Unstuffing}. Only CRLF, dot, CRLF ends a message; a bare LF is data. The content keeps the CRLF of its last line.
 */
export function createUnstuffing(): Unstuffing {
  // Where we are: at the beginning of a line, behind its leading dot, behind ".\r", inside a line, or behind a CR in one.
  let place: 'begin' | 'dot' | 'dot-cr' | 'inside' | 'cr' = 'begin';
  const copy = createCopier();
  return {
    push(bytes) {
      const pieces: Uint8Array[] = [];
      /** Where the piece begins that belongs to the content as it stands. */
      let from = 0;
      let at = 0;
      while (at < bytes.length) {
        switch (place) {
          case 'begin':
            if (bytes[at] === DOT) {
              if (at > from) pieces.push(bytes.subarray(from, at));
              at += 1;
              from = at;
              place = 'dot';
            } else place = 'inside';
            break;
          case 'dot':
            if (bytes[at] === CR) {
              at += 1;
              place = 'dot-cr';
            } else place = 'inside';
            break;
          case 'dot-cr':
            if (bytes[at] === LF) {
              place = 'begin';
              return { used: at + 1, content: copy(pieces), done: true };
            }
            // The CR was data behind a stuffed dot; it may have come with the chunk before.
            if (at === 0) pieces.push(carriageReturn);
            place = 'cr';
            break;
          case 'inside':
          case 'cr': {
            let end = bytes.indexOf(LF, at);
            // Most lines begin with no dot, and then it is all the same how the line before ended.
            while (end >= 0 && end + 1 < bytes.length && bytes[end + 1] !== DOT)
              end = bytes.indexOf(LF, end + 1);
            const next = end < 0 ? bytes.length : end + 1;
            const crlf = end >= 0 && (end === 0 ? place === 'cr' : bytes[end - 1] === CR);
            place = crlf ? 'begin' : bytes[next - 1] === CR ? 'cr' : 'inside';
            at = next;
          }
        }
      }
      // A CR behind a dot is held back: the next octet tells what it is.
      pieces.push(bytes.subarray(from, place === 'dot-cr' ? at - 1 : at));
      return { used: at, content: copy(pieces), done: false };
    },
  };
}

const carriageReturn = Uint8Array.of(CR);

/** A buffer for thousands of small messages costs a fraction of a buffer for each; whoever keeps one of them keeps its neighbours. */
const sharedBytes = 16_384;

/** The largest piece that lies in a shared buffer. */
const maxSharedPiece = 4096;

/** Copies pieces of a borrowed chunk into one array. */
function createCopier(): (pieces: readonly Uint8Array[]) => Uint8Array {
  let shared = new Uint8Array(0);
  let taken = 0;
  return (pieces) => {
    let length = 0;
    for (let at = 0; at < pieces.length; at += 1) length += pieces[at]?.length ?? 0;
    let whole: Uint8Array;
    if (length > maxSharedPiece) {
      whole = new Uint8Array(length);
    } else {
      if (taken + length > shared.length) {
        shared = new Uint8Array(sharedBytes);
        taken = 0;
      }
      whole = shared.subarray(taken, taken + length);
      taken += length;
    }
    let at = 0;
    for (let index = 0; index < pieces.length; index += 1) {
      const piece = pieces[index] ?? carriageReturn;
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  };
}
