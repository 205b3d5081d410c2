import type { Instant } from '@postern/wire';
import { unansweredAfter } from '../syn.ts';
import type { Race, RaceRules, RunningAttempt } from './race.ts';

/** Whether an attempt may still bring the waiter something. */
export function isHopeful<A>(attempt: RunningAttempt<A>): boolean {
  return attempt.state === 'connect' || attempt.state === 'open';
}

/** Whether there is something left that the deadline has to end. */
export function isOpen<R, A>(race: Race<R, A>, rules: RaceRules): boolean {
  if (!race.answered) return true;
  return rules.every && (race.attempts.some(isHopeful) || race.next < (race.queue?.length ?? 0));
}

/** RFC 8305 §5: the next attempt starts a Connection Attempt Delay after the newest one, later once that has answered. */
export function nextDialAt<R, A>(race: Race<R, A>, rules: RaceRules): Instant {
  const newest = race.attempts.at(-1);
  if (!newest) return -Infinity;
  const { started, connected } = newest.record;
  if (newest.state === 'open' && connected !== undefined) return started + connected + rules.openStagger;
  return started + rules.stagger;
}

/**
 * When an attempt in TCP is given up: with its budget while the waiter has nothing; when its silence is worth remembering
 * once another one has won; when its silence can be reported if every outcome is wanted.
 */
export function giveUpAt<R, A>(race: Race<R, A>, { record }: RunningAttempt<A>, rules: RaceRules): Instant {
  const { every, connect, remember, report, syns, margin } = rules;
  if (!race.answered && !every) return record.started + connect;
  const roundTrip = race.roundTrip(record.endpoint.address);
  const judged = unansweredAfter(every ? report : remember, syns, margin, roundTrip);
  return record.started + (every ? judged : Math.min(judged, connect));
}

/** When a race needs its next tick. */
export function dueOf<R, A>(race: Race<R, A>, rules: RaceRules): Instant {
  let due = isOpen(race, rules) ? race.deadlineAt : Infinity;
  for (const attempt of race.attempts) {
    if (attempt.state === 'closing') due = Math.min(due, attempt.closeBy);
    if (attempt.state !== 'connect') continue;
    due = Math.min(due, giveUpAt(race, attempt, rules));
    if (attempt.sockets < rules.sockets) {
      due = Math.min(due, attempt.record.started + attempt.sockets * rules.socketGap);
    }
  }
  const more = race.queue !== undefined && race.next < race.queue.length;
  if (more && (!race.answered || rules.every)) due = Math.min(due, nextDialAt(race, rules));
  return due;
}
