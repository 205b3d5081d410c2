import { mayLogIn } from '@postern/sasl';
import type { ServerRules } from '../options.ts';
import { oneLine } from '../reply.ts';
import type { ServerSession } from '../session.ts';
import { decodeXtext } from '../syntax/xtext.ts';
import { notNow, syntax, unknownParameter } from './answer.ts';
import type { VerbAnswer } from './answer.ts';
import { lists } from './extensions.ts';

/** A parameter: which extension brings it, and which values it may have. */
interface Rule {
  readonly extension: string;
  /** Gets `undefined` where there is no value. */
  readonly fits: (value: string | undefined, rules: ServerRules) => boolean;
}

function matching(pattern: RegExp): Rule['fits'] {
  return (value) => value !== undefined && pattern.test(value);
}

const withoutValue: Rule['fits'] = (value) => value === undefined;

const ofMail: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['SIZE', { extension: 'SIZE', fits: matching(/^\d{1,20}$/) }], // RFC 1870 §3
  ['BODY', { extension: '8BITMIME', fits: bodyFits }],
  ['SMTPUTF8', { extension: 'SMTPUTF8', fits: withoutValue }], // RFC 6531 §3.4
  ['RET', { extension: 'DSN', fits: matching(/^(?:FULL|HDRS)$/i) }], // RFC 3461 §4.3
  ['ENVID', { extension: 'DSN', fits: (value) => printableXtext(value, 100) }], // RFC 3461 §4.4
  ['REQUIRETLS', { extension: 'REQUIRETLS', fits: withoutValue }], // RFC 8689 §2
  ['MT-PRIORITY', { extension: 'MT-PRIORITY', fits: matching(/^(?:-?[1-9]|0)$/) }], // RFC 6710 §3
  ['BY', { extension: 'DELIVERBY', fits: matching(/^(?:-?\d{1,9};[NR]|\d{1,9};[NR]T)$/i) }], // RFC 2852 §4
  ['HOLDFOR', { extension: 'FUTURERELEASE', fits: matching(/^[1-9]\d{0,8}$/) }], // RFC 4865 §4
  [
    'HOLDUNTIL',
    { extension: 'FUTURERELEASE', fits: matching(/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/i) },
  ],
]);

const ofRcpt: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  // RFC 3461 §4.1: NEVER stands alone.
  [
    'NOTIFY',
    {
      extension: 'DSN',
      fits: matching(/^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*)$/i),
    },
  ],
  ['ORCPT', { extension: 'DSN', fits: orcptFits }],
]);

/** RFC 6152 §2, RFC 3030 §3: BINARYMIME without CHUNKING cannot be. */
function bodyFits(value: string | undefined, rules: ServerRules): boolean {
  const binary = lists(rules, 'BINARYMIME') && lists(rules, 'CHUNKING');
  return /^(?:7BIT|8BITMIME)$/i.test(value ?? '') || (binary && value?.toUpperCase() === 'BINARYMIME');
}

function printableXtext(value: string | undefined, limit: number): boolean {
  if (value === undefined || value.length > limit) return false;
  return /^[ -~]+$/.test(decodeXtext(value) ?? '');
}

/** RFC 3461 §4.2: the address type is an atom; RFC 6533 §3 lets a UTF-8 address stand as it is. */
function orcptFits(value: string | undefined): boolean {
  const [, address] = /^[\w!#$%&'*/?^`{|}~-]+;(.+)$/.exec(value ?? '') ?? [];
  return (
    address !== undefined && (value ?? '').length <= 500 && /^\P{Cc}+$/u.test(decodeXtext(address) ?? '')
  );
}

/** What is wrong with the parameters of MAIL or RCPT, if anything (RFC 5321 §4.1.1.11). */
export function judgeParameters(
  verb: 'MAIL' | 'RCPT',
  parameters: ReadonlyMap<string, string | undefined>,
  session: ServerSession,
  rules: ServerRules,
): VerbAnswer | undefined {
  for (const [keyword, value] of parameters) {
    // Without EHLO no extension was offered (RFC 5321 §4.1.1.1).
    const refusal = session.extended ? judge(verb, keyword, value, session, rules) : unknownParameter;
    if (refusal) return refusal;
  }
  return undefined;
}

function judge(
  verb: 'MAIL' | 'RCPT',
  keyword: string,
  value: string | undefined,
  session: ServerSession,
  rules: ServerRules,
): VerbAnswer | undefined {
  if (verb === 'MAIL' && keyword === 'AUTH') {
    // RFC 4954 §5
    if (!rules.auth) return unknownParameter;
    // RFC 5321 §4.1.1.11: known, and not to be had now: logins are for inside TLS.
    if (!mayLogIn(rules.auth, session.tls)) return notNow;
    return value === '<>' || printableXtext(value, 500) ? undefined : syntax;
  }
  const rule = (verb === 'MAIL' ? ofMail : ofRcpt).get(keyword);
  // Something this machine does not know, but whoever listed its keyword does.
  if (!rule) return lists(rules, keyword) ? undefined : unknownParameter;
  if (!lists(rules, rule.extension)) return unknownParameter;
  // RFC 8689 §2: it is offered inside TLS only.
  if (keyword === 'REQUIRETLS' && !session.tls) return unknownParameter;
  if (!rule.fits(value, rules)) return syntax;
  // RFC 1870 §6.1
  if (keyword === 'SIZE' && Number(value) > rules.limits.maxMessageBytes) {
    return { reply: oneLine(552, '5.3.4', 'message too large') };
  }
  return undefined;
}
