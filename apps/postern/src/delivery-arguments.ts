import { parseAccount } from '@postern/probe';
import { policyLevels } from '@postern/starttls';
import type { PolicyLevel } from '@postern/starttls';
import { listOf } from './given.ts';
import type { Given } from './given.ts';
import type { Command, DeliveryOptions, FlagName } from './options.ts';
import type { Texts } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

const levels = Object.keys(policyLevels) as PolicyLevel[];

/** What `plan` and `send` are told. Throws for a level that there is not, and for `send` without sender or recipients. */
export function deliveryOf(
  command: Command,
  given: ReadonlyMap<FlagName, Given>,
  texts: Texts,
): DeliveryOptions | undefined {
  if (command !== 'plan' && command !== 'send') return undefined;
  const from = given.get('from')?.value;
  const to = listOf('to', given);
  if (command === 'send' && (from === undefined || to.length === 0)) {
    throw new UsageMistake(texts.delivery.missingEnvelope);
  }
  const level = levelOf(given.get('level')?.value, texts);
  const fingerprints = listOf('fingerprint', given).map((typed) => fingerprintOf(typed, texts));
  if ((level === 'fingerprint') !== fingerprints.length > 0)
    throw new UsageMistake(texts.delivery.levelAndFingerprint);
  const announce = given.has('use-srv') ? 'use' : 'report';
  const srvLabels = listOf('srv-label', given).map((typed) => srvLabelOf(typed, texts));
  return {
    level,
    fingerprints,
    announce,
    srvLabels,
    try465: given.has('try-465'),
    requireTls: given.has('requiretls'),
    from: from === undefined ? undefined : senderOf(from, texts),
    to: to.map((typed) => addressOf('--to', typed, texts)),
  };
}

/** RFC 5321 §4.5.5: notifications have no sender. */
function senderOf(typed: string, texts: Texts): string {
  return typed === '<>' ? '' : addressOf('--from', typed, texts);
}

/** Whether its domain can have mail is for the plan to say; an address literal has no name to be looked at. */
function addressOf(option: string, typed: string, texts: Texts): string {
  const named = typed.replace(/@\[[^\]@]+\]$/, '@literal.invalid');
  const parsed = parseAccount(named);
  if (parsed.ok && parsed.account.address === undefined)
    throw new UsageMistake(texts.delivery.needsAddress(option, typed));
  if (parsed.ok || (parsed.problem === 'bad-domain' && typed.includes('@'))) return typed;
  const { problem } = parsed;
  throw new UsageMistake(
    problem === 'bad-domain'
      ? texts.delivery.needsAddress(option, typed)
      : `${option}: ${texts.address[problem]}`,
  );
}

/** RFC 6234: 64 hexadecimal digits, with or without colons. */
function fingerprintOf(typed: string, texts: Texts): string {
  const digits = typed.replaceAll(':', '').toLowerCase();
  if (!/^[\da-f]{64}$/.test(digits)) throw new UsageMistake(texts.delivery.noFingerprint(typed));
  return digits;
}

/** RFC 2782: the service, with its underscore; the protocol behind it is always `_tcp`. */
function srvLabelOf(typed: string, texts: Texts): `_${string}` {
  const [, service] = /^_([a-z\d](?:[a-z\d-]{0,60}[a-z\d])?)$/.exec(typed.toLowerCase()) ?? [];
  if (service === undefined) throw new UsageMistake(texts.delivery.noSrvLabel(typed));
  return `_${service}`;
}

function levelOf(typed: string | undefined, texts: Texts): DeliveryOptions['level'] {
  if (typed === undefined) return undefined;
  const level = levels.find((known) => known === typed);
  if (level === undefined) throw new UsageMistake(texts.delivery.noLevel(typed, levels));
  return level;
}
