import type { Lang } from '@postern/probe/report';
import { textsFor } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The language to complain in when the arguments are wrong: the one asked for, else that of the locale. */
export function spokenLang(argv: readonly string[], env: Env): Lang {
  const at = argv.indexOf('--lang');
  const typed = at < 0 ? argv.find((word) => word.startsWith('--lang='))?.slice(7) : argv[at + 1];
  return typed === 'en' || typed === 'de' ? typed : localeLang(env);
}

/** The language asked for. */
export function readLang(typed: string | undefined, env: Env): Lang {
  if (typed === undefined) return localeLang(env);
  if (typed === 'en' || typed === 'de') return typed;
  throw new UsageMistake(textsFor(localeLang(env)).noLanguage(typed));
}

function localeLang(env: Env): Lang {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return /^de(_|\.|$)/i.test(locale) ? 'de' : 'en';
}
