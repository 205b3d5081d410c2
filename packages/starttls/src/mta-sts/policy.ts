import { withoutBlanks } from '../text-fields.ts';

/** What an MTA-STS policy says (RFC 8461 §3.2). */
export interface MtaStsPolicy {
  /** `enforce`: do not deliver to a host that fails; `testing`: deliver and report; `none`: there is no policy any more. */
  readonly mode: 'enforce' | 'testing' | 'none';
  /** Patterns of hosts, as A-labels in lower case: a name, or `*.` and a name. Empty only where the mode is `none`. */
  readonly mx: readonly string[];
  /** How long it may be kept, in **seconds**, as in the file; at most 31 557 600, a year. */
  readonly maxAge: number;
}

/** Something in a policy that was put right while reading. */
export interface PolicyDiagnostic {
  /** `max-age-capped`: longer than a year. `duplicate-field`: the first one counts (RFC 8461 §3.2). */
  readonly type: 'max-age-capped' | 'duplicate-field';
  /** Line, from 1. */
  readonly line: number;
}

/** A policy that was read, or what is wrong with it. */
export type ParsedPolicy =
  | { readonly ok: true; readonly policy: MtaStsPolicy; readonly diagnostics: readonly PolicyDiagnostic[] }
  | {
      readonly ok: false;
      /** Line, from 1; 0 where a field is missing. */
      readonly line: number;
      readonly problem:
        'bad-line' | 'bad-version' | 'bad-mode' | 'bad-max-age' | 'bad-mx' | 'missing-field' | 'too-many-mx';
    };

/** RFC 8461 §3.2: "a maximum value of 31557600". */
const MAX_AGE = 31_557_600;

/** Patterns that are read. Ours: no domain has as many hosts, and each costs a comparison per delivery. */
const MAX_MX = 1000;

/**
 * Reads a policy file (RFC 8461 §3.2): lines of `key: value`, ended by LF or CRLF, the last also by nothing; keys and values
 * count letter by letter. Unknown fields are left out, of a field that comes twice the first counts, and one bad field
 * makes the whole policy bad. Never throws.
 *
 * @example
 * ```ts run
 * import { parseMtaSts } from '@postern/starttls';
 * const parsed = parseMtaSts('version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 604800\n');
 * if (parsed.ok) console.log(parsed.policy); // { mode: 'enforce', mx: [ '*.example.org' ], maxAge: 604800 }
 * ```
 */
export function parseMtaSts(text: string): ParsedPolicy {
  const fields = new Map<string, string>();
  const mx: string[] = [];
  const diagnostics: PolicyDiagnostic[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const content = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    // An empty line is none of the grammar; many files end in some, and nobody is misled by them.
    if (withoutBlanks(content) === '') continue;
    const key = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):/.exec(content)?.[1];
    const value = withoutBlanks(content.slice((key?.length ?? 0) + 1));
    if (key === undefined || /\p{Cc}/u.test(value)) return { ok: false, line, problem: 'bad-line' };
    if (key === 'mx') {
      const pattern = mxPattern(value);
      if (pattern === undefined) return { ok: false, line, problem: 'bad-mx' };
      if (mx.length === MAX_MX) return { ok: false, line, problem: 'too-many-mx' };
      mx.push(pattern);
      continue;
    }
    const problem = fieldProblem(key, value);
    if (problem === undefined) continue;
    if (fields.has(key)) {
      diagnostics.push({ type: 'duplicate-field', line });
      continue;
    }
    if (problem !== 'none') return { ok: false, line, problem };
    fields.set(key, value);
    if (key === 'max_age' && Number(value) > MAX_AGE) diagnostics.push({ type: 'max-age-capped', line });
  }
  const mode = fields.get('mode') as MtaStsPolicy['mode'] | undefined;
  const maxAge = fields.get('max_age');
  const incomplete = !fields.has('version') || mode === undefined || maxAge === undefined;
  if (incomplete || (mode !== 'none' && mx.length === 0))
    return { ok: false, line: 0, problem: 'missing-field' };
  return { ok: true, policy: { mode, mx, maxAge: Math.min(Number(maxAge), MAX_AGE) }, diagnostics };
}

/** `none` for a good value of a known field, `undefined` for a field that is not known. */
function fieldProblem(
  key: string,
  value: string,
): 'none' | 'bad-version' | 'bad-mode' | 'bad-max-age' | undefined {
  switch (key) {
    case 'version':
      return value === 'STSv1' ? 'none' : 'bad-version';
    case 'mode':
      return /^(enforce|testing|none)$/.test(value) ? 'none' : 'bad-mode';
    case 'max_age':
      return /^\d{1,10}$/.test(value) ? 'none' : 'bad-max-age';
    default:
      return undefined;
  }
}

/** RFC 8461 §3.2: a domain name, or one with `*.` for its left-most label. A trailing dot is forgiven. */
function mxPattern(value: string): string | undefined {
  const pattern = withoutDot(value.toLowerCase());
  const name = pattern.startsWith('*.') ? pattern.slice(2) : pattern;
  const isName =
    name.length <= 253 &&
    name.split('.').every((label) => /^[a-z\d](?:[a-z\d_-]{0,61}[a-z\d])?$/.test(label));
  return isName ? pattern : undefined;
}

/**
 * Whether a host stands in a policy (RFC 8461 §4.1): as a whole name, or with `*` for exactly one left-most label. `exchange` is
 * the name as it stands in the MX record, not the end of an alias; letter case and a trailing dot do not matter.
 */
export function mxAllowed(policy: Pick<MtaStsPolicy, 'mx'>, exchange: string): boolean {
  const host = withoutDot(exchange.toLowerCase());
  const dot = host.indexOf('.');
  const parent = dot > 0 ? host.slice(dot + 1) : undefined;
  return policy.mx.some((pattern) => pattern === host || (parent !== undefined && pattern === `*.${parent}`));
}

function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
