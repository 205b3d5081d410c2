import { parseArgs } from 'node:util';
import type { Lang } from '@postern/probe/report';
import { parseDuration } from './duration.ts';
import { nearest } from './nearest.ts';
import { textsFor } from './texts/texts.ts';
import type { Texts } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

/** The commands there are. */
export const commands = ['check', 'probe', 'explain', 'lab', 'demo'] as const;

/** One of the commands. */
export type Command = (typeof commands)[number];

/** Options that every command takes, read and checked. */
export interface Options {
  readonly lang: Lang;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean | undefined;
  readonly ca: string | undefined;
  readonly resolver: string | undefined;
  readonly connectTo: string | undefined;
  readonly serverName: string | undefined;
  readonly deadlineMs: number | undefined;
  readonly user: string | undefined;
  readonly trace: string | undefined;
}

/** What the user asked for. */
export type Request =
  | { readonly type: 'help' | 'version'; readonly lang: Lang }
  | {
      readonly type: 'command';
      readonly command: Command;
      readonly argument: string | undefined;
      readonly options: Options;
    };

const flags = {
  json: { type: 'boolean' },
  lang: { type: 'string' },
  ca: { type: 'string' },
  resolver: { type: 'string' },
  'connect-to': { type: 'string' },
  'server-name': { type: 'string' },
  deadline: { type: 'string' },
  user: { type: 'string' },
  trace: { type: 'string' },
  'no-color': { type: 'boolean' },
  quiet: { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Flag = keyof typeof flags;

/** Reads the arguments. Throws {@link UsageMistake} with one line that names the typing mistake. */
export function readArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Request {
  const fallback = localeLang(env);
  const { values, positionals } = parse(argv, textsFor(langOf(argv) ?? fallback));
  const lang = checkLang(values.get('lang'), fallback);
  const texts = textsFor(lang);
  if (values.has('help')) return { type: 'help', lang };
  if (values.has('version')) return { type: 'version', lang };
  const [typed, argument, extra] = positionals;
  if (typed === undefined) return { type: 'help', lang };
  const command = commands.find((known) => known === typed);
  if (command === undefined) {
    const meant = nearest(typed, commands);
    throw new UsageMistake(
      `${texts.noSuchCommand(typed)}${meant === undefined ? '' : ` ${texts.didYouMean(meant)}`}`,
      meant === undefined ? 'commands' : 'none',
    );
  }
  const tooMany = command === 'lab' || command === 'demo' ? argument : extra;
  if (tooMany !== undefined) throw new UsageMistake(texts.tooManyArguments(command, tooMany));
  if ((command === 'check' || command === 'probe') && argument === undefined) {
    throw new UsageMistake(texts.missingArgument[command]);
  }
  const deadline = values.get('deadline');
  return {
    type: 'command',
    command,
    argument,
    options: {
      lang,
      json: values.has('json'),
      quiet: values.has('quiet'),
      verbose: values.has('verbose'),
      color: values.has('no-color') || env['NO_COLOR'] ? false : undefined,
      ca: values.get('ca'),
      resolver: values.get('resolver'),
      connectTo: values.get('connect-to'),
      serverName: values.get('server-name'),
      deadlineMs: deadline === undefined ? undefined : parseDuration(deadline, texts),
      user: values.get('user'),
      trace: values.get('trace'),
    },
  };
}

/** Splits by hand what `parseArgs` found, because its own errors are long and in English only. */
function parse(
  argv: readonly string[],
  texts: Texts,
): { readonly values: ReadonlyMap<Flag, string>; readonly positionals: readonly string[] } {
  const { tokens } = parseArgs({ args: [...argv], options: flags, strict: false, tokens: true });
  const values = new Map<Flag, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (!isFlag(token.name)) {
      const meant = nearest(token.name, Object.keys(flags));
      const hint = meant === undefined ? '' : ` ${texts.didYouMean(`--${meant}`)}`;
      throw new UsageMistake(`${texts.noSuchOption(token.rawName)}${hint}`);
    }
    const takesValue = flags[token.name].type === 'string';
    if (
      takesValue &&
      (token.value === undefined ||
        token.value === '' ||
        (!token.inlineValue && token.value.startsWith('--')))
    ) {
      throw new UsageMistake(texts.optionNeedsValue(token.rawName));
    }
    if (!takesValue && token.value !== undefined)
      throw new UsageMistake(texts.optionTakesNoValue(token.rawName));
    values.set(token.name, token.value ?? '');
  }
  return { values, positionals };
}

function isFlag(name: string): name is Flag {
  return Object.hasOwn(flags, name);
}

/** The language asked for, also where other arguments are wrong: the complaint is worded in it. */
function langOf(argv: readonly string[]): Lang | undefined {
  const at = argv.indexOf('--lang');
  const typed = at < 0 ? argv.find((word) => word.startsWith('--lang='))?.slice(7) : argv[at + 1];
  return typed === 'en' || typed === 'de' ? typed : undefined;
}

function checkLang(typed: string | undefined, fallback: Lang): Lang {
  if (typed === undefined) return fallback;
  if (typed === 'en' || typed === 'de') return typed;
  throw new UsageMistake(textsFor(fallback).noLanguage(typed));
}

function localeLang(env: Readonly<Record<string, string | undefined>>): Lang {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return /^de(_|\.|$)/i.test(locale) ? 'de' : 'en';
}
