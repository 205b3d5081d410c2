/** Takes an enhanced status code off the beginning of a text: `class.subject.detail`, no leading zeros (RFC 3463 §2). */
export function parseEnhanced(
  text: string,
): { readonly enhanced: string; readonly text: string } | undefined {
  const match = /^([245]\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2}))(?: |$)/.exec(text);
  const enhanced = match?.[1];
  return enhanced === undefined ? undefined : { enhanced, text: text.slice(enhanced.length + 1) };
}

/** RFC 3463 §3: what the second number of an enhanced status code is about. */
export const enhancedSubjects: Readonly<Record<number, string>> = {
  0: 'other',
  1: 'address',
  2: 'mailbox',
  3: 'mail system',
  4: 'network and routing',
  5: 'mail delivery protocol',
  6: 'message content or media',
  7: 'security or policy',
};

/** Details that a program or a person can act on; the class digit is left out. */
const details: Readonly<Record<string, string>> = {
  '1.1': 'no such mailbox',
  '1.2': 'no such host',
  '1.10': 'the domain accepts no mail (null MX)', // RFC 7505 §4.1, RFC 7504
  '2.1': 'mailbox disabled',
  '2.2': 'mailbox full',
  '3.2': 'the host accepts no mail', // RFC 7504 with 521
  '3.4': 'message too large',
  '4.2': 'connection failed or timed out',
  '5.1': 'command out of order',
  '5.2': 'unknown command or syntax error',
  '5.3': 'too many recipients',
  '5.4': 'invalid arguments',
  '5.6': 'authentication exchange line too long', // RFC 4954 §6
  '6.7': 'non-ASCII addresses not permitted', // RFC 6531 §3.5
  '6.9': 'UTF-8 header message cannot be transferred', // RFC 6531 §3.5
  '7.0': 'refused by policy',
  '7.1': 'delivery not authorized',
  '7.8': 'wrong user or password', // RFC 4954 §6
  '7.9': 'authentication mechanism too weak', // RFC 4954 §6
  '7.10': 'encryption needed', // RFC 8689 §4.2.1
  '7.11': 'encryption required for this authentication mechanism', // RFC 4954 §6
  '7.12': 'a password transition is needed', // RFC 4954 §6
  '7.13': 'user account disabled', // RFC 5248
  '7.27': 'the sender address has a null MX', // RFC 7505 §4.1
  '7.30': 'REQUIRETLS support required', // RFC 8689 §4.2.1
};

/** An enhanced status code taken apart. */
export interface EnhancedStatus {
  /** From the first number: 2 success, 4 persistent transient failure, 5 permanent failure. */
  readonly status: 'success' | 'transient' | 'permanent';
  /** What it is about, or `undefined` for a subject that no RFC names. */
  readonly subject: string | undefined;
  /** What exactly, in a few words, where it is one that somebody can act on. */
  readonly detail: string | undefined;
}

/**
 * Takes an enhanced status code apart. An unknown subject or detail still tells its class (RFC 3463 §2). `undefined` for a
 * text that is no such code.
 *
 * @example
 * ```ts run
 * import { enhancedStatus } from '@postern/smtp';
 * console.log(enhancedStatus('5.7.8')?.detail); // wrong user or password
 * console.log(enhancedStatus('5.999.1')?.status); // permanent
 * ```
 */
export function enhancedStatus(code: string): EnhancedStatus | undefined {
  const parsed = parseEnhanced(code);
  if (!parsed || parsed.text !== '') return undefined;
  const [first, subject, detail] = parsed.enhanced.split('.');
  return {
    status: first === '2' ? 'success' : first === '4' ? 'transient' : 'permanent',
    subject: enhancedSubjects[Number(subject)],
    detail: details[`${subject}.${detail}`],
  };
}
