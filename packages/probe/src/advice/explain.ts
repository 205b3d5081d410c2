import type { AlertName, Reason } from '@postern/wire';
import type { Explanation, Lang } from '../report/explanation.ts';
import type { ReportReason } from '../report/verdict.ts';
import type { Facts, Scene } from './facts.ts';
import { phrase } from './phrases.ts';
import { render } from './render.ts';
import type { LanguageTexts, ReasonText, Text } from './text.ts';
import { english } from './texts/english.ts';
import { german } from './texts/german.ts';

type FixedReason = Exclude<Reason, `tls-alert-${AlertName}`>;

/** The groups in one table. Two groups never share a code, so nothing is lost by flattening. */
function flatten(texts: LanguageTexts): Readonly<Record<FixedReason, ReasonText>> {
  return {
    ...texts.dns,
    ...texts.connect,
    ...texts.greeting,
    ...texts.mismatch,
    ...texts.starttls,
    ...texts.tls,
    ...texts.certificate,
    ...texts.policy,
    ...texts.auth,
    ...texts.delivery,
    ...texts.dialogue,
  };
}

const languages: Readonly<
  Record<
    Lang,
    { readonly texts: LanguageTexts; readonly byReason: Readonly<Record<FixedReason, ReasonText>> }
  >
> = {
  en: { texts: english, byReason: flatten(english) },
  de: { texts: german, byReason: flatten(german) },
};

function isFixed(reason: Reason): reason is FixedReason {
  return !reason.startsWith('tls-alert-');
}

/** Which scenes to look for, the most telling first. */
function scenesOf(facts: Facts): readonly Scene[] {
  const scenes: Scene[] = [];
  // What works elsewhere is a scene only where it can be named.
  const elsewhere = facts.works !== undefined && facts.works.length > 0;
  if (facts.scene !== undefined && (facts.scene !== 'elsewhere-works' || elsewhere)) scenes.push(facts.scene);
  if (facts.protocol === 'smtp') scenes.push('mail-exchanger');
  else if (elsewhere) scenes.push('elsewhere-works');
  return scenes;
}

function inScene(text: ReasonText, facts: Facts): Text {
  const scene = scenesOf(facts).find((wanted) => text.scenes?.[wanted] !== undefined);
  return scene === undefined ? text : { ...text, ...text.scenes?.[scene] };
}

/**
 * Explains a reason code to people: what was seen, what usually lies behind it, what to do. Facts about the case make the
 * sentences concrete and choose between variants; without any the texts are general.
 *
 * The three texts are plain and safe to print: whatever came from outside is escaped and shortened. For a page pass them
 * through `escapeHtml`.
 *
 * @param options - `lang`: default `en`. `facts`: what is known about the case.
 *
 * @example
 * ```ts run
 * import { explain } from '@postern/probe';
 * const works = [{ protocol: 'submission', host: 'smtp.example.org', port: 587, method: 'starttls' }] as const;
 * const facts = { protocol: 'submission', host: 'smtp.example.org', port: 465, works } as const;
 * console.log(explain('timeout-connect', { facts }).summary);
 * // Port 465 is blocked on the way: no reply. Port 587 with STARTTLS works.
 * ```
 */
export function explain(
  reason: ReportReason,
  options: { readonly lang?: Lang; readonly facts?: Facts } = {},
): Explanation {
  const lang = options.lang ?? 'en';
  const facts = options.facts ?? {};
  const { texts, byReason } = languages[lang];
  const words = phrase(facts, lang);
  if (reason === 'none') return spoken(lang, inScene(texts.none, facts), words);
  if (isFixed(reason)) return spoken(lang, inScene(byReason[reason], facts), words);

  // `reason` is `tls-alert-<name>` by type now; slicing loses that.
  const name = reason.slice('tls-alert-'.length) as AlertName;
  const { meaning, cause, action } = texts.alerts[name];
  const frame = texts.alert;
  const text = { summary: frame.summary, cause: cause ?? frame.cause, action: action ?? frame.action };
  return spoken(lang, text, { ...words, meaning: render(meaning, words), alert: name.replaceAll('-', '_') });
}

function spoken(lang: Lang, text: Text, words: ReturnType<typeof phrase>): Explanation {
  return {
    lang,
    summary: render(text.summary, words),
    cause: render(text.cause, words),
    action: render(text.action, words),
  };
}
