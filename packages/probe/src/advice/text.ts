import type {
  AlertName,
  AuthReason,
  CertificateReason,
  ConnectReason,
  DeliveryReason,
  DialogueReason,
  DnsReason,
  GreetingReason,
  MismatchReason,
  PolicyReason,
  ReasonGroup,
  StartTlsReason,
  TlsReason,
} from '@postern/wire';
import type { Scene } from './facts.ts';

/**
 * Three sentences about a reason. `{port}` and the like are filled in; a part in square brackets is left out where a
 * fact in it is unknown. `phrase` in `phrases.ts` has the names.
 */
export interface Text {
  /** What was seen. */
  readonly summary: string;
  /** What usually lies behind it. */
  readonly cause: string;
  /** What to do. */
  readonly action: string;
}

/** A text, and what is said in place of parts of it where more was seen around the endpoint. */
export interface ReasonText extends Text {
  /** Parts that replace those above in a scene. */
  readonly scenes?: Readonly<Partial<Record<Scene, Partial<Text>>>>;
}

/** The codes of each group. */
interface Codes extends Record<ReasonGroup, string> {
  readonly dns: DnsReason;
  readonly connect: ConnectReason;
  readonly greeting: GreetingReason;
  readonly mismatch: MismatchReason;
  readonly starttls: StartTlsReason;
  readonly tls: TlsReason;
  readonly certificate: CertificateReason;
  readonly policy: PolicyReason;
  readonly auth: AuthReason;
  readonly delivery: DeliveryReason;
  readonly dialogue: DialogueReason;
}

/** The texts of one group of reason codes: complete by type, so a new code cannot be forgotten. */
export type GroupTexts<G extends ReasonGroup> = Readonly<Record<Codes[G], ReasonText>>;

/** The meaning of each TLS alert, with cause and action where there is something better to say than in general. */
export type AlertTexts = Readonly<
  Record<AlertName, { readonly meaning: string; readonly cause?: string; readonly action?: string }>
>;

/** All texts of one language. */
export type LanguageTexts = { readonly [G in ReasonGroup]: GroupTexts<G> } & {
  /** For endpoints that work. */
  readonly none: ReasonText;
  /** The single alerts. */
  readonly alerts: AlertTexts;
  /** The frame around an alert; `{meaning}` and `{alert}` are its own placeholders. */
  readonly alert: Text;
};
