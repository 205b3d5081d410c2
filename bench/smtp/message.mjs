// The messages that everybody sends.

const line = `${'The quick brown fox jumps over the lazy dog, again and again. '.repeat(2).slice(0, 70)}\r\n`;
const header = [
  'From: Ann <ann@example.org>',
  'To: Ben <ben@example.net>',
  'Subject: A message for the sink',
  'MIME-Version: 1.0',
  'Content-Type: text/plain',
  '',
  '',
].join('\r\n');

/** The text of a body of about so many octets. @param {number} octets */
export function body(octets) {
  return line.repeat(Math.max(1, Math.round(octets / line.length)));
}

/** A whole message of about so many octets. @param {number} octets */
export function message(octets) {
  return Buffer.from(header + body(octets - header.length));
}

/**
 * A message of about so many octets, in blocks of 64 KiB that cut lines anywhere. It is the same block each time, so that the
 * source itself takes no memory.
 *
 * @param {number} octets
 */
export function* blocks(octets) {
  const head = message(0);
  yield head;
  const text = Buffer.from(line.repeat(Math.ceil(65_536 / line.length) + 1));
  // A block that holds whole lines only would never be cut within one.
  const whole = text.subarray(0, Math.floor(65_536 / line.length) * line.length);
  const first = whole.subarray(0, whole.length - 30);
  const rest = Buffer.concat([whole.subarray(whole.length - 30), whole.subarray(0, whole.length - 30)]);
  yield first;
  for (let sent = head.length + first.length; sent < octets; sent += rest.length) yield rest;
  yield whole.subarray(whole.length - 30);
}
