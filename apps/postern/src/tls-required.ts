/** As much of a message as is looked at for its header section. Ours: no header section of a letter is longer. */
const LONGEST_HEADER = 1_000_000;

/**
 * Whether the header section of a message says `TLS-Required: No`: its sender would rather have it delivered than protected, whatever
 * the domain publishes (RFC 8689 §3).
 */
export function asksForNoTls(content: Uint8Array): boolean {
  const text = Buffer.from(content.subarray(0, LONGEST_HEADER)).toString('latin1');
  const [header = ''] = text.split(/\r?\n\r?\n/, 1);
  // RFC 5322 §2.2.3: a line that begins with white space belongs to the one before.
  const fields = header.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const said = fields.filter((field) => /^tls-required[ \t]*:/i.test(field));
  // RFC 8689 §3: exactly one field, and "No" is its only value.
  return said.length === 1 && /^tls-required[ \t]*:\s*no\s*$/i.test(said[0] ?? '');
}
