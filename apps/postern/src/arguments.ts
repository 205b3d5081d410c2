import { parseArgs } from 'node:util';
import type { Lang } from '@postern/probe/report';
import { parseDuration } from './duration.ts';
import { nearest } from './nearest.ts';
import { textsFor } from './texts/texts.ts';
import type { Texts } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

/** The commands there are. */
const commands = ['check', 'probe', 'explain', 'lab', 'demo'] as const;

/** One of the commands. */
type Command = (typeof commands)[number];

/** How many arguments a command takes at most; `needed` where it cannot do without. */
const takes: Readonly<Record<Command, 0 | 1 | 'needed'>> = {
  check: 'needed',
  probe: 'needed',
  explain: 1,
  lab: 0,
  demo: 0,
};

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
  const { values, positionals } = parse(argv, textsFor(spokenLang(argv, env)));
  const lang = checkLang(values.get('lang'), fallback);
  const texts = textsFor(lang);
  if (values.has('help')) return { type: 'help', lang };
  if (values.has('version')) return { type: 'version', lang };
  const [typed, ...given] = positionals;
  if (typed === undefined) return { type: 'help', lang };
  const command = commandOf(typed, texts);
  const most = takes[command] === 0 ? 0 : 1;
  const extra = given[most];
  if (extra !== undefined) throw new UsageMistake(texts.tooManyArguments(command, most, extra));
  const [argument] = given;
  if ((command === 'check' || command === 'probe') && argument === undefined) {
    throw new UsageMistake(texts.missingArgument[command]);
  }
  if (command !== 'probe' && values.has('user')) throw new UsageMistake(texts.onlyWith('--user', 'probe'));
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

function commandOf(typed: string, texts: Texts): Command {
  const command = commands.find((known) => known === typed);
  if (command !== undefined) return command;
  const meant = nearest(typed, commands);
  const hint = meant === undefined ? texts.knownCommands(commands) : texts.didYouMean(meant);
  throw new UsageMistake(`${texts.noSuchCommand(typed)} ${hint}`);
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

/** The language to complain in when the arguments are wrong: the one asked for, else that of the locale. */
export function spokenLang(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Lang {
  return langOf(argv) ?? localeLang(env);
}

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
