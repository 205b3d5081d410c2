import type { AddressProblem } from '@postern/probe';
import type { Lang, WebSource } from '@postern/probe/report';
import { de } from './de.ts';
import type { DeliveryTexts } from './delivery/texts.ts';
import { en } from './en.ts';

/** The words of the command itself. Sentences about servers come from `@postern/probe`. */
export interface Texts {
  readonly usage: string;
  /** Of `plan` and `send`. */
  readonly delivery: DeliveryTexts;
  readonly didYouMean: (word: string) => string;
  readonly noSuchCommand: (typed: string) => string;
  readonly knownCommands: (names: readonly string[]) => string;
  readonly noSuchOption: (typed: string) => string;
  readonly optionNeedsValue: (option: string) => string;
  readonly optionTakesNoValue: (option: string) => string;
  readonly tooManyArguments: (command: string, takes: number, extra: string) => string;
  /** A command was given an option that others take. */
  readonly notTaken: (command: string, option: string, takenBy: readonly string[]) => string;
  readonly noCommand: (names: readonly string[]) => string;
  readonly seeHelp: string;
  /** Of a command with options of its own. */
  readonly seeHelpOf: (command: string) => string;
  readonly seeReasons: string;
  readonly missingArgument: Readonly<Record<'check' | 'probe' | 'plan', string>>;
  /** A command was forgotten in front of what it is for. */
  readonly commandForgotten: (whole: string) => string;
  /** An endpoint where an account is wanted, and the other way round. */
  readonly isEndpoint: (typed: string, whole: string) => string;
  readonly isAddress: (typed: string, whole: string) => string;
  readonly noSuchReason: (typed: string) => string;
  readonly noFile: (option: string, path: string) => string;
  readonly noPem: (path: string) => string;
  readonly cannotWrite: (option: string, path: string) => string;

  readonly noDuration: (typed: string) => string;
  readonly noAddress: (option: string, typed: string) => string;
  readonly noHost: (option: string, typed: string) => string;
  readonly noLanguage: (typed: string) => string;
  /** No source of settings that could be left out. */
  readonly noSource: (typed: string, sources: readonly string[]) => string;
  readonly noPassword: string;
  readonly passwordFor: (user: string) => string;
  readonly address: Readonly<Record<Exclude<AddressProblem, 'bad-domain'>, string>>;
  readonly badDomain: (typed: string) => string;
  readonly internal: string;
  readonly interrupted: string;
  /** A port that was not dialled because it is remembered as silent. */
  readonly remembered: (place: string, since: string) => string;
  readonly heading: {
    readonly receiving: string;
    readonly sending: string;
    readonly domain: (name: string) => string;
    readonly toType: string;
    readonly why: string;
    /** Where no other works either. */
    readonly whyNothing: string;
    readonly findings: string;
    readonly programs: string;
    readonly field: string;
    readonly tried: string;
    readonly seen: string;
    readonly facts: string;
    readonly addresses: string;
    readonly timeline: string;
  };
  /** What the columns of tables hold. */
  readonly column: Readonly<
    Record<
      | 'account'
      | 'address'
      | 'detail'
      | 'domain'
      | 'event'
      | 'fact'
      | 'habit'
      | 'host'
      | 'lesson'
      | 'method'
      | 'password'
      | 'port'
      | 'program'
      | 'protocol'
      | 'reason'
      | 'service'
      | 'socket'
      | 'time'
      | 'userName'
      | 'verdict',
      string
    >
  >;
  readonly verdict: Readonly<
    Record<'works' | 'works-unverified' | 'refused' | 'silent' | 'could-not-tell', string>
  >;
  readonly method: Readonly<Record<'implicit-tls' | 'starttls' | 'plaintext', string>>;
  readonly protocol: Readonly<Record<'smtp' | 'submission' | 'imap' | 'pop3', string>>;
  readonly port: (port: number) => string;
  readonly userName: (name: string) => string;
  readonly nothingSafe: Readonly<Record<'incoming' | 'outgoing', string>>;
  readonly safe: Readonly<Record<'incoming' | 'outgoing', string>>;
  readonly undecided: Readonly<Record<'incoming' | 'outgoing', string>>;
  readonly bothWork: (account: string) => string;
  readonly nothingFound: (account: string) => string;
  readonly alsoTried: (hosts: string) => string;
  readonly detailsWithV: string;
  /** Where settings were looked for: the DNS, hosts on the web, and the public database. */
  readonly asked: (hosts: readonly string[], database: 'asked' | 'not-asked') => string;
  /** Who was not, as it was wished. */
  readonly notAsked: (sources: readonly WebSource[]) => string;
  readonly notLookedUp: (hosts: string) => string;
  readonly unanswered: (services: string) => string;
  /** Where the same was seen at more ports than the sentence before names. */
  readonly likewise: (ports: readonly number[]) => string;
  readonly worksThere: (method: string) => string;
  readonly notOffered: string;
  readonly noStandard: string;
  /** Labels of the facts about one endpoint, and what stands there in words. */
  readonly fact: {
    readonly encryption: string;
    readonly certificate: string;
    readonly certificateOf: (names: string) => string;
    /** The end of validity, given as `2026-12-31`. */
    readonly validUntil: (date: string) => string;
    readonly issuedBy: (issuer: string) => string;
    readonly login: string;
    readonly loggedIn: string;
    readonly loginRefused: (reason: string) => string;
    readonly greeting: string;
    readonly reply: string;
    readonly address: string;
    /** The evidence that the own network blocks a port. */
    readonly ownNetwork: string;
    readonly silentToward: (places: string) => string;
    readonly butAnswers: (port: number) => string;
    /** What other hosts showed about a silent port. */
    readonly controls: string;
    readonly controlAnswers: (at: string) => string;
    /** With another port of it that answers; `null`: there is none. */
    readonly controlSilent: (at: string, answered: number | null) => string;
    readonly offers: string;
  };
  /** What a timeline event is called. */
  readonly event: Readonly<Record<EventName, string>>;
  readonly route: Readonly<Record<'implicit' | 'null-mx' | 'no-such-domain' | 'failed', string>>;
  readonly policy: Readonly<Record<'present' | 'absent' | 'failed', string>>;
  /** A policy that was published and that nobody uses. */
  readonly doesNotCount: string;
  readonly stsMode: Readonly<Record<'enforce' | 'testing' | 'none', string>>;
  readonly mxSigned: string;
  readonly announced: string;
  /** What senders that follow a policy make of a host. */
  readonly policyVerdict: Readonly<Record<'passes' | 'fails' | 'none' | 'could-not-tell', string>>;
  /** A further address of a host. */
  readonly alsoAt: (address: string) => string;
  /** How grave a finding is. */
  readonly severity: Readonly<Record<'problem' | 'warning' | 'note', string>>;
  /** In the first lines: how mail from other servers fares. */
  readonly fromOthers: {
    readonly problem: (domain: string) => string;
    readonly warning: (domain: string) => string;
    readonly safe: (policies: readonly string[]) => string;
  };
  /** Above lines for the zone, and above a file. */
  readonly publishZone: string;
  readonly publishFile: (url: string) => string;
  /** Advice to the operator that is not shown. */
  readonly moreAdvice: (count: number) => string;
  readonly notPossible: string;
  readonly unconfirmed: string;
  readonly morePrograms: (names: readonly string[]) => string;
  readonly progress: (done: number, all: number) => string;
  readonly trying: (host: string) => string;
  /** The last line of a report; seconds as `2.3`. */
  readonly took: (endpoints: number, seconds: string) => string;
  readonly interruptedAfter: (seconds: string) => string;
  readonly notFinished: (places: string) => string;
  readonly demo: {
    /** Before one account, and before several. */
    readonly openingOne: string;
    readonly noSuchAccount: (typed: string) => string;
    /** Between two checks of a domain. */
    readonly published: string;
    readonly opening: string;
    readonly lesson: string;
    readonly next: string;
    /** What can be typed behind the name of the command, and what it does. */
    readonly nextSteps: readonly (readonly [string, string])[];
  };
  readonly lab: {
    readonly opening: string;
    readonly endpoints: string;
    readonly zone: string;
    readonly closing: string;
    readonly ca: (path: string) => string;
    readonly accounts: string;
    readonly next: string;
    readonly domains: string;
    readonly tryAccount: string;
    readonly tryDomain: string;
    readonly tryServer: string;
  };
  readonly reasonGroups: string;
  readonly page: {
    /** Above the title. */
    readonly kicker: (when: string) => string;
    readonly contents: string;
    readonly openProgram: string;
  };
}

/** The events of a probe's timeline. */
export type EventName =
  | 'dns'
  | 'connect'
  | 'connected'
  | 'not-connected'
  | 'greeting'
  | 'capabilities'
  | 'starttls'
  | 'secured'
  | 'inside'
  | 'silence'
  | 'other-method'
  | 'logged-in'
  | 'login-refused'
  | 'end';

/** The words in a language. */
export function textsFor(lang: Lang): Texts {
  return lang === 'de' ? de : en;
}
