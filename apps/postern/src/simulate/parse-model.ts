import { parseArgs } from 'node:util';
import type { Lang } from '@postern/probe/report';
import { nearest } from '../nearest.ts';
import { simulateTexts } from '../texts/simulate.ts';
import { textsFor } from '../texts/texts.ts';
import { UsageMistake } from '../usage-error.ts';
import { defaultModel } from './model.ts';
import type { Model } from './model.ts';

/** What was asked for. */
export interface SimulationRequest {
  readonly model: Model;
  readonly html: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
  /** As it was typed. */
  readonly lang: string | undefined;
}

const numbers = {
  destinations: { least: 1, most: 10_000_000, whole: true },
  messages: { least: 1, most: 1_000_000_000, whole: true },
  rate: { least: 0.001, most: 10_000_000, whole: false },
  silent: { least: 0, most: 1, whole: false },
  refusing: { least: 0, most: 1, whole: false },
  slow: { least: 0, most: 1, whole: false },
  slowness: { least: 0, most: 100_000, whole: false },
  loss: { least: 0, most: 0.9, whole: false },
  dialogue: { least: 0, most: 3_600_000, whole: false },
  limit: { least: 2, most: 100_000_000, whole: true },
  seed: { least: 0, most: 2 ** 31 - 1, whole: true },
} as const;

type NumberName = keyof typeof numbers;

const numberNames = Object.keys(numbers) as NumberName[];

/** What is no number. `lang` and `no-color` are options of every command. */
const others = {
  html: { type: 'string' },
  lang: { type: 'string' },
  json: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type OptionName = NumberName | keyof typeof others;

const options: Readonly<Record<OptionName, { readonly type: 'string' | 'boolean' }>> = {
  ...(Object.fromEntries(numberNames.map((name) => [name, { type: 'string' }])) as Record<
    NumberName,
    { readonly type: 'string' }
  >),
  ...others,
};

/** Reads the arguments behind `simulate`. Throws {@link UsageMistake} with one line that names the mistake. */
export function parseSimulation(argv: readonly string[], lang: Lang = 'en'): SimulationRequest {
  const values = read(argv, lang);
  const given: Partial<Record<NumberName, number>> = {};
  for (const name of numberNames) {
    const typed = values.get(name);
    if (typed !== undefined) given[name] = numberOf(name, typed, lang);
  }
  const destinations = given.destinations ?? defaultModel.destinations;
  const messages = given.messages ?? destinations * 10;
  const model: Model = { ...defaultModel, destinations, messages, rate: messages / 1000, ...given };
  if (model.silent + model.refusing + model.slow > 1) {
    throw new UsageMistake(simulateTexts[lang].tooMuch);
  }
  const [html, typedLang] = [values.get('html'), values.get('lang')];
  return { model, html, json: values.has('json'), help: values.has('help'), lang: typedLang };
}

/** The options by name; empty where one takes no value. */
function read(argv: readonly string[], lang: Lang): ReadonlyMap<OptionName, string> {
  const texts = textsFor(lang);
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const values = new Map<OptionName, string>();
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new UsageMistake(texts.tooManyArguments('simulate', 0, token.value));
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    if (!isOption(name)) {
      const meant = nearest(name, Object.keys(options));
      const hint = meant === undefined ? texts.seeHelpOf('simulate') : texts.didYouMean(`--${meant}`);
      throw new UsageMistake(`${texts.noSuchOption(rawName)} ${hint}`);
    }
    if (options[name].type === 'boolean') {
      if (value !== undefined) throw new UsageMistake(texts.optionTakesNoValue(rawName));
    } else if (value === undefined || value === '' || (!inlineValue && value.startsWith('--'))) {
      throw new UsageMistake(texts.optionNeedsValue(rawName));
    }
    values.set(name, value ?? '');
  }
  return values;
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}

function numberOf(name: NumberName, typed: string, lang: Lang): number {
  const { least, most, whole } = numbers[name];
  const value = typed.trim() === '' ? Number.NaN : Number(typed.replaceAll('_', ''));
  if (!Number.isFinite(value) || value < least || value > most || (whole && !Number.isInteger(value))) {
    throw new UsageMistake(
      simulateTexts[lang].needsNumber(`--${name}`, whole ? 'whole' : 'any', least, most),
    );
  }
  return value;
}
