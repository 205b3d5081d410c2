import type { StartTlsTrait } from './traits.ts';

/** A habit that the servers of all three protocols know by the same words. */
type SharedHabit =
  | { readonly type: 'offered' }
  | { readonly type: 'absent'; readonly accepts?: boolean }
  | { readonly type: 'masked' }
  | { readonly type: 'injected' }
  | { readonly type: 'silent' }
  | { readonly type: 'closes'; readonly after: 'go-ahead' };

/** What STARTTLS comes to, but for a refusal: that is worded by each protocol. */
export const sharedStartTls: Readonly<
  Record<Exclude<StartTlsTrait, 'refused' | 'refused-temporarily'>, SharedHabit>
> = {
  offered: { type: 'offered' },
  absent: { type: 'absent' },
  stripped: { type: 'absent', accepts: true },
  masked: { type: 'masked' },
  injected: { type: 'injected' },
  'then-silent': { type: 'silent' },
  'then-closed': { type: 'closes', after: 'go-ahead' },
};
