// Contents that a careless peer would change on the way, with what must arrive.

export interface Sample {
  readonly name: string;
  readonly content: Uint8Array;
  /** What the receiver must hold, with CRLF line ends: written out here, not computed by what is tested. */
  readonly arrives: Uint8Array;
  /** The same for a receiver that keeps chunks as they are: BDAT needs no line end before the end (RFC 3030 §2). */
  readonly inChunks: Uint8Array;
}

/** Latin-1: each character is one octet. */
const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const HEAD = 'Subject: sample\r\n\r\n';

function sample(name: string, body: string, arrives = body, inChunks = arrives): Sample {
  const message = (text: string): Uint8Array => octets(HEAD + text);
  return { name, content: message(body), arrives: message(arrives), inChunks: message(inChunks) };
}

const every = (from: number, to: number): string =>
  String.fromCharCode(...Array.from({ length: to - from }, (_, at) => from + at));

/** Dots, 8-bit octets, long lines, bare line ends, empty bodies, and ends without CRLF. */
export const samples: readonly Sample[] = [
  sample('dots at the beginning of lines', '.\r\n..\r\n...\r\n.x\r\nx.\r\n. \r\n.\r\n'),
  sample('a lone dot and no line end', 'x\r\n.', 'x\r\n.\r\n', 'x\r\n.'),
  sample('nothing but a dot', '.\r\n'),
  sample('a body without a line end', 'no end', 'no end\r\n', 'no end'),
  sample('an empty body', ''),
  sample('empty lines at the end', 'x\r\n\r\n\r\n\r\n'),
  sample('all octets over 127', `${every(128, 256)}\r\n.${every(128, 256)}\r\n`),
  sample('white space, and lines like those of mbox', ' \r\n\t\r\nx \r\nFrom x\r\n>From x\r\n'),
  sample(
    'all control characters but NUL and line ends',
    `${every(1, 10)}${every(11, 13)}${every(14, 32)}\r\n`,
  ),
  sample('a line of 998 octets', `${'l'.repeat(998)}\r\n.${'l'.repeat(997)}\r\n`),
  sample('lines over the limit', `${'l'.repeat(999)}\r\n${'.l'.repeat(1500)}\r\n${'8'.repeat(8000)}\r\n`),
  sample('bare LF', 'a\nb\n.\nc\n\n.d\n', 'a\r\nb\r\n.\r\nc\r\n\r\n.d\r\n'),
  sample('bare CR', 'a\rb\r\n.\rc\r', 'a\r\nb\r\n.\r\nc\r\n'),
  sample(
    'what smuggles a second message',
    'a\n.\nb\n.\r\nc\r.\rd\r\n.\re\r\n.\nMAIL FROM:<evil@x.test>\r\n',
    'a\r\n.\r\nb\r\n.\r\nc\r\n.\r\nd\r\n.\r\ne\r\n.\r\nMAIL FROM:<evil@x.test>\r\n',
  ),
  sample('a megabyte in which each line begins with a dot', '.0123456789abcdef\r\n'.repeat(55_000)),
  { ...bare('Subject: x\r\n'), name: 'a header section alone' },
  { ...bare(''), name: 'nothing at all' },
];

function bare(text: string): Omit<Sample, 'name'> {
  return { content: octets(text), arrives: octets(text), inChunks: octets(text) };
}

/** The roughest of them in one message with proper line ends, for clients that send files. It
 * does not end with a dot, which swaks takes for its own. */
export const rough: Uint8Array = octets(
  `${HEAD}.\r\n..\r\n.x\r\n\r\n \r\n\t\r\nFrom x\r\n${every(128, 256)}\r\n${'l'.repeat(998)}\r\n.${'.l'.repeat(498)}\r\n`,
);
