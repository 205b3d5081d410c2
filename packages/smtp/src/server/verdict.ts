import { UsageError } from '@postern/wire';
import { oneLine } from './reply.ts';
import type { ServerReply } from './reply.ts';

/** Yes. The reply is the usual one unless parts of it are given. */
export interface Acceptance {
  /** Discriminates. */
  readonly ok: true;
  /** 200 to 299, such as 251 for a recipient that moved (RFC 5321 §3.4). Default 250, after a login 235. */
  readonly code?: number;
  /** Its first digit is that of the code (RFC 2034 §4). */
  readonly enhanced?: string;
  /** Printable, at most 400 characters; what is not ASCII is replaced by `?`. */
  readonly text?: string;
}

/** No, and why. */
export interface Refusal {
  /** Discriminates. */
  readonly ok: false;
  /** 400 to 499 for now, 500 to 599 for good; 421 also ends the dialogue (RFC 5321 §3.8). */
  readonly code: number;
  /** Its first digit is that of the code (RFC 2034 §4). Default: `4.0.0` or `5.0.0`. */
  readonly enhanced?: string;
  /** Printable, at most 400 characters; what is not ASCII is replaced by `?`. Default: `refused`. */
  readonly text?: string;
}

/** The answer to a question of the server machine. */
export type Verdict = Acceptance | Refusal;

/**
 * The verdict that says yes with the usual reply.
 *
 * @example
 * ```ts run
 * import { accept } from '@postern/smtp/server';
 * console.log(accept.ok); // true
 * ```
 */
export const accept: Acceptance = { ok: true };

/**
 * Makes the verdict that says no.
 *
 * @example
 * ```ts run
 * import { refuse } from '@postern/smtp/server';
 * console.log(refuse(550, '5.1.1', 'no such mailbox').code); // 550
 * ```
 */
export function refuse(code: number, enhanced: string, text: string): Refusal {
  return { ok: false, code, enhanced, text };
}

/** The reply a verdict stands for. Throws a `UsageError` for one that would break the protocol. */
export function verdictReply(verdict: Verdict, usual: ServerReply): ServerReply {
  // The types say so already; but not every hook is type-checked, and one that forgets its answer must not break the dialogue.
  if (!isVerdict(verdict)) throw new UsageError('a hook answers with a verdict', 'Verdict');
  const code = verdict.code ?? usual.code;
  const enhanced = verdict.enhanced ?? (verdict.ok ? usual.enhanced : `${String(code)[0]}.0.0`);
  const text = verdict.text ?? (verdict.ok ? usual.lines[0] : undefined) ?? 'refused';
  const fits = verdict.ok ? code >= 200 && code <= 299 : code >= 400 && code <= 599;
  if (!Number.isInteger(code) || !fits) {
    throw new UsageError(
      `no code for ${verdict.ok ? 'an acceptance' : 'a refusal'}: ${code}`,
      'RFC 5321 §4.2.1',
    );
  }
  // RFC 2034 §4
  if (enhanced !== undefined && !/^[245]\.\d{1,3}\.\d{1,3}$/.test(enhanced)) {
    throw new UsageError(`not an enhanced code: ${enhanced}`, 'RFC 3463 §2');
  }
  if (enhanced !== undefined && enhanced[0] !== String(code)[0]) {
    throw new UsageError(`the classes of ${code} and ${enhanced} differ`, 'RFC 2034 §4');
  }
  // One line of a reply is at most 512 octets (RFC 5321 §4.5.3.1.5).
  if (typeof text !== 'string' || text.length > 400 || !/^[ -~\u0080-\u{10ffff}]*$/u.test(text)) {
    throw new UsageError('a reply text is one printable line of at most 400 characters', 'RFC 5321 §4.2');
  }
  // RFC 6531 §3.7.4: UTF-8 only to those who asked for it; ASCII is right for everybody.
  return oneLine(code, enhanced, text.replace(/[^ -~]/gu, '?'));
}

function isVerdict(verdict: unknown): boolean {
  return (
    typeof verdict === 'object' && verdict !== null && 'ok' in verdict && typeof verdict.ok === 'boolean'
  );
}
