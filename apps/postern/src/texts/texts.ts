import type { Lang } from '@postern/probe/report';
import { de } from './de.ts';
import { en } from './en.ts';

/** The words of the command itself. Sentences about servers come from `@postern/probe`. */
export interface Texts {
  readonly usage: string;
  readonly didYouMean: (word: string) => string;
  readonly noSuchCommand: (typed: string) => string;
  readonly noSuchOption: (typed: string) => string;
  readonly optionNeedsValue: (option: string) => string;
  readonly optionTakesNoValue: (option: string) => string;
  readonly tooManyArguments: (command: string, extra: string) => string;
  readonly missingArgument: Readonly<Record<'check' | 'probe', string>>;
  readonly noSuchReason: (typed: string) => string;
  readonly noFile: (option: string, path: string) => string;
  readonly noPem: (path: string) => string;
  readonly cannotWrite: (path: string) => string;
  readonly noDuration: (typed: string) => string;
  readonly noAddress: (option: string, typed: string) => string;
  readonly noLanguage: (typed: string) => string;
  readonly noPassword: string;
  readonly passwordFor: (user: string) => string;
  readonly address: Readonly<
    Record<
      'empty' | 'control-character' | 'white-space' | 'no-local-part' | 'no-domain' | 'bad-domain',
      string
    >
  >;
  readonly internal: string;
  readonly interrupted: string;
  readonly heading: {
    readonly receiving: string;
    readonly sending: string;
    readonly domain: (name: string) => string;
    readonly toType: string;
    readonly why: string;
    readonly findings: string;
    readonly programs: string;
    readonly hints: string;
    readonly timeline: string;
  };
  readonly verdict: Readonly<
    Record<'works' | 'works-unverified' | 'refused' | 'silent' | 'could-not-tell', string>
  >;
  readonly method: Readonly<Record<'implicit-tls' | 'starttls' | 'plaintext', string>>;
  readonly protocol: Readonly<Record<'smtp' | 'submission' | 'imap' | 'pop3', string>>;
  readonly port: (port: number) => string;
  readonly userName: (name: string) => string;
  readonly nothingSafe: Readonly<Record<'incoming' | 'outgoing', string>>;
  readonly validUntil: (date: string) => string;
  readonly certificateFor: (names: string) => string;
  readonly route: Readonly<Record<'implicit' | 'null-mx' | 'no-such-domain' | 'failed', string>>;
  readonly policy: Readonly<Record<'present' | 'absent' | 'failed', string>>;
  readonly notPossible: string;
  readonly unconfirmed: string;
  readonly progress: (done: number, all: number) => string;
  readonly trying: (host: string) => string;
  readonly elapsed: (seconds: string) => string;
  readonly demo: { readonly opening: string; readonly lesson: string; readonly closing: string };
  readonly lab: {
    readonly opening: string;
    readonly endpoints: string;
    readonly zone: string;
    readonly closing: string;
    readonly ca: (path: string) => string;
    readonly accounts: string;
  };
  readonly reasonGroups: string;
  readonly nextReason: (reason: string) => string;
}

/** The words in a language. */
export function textsFor(lang: Lang): Texts {
  return lang === 'de' ? de : en;
}
