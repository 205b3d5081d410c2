/** A race holds a place at an address or in a group once: one of its attempts there has it, and may leave it to another. */
import type { Candidate } from '../candidate.ts';
import type { RunningAttempt } from '../race/attempt.ts';
import type { Race } from '../race/race.ts';

type Kind = 'address' | 'group';

function sameKind(kind: Kind, a: Candidate, b: Candidate): boolean {
  return kind === 'address' ? a.endpoint.address === b.endpoint.address : a.group === b.group;
}

/** Another attempt of the race that holds the place which this one would need as well. */
export function holder<R, A>(
  race: Race<R, A>,
  kind: Kind,
  attempt: RunningAttempt<R, A>,
): RunningAttempt<R, A> | undefined {
  return race.attempts.find(
    (other) => other !== attempt && other[kind] && sameKind(kind, other.candidate, attempt.candidate),
  );
}

/** Another attempt of an unanswered race that goes on there. */
export function heirOf<R, A>(
  race: Race<R, A>,
  kind: Kind,
  attempt: RunningAttempt<R, A>,
): RunningAttempt<R, A> | undefined {
  if (race.answered) return undefined;
  return race.attempts.find(
    (other) =>
      other !== attempt &&
      other.descriptor &&
      (other.state === 'connect' || other.state === 'open') &&
      sameKind(kind, other.candidate, attempt.candidate),
  );
}

/** Whether the race has a place at the candidate's address. */
export function holdsAt<R, A>(race: Race<R, A>, candidate: Candidate): boolean {
  for (const other of race.attempts) {
    if (other.address && sameKind('address', other.candidate, candidate)) return true;
  }
  return false;
}

/** The same for a group. */
export function holdsIn<R, A>(race: Race<R, A>, group: string): boolean {
  for (const other of race.attempts) if (other.group && other.candidate.group === group) return true;
  return false;
}
