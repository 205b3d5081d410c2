import { UsageError } from '@postern/wire';
import type { Reason } from '@postern/wire';
import { messageOctets } from '../content/transparency.ts';
import type { Measure } from '../content/transparency.ts';
import type { Extensions } from '../extensions.ts';
import type { MailParameters } from '../mail/parameters.ts';
import { needsUtf8, refused } from '../mail/path.ts';
import type { Envelope, Recipient } from './submission.ts';

/** How content travels. */
export interface Plan {
  readonly mail: MailParameters;
  /** BDAT in place of DATA. */
  readonly chunks: boolean;
  /** Content goes out with the envelope, before its replies. */
  readonly window: boolean;
  /** Content is sent as it is, without a look at its lines. */
  readonly binary: boolean;
  /** Octets over 127 may not occur. */
  readonly sevenBit: boolean;
}

/** What a plan depends on. */
export interface PlanContext {
  readonly extensions: Extensions;
  readonly verifiedTls: boolean;
  readonly lmtp: boolean;
  readonly chunking: 'auto' | 'never' | 'always';
  readonly window: boolean;
  /** Refuses what would have to be mended. */
  readonly strict: boolean;
}

/** RFC 5321 §4.5.3.1.6: octets of a text line without its CRLF. */
const maxTextLine = 998;

/** The rule for content that must not be mended. */
export function checkStrict({ bare, longestLine }: Measure): void {
  if (bare > 0) throw refused('content holds a bare CR or LF', 'RFC 5321 §2.3.8');
  if (longestLine > maxTextLine) throw refused('content holds a line over 998 octets', 'RFC 5321 §4.5.3.1.6');
}

/**
 * Decides by what the server offers how a message is sent, or why it cannot be: a reason means that no octet needs to be
 * sent to know. Throws a {@link UsageError} for an envelope that contradicts itself.
 */
export function planMessage(
  envelope: Envelope,
  recipients: readonly Recipient[],
  content: { readonly measure: Measure | undefined; readonly wholeBytes: number | undefined },
  context: PlanContext,
): Plan | Reason {
  const { extensions, chunking } = context;
  const { keywords } = extensions;
  const { measure } = content;
  const binary = envelope.body === 'BINARYMIME';
  if (binary && chunking === 'never') throw refused('BINARYMIME without chunks', 'RFC 3030 §3');
  if (measure && context.strict && !binary) {
    checkStrict(measure.state === 'after-cr' ? { ...measure, bare: measure.bare + 1 } : measure);
  }
  // RFC 1870 §6.1: what is over the limit need not be offered. 0 is no limit.
  const size = measure ? (binary ? content.wholeBytes : messageOctets(measure)) : envelope.size;
  if (size !== undefined && extensions.size && size > extensions.size) return 'size-exceeded';

  const smtpUtf8 =
    envelope.smtpUtf8 === true ||
    (envelope.from !== '' && needsUtf8(envelope.from)) ||
    recipients.some(({ address }) => needsUtf8(address));
  // RFC 6531 §3.1: 8BITMIME is its mandatory companion.
  if (smtpUtf8 && !(keywords['SMTPUTF8'] && keywords['8BITMIME'])) return 'needs-smtputf8';

  const body = envelope.body ?? bodyOf(measure, keywords['8BITMIME'] !== undefined);
  // RFC 6152 §3: without the extension such a message is re-encoded or not sent; this package re-encodes nothing.
  if (body === '8BITMIME' && !keywords['8BITMIME']) return 'needs-8bitmime';
  if (body === '7BIT' && measure?.eightBit === true) {
    throw new UsageError('content declared 7BIT holds octets over 127', 'RFC 6152 §2', 'argument-refused');
  }
  if (envelope.requireTls === true && !(context.verifiedTls && keywords['REQUIRETLS'])) {
    return 'requiretls-not-offered';
  }

  const offersChunks = keywords['CHUNKING'] !== undefined && chunking !== 'never';
  const window = context.window && offersChunks && keywords['PIPELINING'] !== undefined && !context.lmtp;
  return {
    mail: {
      ...otherParameters(envelope),
      // RFC 6531 §3.4: not said where nothing needs it.
      ...(smtpUtf8 && { smtpUtf8 }),
      ...(body !== '7BIT' && { body }),
      ...(size !== undefined && keywords['SIZE'] && { size }),
    },
    chunks: binary || window || (offersChunks && chunking === 'always'),
    window,
    binary,
    sevenBit: body === '7BIT',
  };
}

/** What the plan does not decide itself. Most envelopes have nothing of the kind, and copying costs. */
function otherParameters(envelope: Envelope): MailParameters | undefined {
  for (const key in envelope) {
    if (key === 'from' || key === 'to') continue;
    const { from: _from, to: _to, body: _body, size: _size, smtpUtf8: _utf8, ...rest } = envelope;
    return rest;
  }
  return undefined;
}

function bodyOf(measure: Measure | undefined, offered: boolean): '7BIT' | '8BITMIME' {
  const eightBit = measure ? measure.eightBit : offered;
  return eightBit ? '8BITMIME' : '7BIT';
}
