import { parseArgs } from 'node:util';
import { parseEndpoint } from '@postern/probe/report';
import type { Lang, WebSource } from '@postern/probe/report';
import { deliveryOf } from './delivery-arguments.ts';
import { parseDuration } from './duration.ts';
import { listOf } from './given.ts';
import type { Given } from './given.ts';
import { readLang, spokenLang } from './lang.ts';
import { nearest } from './nearest.ts';
import { commands, flags, isFlag, takenBy, webSources } from './options.ts';
import type { Command, FlagName, Options } from './options.ts';
import { textsFor } from './texts/texts.ts';
import type { Texts } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

/** How many arguments a command takes at most; `needed` where it cannot do without. */
const takes: Readonly<Record<Command, 0 | 1 | 'needed'>> = {
  check: 'needed',
  probe: 'needed',
  plan: 'needed',
  send: 1,
  explain: 1,
  lab: 0,
  demo: 1,
};

/** The options that can be given several times, or with commas. */
const lists: readonly FlagName[] = ['to', 'fingerprint', 'without', 'control', 'srv-label'];

/** What the user asked for. */
export type Request =
  | { readonly type: 'help' | 'version'; readonly lang: Lang }
  | {
      readonly type: 'command';
      readonly command: Command;
      readonly argument: string | undefined;
      readonly options: Options;
    };

/** Reads the arguments. Throws {@link UsageMistake} with one line that names the typing mistake. */
export function readArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Request {
  const { given, positionals } = parse(argv, textsFor(spokenLang(argv, env)));
  const valueOf = (name: FlagName): string | undefined => given.get(name)?.value;
  const lang = readLang(valueOf('lang'), env);
  const texts = textsFor(lang);
  if (given.has('help') || positionals[0] === 'help') return { type: 'help', lang };
  if (given.has('version')) return { type: 'version', lang };
  const [typed, ...rest] = positionals;
  if (typed === undefined) {
    // "--json" alone asks for something, and nobody can tell what.
    if ([...given.keys()].some((name) => name !== 'lang' && name !== 'no-color'))
      throw new UsageMistake(texts.noCommand(commands));
    return { type: 'help', lang };
  }
  const command = commandOf(typed, texts);
  for (const [name, { typed: option }] of given) {
    const able = takenBy(name);
    if (!able.includes(command)) throw new UsageMistake(texts.notTaken(command, option, able));
  }
  const deadline = valueOf('deadline');
  return {
    type: 'command',
    command,
    argument: argumentOf(command, rest, texts),
    options: {
      lang,
      json: given.has('json'),
      quiet: given.has('quiet'),
      verbose: given.has('verbose'),
      color: given.has('no-color') || env['NO_COLOR'] ? false : undefined,
      ca: valueOf('ca'),
      resolver: valueOf('resolver'),
      connectTo: valueOf('connect-to'),
      serverName: valueOf('server-name'),
      anyCertificate: given.has('any-certificate'),
      deadlineMs: deadline === undefined ? undefined : parseDuration(deadline, texts),
      user: valueOf('user'),
      trace: valueOf('trace'),
      html: valueOf('html'),
      forget: given.has('forget'),
      controls: listOf('control', given),
      without: listOf('without', given).map((one) => sourceOf(one, texts)),
      state: valueOf('state'),
      delivery: deliveryOf(command, given, texts),
    },
  };
}

function commandOf(typed: string, texts: Texts): Command {
  const command = commands.find((known) => known === typed);
  if (command !== undefined) return command;
  // What only a command can be given: an endpoint, or an address or a domain.
  if (typed.includes('://')) throw new UsageMistake(texts.commandForgotten(`postern probe ${typed}`));
  if (/[@.]/.test(typed)) throw new UsageMistake(texts.commandForgotten(`postern check ${typed}`));
  const all = [...commands, 'simulate'];
  const meant = nearest(typed, all);
  const hint = meant === undefined ? texts.knownCommands(all) : texts.didYouMean(meant);
  throw new UsageMistake(`${texts.noSuchCommand(typed)} ${hint}`);
}

function argumentOf(command: Command, given: readonly string[], texts: Texts): string | undefined {
  const most = takes[command] === 0 ? 0 : 1;
  const extra = given[most];
  if (extra !== undefined) throw new UsageMistake(texts.tooManyArguments(command, most, extra));
  const [argument] = given;
  if ((command === 'check' || command === 'probe' || command === 'plan') && argument === undefined) {
    throw new UsageMistake(texts.missingArgument[command]);
  }
  if (argument !== undefined) refuseOtherKind(command, argument, texts);
  return argument;
}

/** What another command is for, with that command. */
function refuseOtherKind(command: Command, argument: string, texts: Texts): void {
  if ((command === 'check' || command === 'plan') && parseEndpoint(argument).ok)
    throw new UsageMistake(texts.isEndpoint(argument, `postern probe ${argument}`));
  if (command === 'probe' && /^[^\s@:/]+@[^\s@:/]+$/.test(argument))
    throw new UsageMistake(texts.isAddress(argument, `postern check ${argument}`));
}

function sourceOf(typed: string, texts: Texts): WebSource {
  const source = webSources.find((known) => known === typed);
  if (source === undefined) throw new UsageMistake(texts.noSource(typed, webSources));
  return source;
}

/** Splits by hand what `parseArgs` found, because its own errors are long and in English only. */
function parse(
  argv: readonly string[],
  texts: Texts,
): { readonly given: ReadonlyMap<FlagName, Given>; readonly positionals: readonly string[] } {
  const { tokens } = parseArgs({ args: [...argv], options: flags, strict: false, tokens: true });
  const given = new Map<FlagName, Given>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    if (!isFlag(name))
      throw new UsageMistake(`${texts.noSuchOption(rawName)}${hintFor(name, positionals, texts)}`);
    if (flags[name].type === 'boolean') {
      if (value !== undefined) throw new UsageMistake(texts.optionTakesNoValue(rawName));
    } else if (value === undefined || value === '' || (!inlineValue && value.startsWith('--'))) {
      throw new UsageMistake(texts.optionNeedsValue(rawName));
    }
    const before = lists.includes(name) ? given.get(name)?.value : undefined;
    given.set(name, { typed: rawName, value: [...(before ? [before] : []), value ?? ''].join(',') });
  }
  return { given, positionals };
}

/** What was meant, among the options of the command if it is known by then. */
function hintFor(name: string, [typed]: readonly string[], texts: Texts): string {
  const command = commands.find((known) => known === typed);
  const names = (Object.keys(flags) as FlagName[]).filter(
    (known) => command === undefined || takenBy(known).includes(command),
  );
  const meant = nearest(name, names);
  return meant === undefined ? ` ${texts.seeHelp}` : ` ${texts.didYouMean(`--${meant}`)}`;
}
