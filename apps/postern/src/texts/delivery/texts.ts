import type { DeliveryResult } from '@postern/relay';
import type { DeliveryPlan, PlanStep } from '@postern/starttls';

/** The words of `plan` and `send`. Names in them are escaped already. */
export interface DeliveryTexts {
  readonly missingEnvelope: string;
  readonly noLevel: (typed: string, levels: readonly string[]) => string;
  readonly needsAddress: (option: string, typed: string) => string;
  readonly noSrvLabel: (typed: string) => string;
  readonly noFingerprint: (typed: string) => string;
  /** One of the two was given without the other. */
  readonly levelAndFingerprint: string;
  readonly heading: Readonly<Record<'ways' | 'because' | 'attempts', string>>;
  /** The title of a page. */
  readonly page: Readonly<Record<'plan' | 'send', (domains: string) => string>>;
  readonly answer: Readonly<Record<DeliveryPlan['status'], (domain: string) => string>>;
  readonly result: Readonly<Record<DeliveryResult['status'], string>>;
  readonly when: Readonly<Record<'at-once' | 'after-failed-tls', string>>;
  readonly demand: Readonly<Record<'nothing' | 'opportunistic' | 'encrypted' | 'authenticated', string>>;
  readonly by: Readonly<
    Record<'user' | 'dane' | 'mta-sts' | 'announcement' | 'requiretls' | 'default', string>
  >;
  readonly notBefore: (moment: string) => string;
  readonly sending: (recipients: number) => string;
  /** One sentence for each rule that was applied. */
  readonly step: (step: PlanStep) => string;
}
