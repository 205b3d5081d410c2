import type { Instant } from '@postern/wire';
import type { Rules, Session } from '../session.ts';
import { states } from '../states.ts';
import type { StateName } from '../states.ts';

/** Waits in a state from now on. The limit is absolute: octets of an unfinished reply do not move it. */
export function enter(session: Session, name: StateName, now: Instant, rules: Rules): Session {
  const { patience } = states[name];
  const deadline = patience === undefined ? undefined : now + rules.patience[patience];
  return { ...session, name, since: now, deadline };
}
