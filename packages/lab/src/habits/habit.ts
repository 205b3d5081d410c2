import type { Reason } from '@postern/wire';
import type { CertificateVariant } from '../certificates/variant.ts';
import type { LabText, Outcome, TlsMethod } from '../endpoint.ts';
import type { MailPort } from '../ports.ts';
import type { Traits } from '../servers/traits.ts';
import type { Script } from './script.ts';

/** What a port does when somebody connects. */
export type Behaviour =
  /** A server of the port's protocol. */
  | {
      readonly type: 'serve';
      /** How it begins TLS; not always as the port's number promises. */
      readonly method: TlsMethod;
      readonly certificate?: CertificateVariant;
      readonly handshake?: 'too-old' | 'client-certificate';
      readonly traits?: Traits;
      readonly delivery?: 'byte-by-byte';
    }
  /** No server at all, but a few steps in a row. */
  | { readonly type: 'script'; readonly script: Script }
  /** Nobody listens: the system answers with a reset. */
  | { readonly type: 'refused' }
  /** The request is swallowed in silence. */
  | { readonly type: 'swallowed' }
  /** A router says that there is no way. */
  | { readonly type: 'unreachable' };

/** What a check must report for either method. */
export type Outcomes = Readonly<Record<TlsMethod, Outcome>>;

/** A habit: what is done, what a check must make of it, and what there is to learn. */
export interface Habit {
  /** The ports on which the zoo shows it. */
  readonly ports: readonly MailPort[];
  readonly behaviour: (port: MailPort) => Behaviour;
  readonly outcomes: (port: MailPort) => Outcomes;
  /** What a login inside TLS comes to; `none` where there can be none. Default: `works` where a method works. */
  readonly login?: Reason | 'none';
  /** Whether the simulated network's stand-in for TLS cannot show it. Default `false`. */
  readonly needsRealTls?: boolean;
  readonly lesson: LabText;
}
