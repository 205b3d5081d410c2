import type { Instant } from '@postern/wire';
import { unansweredAfter } from '../syn.ts';
import type { RunningAttempt } from './attempt.ts';
import type { Race } from './race.ts';
import type { RaceRules } from './rules.ts';

/** No verdict takes fewer unanswered SYNs. */
const LEAST = 2;

/** Whether an attempt may still bring the waiter something. */
export function isHopeful<R, A>(attempt: RunningAttempt<R, A>): boolean {
  return attempt.state === 'connect' || attempt.state === 'open';
}

/** Whether there is something left that the deadline has to end. */
export function isOpen<R, A>(race: Race<R, A>, rules: RaceRules): boolean {
  if (!race.answered) return true;
  return rules.every && (race.attempts.some(isHopeful) || race.next < (race.queue?.length ?? 0));
}

/** Whether a race may dial, or look for something to dial, as far as its own course goes. */
export function hasMore<R, A>(race: Race<R, A>, rules: RaceRules): boolean {
  if (race.answered && !rules.every) return false;
  return race.queue ? race.next < race.queue.length : !race.searched;
}

/** RFC 8305 §5: the next attempt starts a Connection Attempt Delay after the newest one, later once that has answered. */
function nextDialAt<R, A>(race: Race<R, A>, rules: RaceRules): Instant {
  const newest = race.attempts.at(-1);
  if (!newest) return -Infinity;
  const connected = newest.state === 'open' ? newest.record.connected : undefined;
  if (connected !== undefined) return newest.started + connected + rules.openStagger;
  return newest.started + rules.stagger;
}

/** Whether the next is due: one for each failure at once, else after the stagger, and never while everything is at rest. */
export function isDue<R, A>(race: Race<R, A>, rules: RaceRules, now: Instant): boolean {
  if (race.restsUntil !== undefined && now < race.restsUntil) return false;
  return race.failures > 0 || now >= nextDialAt(race, rules);
}

/**
 * When an attempt in TCP is given up: with its budget while the waiter has nothing; when its silence is worth remembering
 * once another one has won; when its silence can be reported if every outcome is wanted.
 */
export function giveUpAt<R, A>(
  race: Race<R, A>,
  attempt: RunningAttempt<R, A>,
  rules: RaceRules,
  now: Instant,
): Instant {
  const { every, connect } = rules;
  if (!race.answered && !every) return attempt.started + connect;
  const { remember, report, most } = rules.thresholds(now);
  // Where no count of SYNs is proof it is followed all the same: until then answers may come that tell of less loss.
  return vainAt(race, attempt, rules, Math.min(every ? report : remember, most));
}

/** When so many of its SYNs have gone unanswered. */
function vainAt<R, A>(
  race: Race<R, A>,
  { started, candidate }: RunningAttempt<R, A>,
  { syns, margin }: RaceRules,
  count: number,
): Instant {
  return started + unansweredAfter(count, syns, margin, race.roundTrip(candidate.endpoint.address));
}

/** When an attempt in TCP is looked at again: after each SYN, since by then the loss may be known to be less. */
function lookAt<R, A>(
  race: Race<R, A>,
  attempt: RunningAttempt<R, A>,
  rules: RaceRules,
  now: Instant,
): Instant {
  const end = giveUpAt(race, attempt, rules, now);
  if (!race.answered && !rules.every) return end;
  for (let count = LEAST; ; count += 1) {
    const at = vainAt(race, attempt, rules, count);
    if (at >= end) return end;
    if (at > now) return at;
  }
}

/** When an attempt in the hook has had its time. */
export function openUntil<R, A>(attempt: RunningAttempt<R, A>, rules: RaceRules): Instant {
  return attempt.started + (attempt.record.connected ?? 0) + rules.open;
}

/** When a race needs its next tick. */
export function dueOf<R, A>(race: Race<R, A>, rules: RaceRules, now: Instant): Instant {
  let due = isOpen(race, rules) ? race.deadlineAt : Infinity;
  for (const attempt of race.attempts) {
    if (attempt.state === 'closing') due = Math.min(due, attempt.closeBy ?? Infinity);
    if (attempt.state === 'open') due = Math.min(due, openUntil(attempt, rules));
    if (attempt.state !== 'connect') continue;
    due = Math.min(due, lookAt(race, attempt, rules, now));
    if (attempt.sockets < rules.sockets) {
      due = Math.min(due, attempt.started + attempt.sockets * rules.socketGap);
    }
  }
  if (!race.wanting && hasMore(race, rules)) {
    due = Math.min(due, Math.max(nextDialAt(race, rules), race.restsUntil ?? -Infinity));
  }
  return due;
}
