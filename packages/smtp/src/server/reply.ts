import { utf8 } from '@postern/wire';

/** A reply of the server. */
export interface ServerReply {
  readonly code: number;
  /** `class.subject.detail`; its class is that of the code (RFC 2034 §4). `undefined` for greeting, EHLO and 3xx. */
  readonly enhanced?: string;
  /** At least one line; printable ASCII (RFC 5321 §4.2). */
  readonly lines: readonly string[];
}

/** Makes a reply of one line. */
export function oneLine(code: number, enhanced: string | undefined, text: string): ServerReply {
  return { code, lines: [text], ...(enhanced !== undefined && { enhanced }) };
}

/** A reply as octets: every line carries the code, all but the last a hyphen (RFC 5321 §4.2.1). */
export function encodeReply(reply: ServerReply, withEnhanced: boolean): Uint8Array {
  const enhanced = withEnhanced && reply.enhanced !== undefined ? `${reply.enhanced} ` : '';
  const last = reply.lines.length - 1;
  const lines = reply.lines.map(
    (text, at) => `${reply.code}${at === last ? ' ' : '-'}${enhanced}${text}\r\n`,
  );
  return utf8(lines.join(''));
}
