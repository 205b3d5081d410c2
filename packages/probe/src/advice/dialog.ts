import type { ClientId } from '../report/account-report.ts';
import type { ClientProtocol, TlsMethod } from '../report/endpoint.ts';
import type { Lang } from '../report/explanation.ts';
import type { ConfusionName } from './confusions.ts';

/** A word of a program's dialog, as it stands on the screen. */
export interface Term {
  readonly en: string;
  readonly de: string;
  /** The languages in which the word was not confirmed in the program itself or a provider's guide. */
  readonly unconfirmed?: readonly Lang[];
}

/** How a method is said in a dialog, or why it cannot be said. */
export interface Choice {
  /** Label of the list or check box, where it differs from the dialog's usual one. */
  readonly field?: Term;
  /** Entry of the list, or "ticked". `undefined`: this program cannot do it. */
  readonly choose?: Term;
  /** The choice means this method only on these ports. */
  readonly onlyPorts?: readonly number[];
  /** The choice means the other method on these ports. */
  readonly notPorts?: readonly number[];
}

/** The account dialog of one mail program: facts, no advice. */
export interface Dialog {
  readonly id: ClientId;
  readonly name: Readonly<Record<Lang, string>>;
  /** Label of the server name, receiving and sending. */
  readonly host: { readonly incoming: Readonly<Partial<Record<ClientProtocol, Term>>>; readonly usual: Term };
  readonly port: { readonly incoming?: Term; readonly usual: Term };
  /** Label of the list or box that chooses the method. */
  readonly security: Term;
  readonly methods: Readonly<Record<ClientProtocol, Readonly<Record<TlsMethod, Choice>>>>;
  readonly userName: Term;
  /** The list that decides how the password is sent, where there is one. */
  readonly authentication?: { readonly field: Term; readonly password: Term; readonly oauth?: Term };
  /** Traps that belong to this program, by method where they depend on it. */
  readonly traps: Readonly<Record<TlsMethod | 'always', readonly ConfusionName[]>>;
}

/** The same choices for all three protocols. */
export function everywhere(choices: Readonly<Record<TlsMethod, Choice>>): Dialog['methods'] {
  return { imap: choices, pop3: choices, submission: choices };
}

/** A word that is spelt alike in both languages. */
export function alike(word: string, unconfirmed?: readonly Lang[]): Term {
  return unconfirmed === undefined ? { en: word, de: word } : { en: word, de: word, unconfirmed };
}
