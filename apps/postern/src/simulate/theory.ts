import { duration, FORGET, settledAfter, SYNS, unanswered } from './model.ts';
import type { Model, Strategy } from './model.ts';

/**
 * What Little's law says: so many attempts are pending on average as messages come in the time that the attempts of one message
 * are pending. That time follows from the shares alone; nothing of it is taken from the simulation.
 */
export function expectedPending(model: Model, strategy: Strategy): number {
  const { rate, silent, refusing, slow, roundTrip, slowness } = model;
  const { fallback, races, memory, announced } = strategy;
  const [least, most] = roundTrip;
  const trip = (least + most) / 2;
  const settled = meanOver(least, most, settledAfter);
  // An answer, with the SYNs that got lost before it.
  const q = unanswered(model);
  let lost = 0;
  for (const [syn, at] of SYNS.entries()) {
    lost += at * q ** syn * (syn === SYNS.length - 1 ? 1 : 1 - q);
  }
  const answer = trip + lost;
  const answering = 1 - silent - refusing - slow;
  // How long both attempts of a message are pending where the first one stays unanswered.
  const both = (first: number): number => {
    if (!races) return first + answer;
    const won = fallback + answer;
    return answer + (memory === 'counted' ? Math.max(won, settled) : won);
  };
  const tried = memory === 'none' ? 1 : triedShare(model);
  const silentTime = announced ? answer : tried * both(fallback) + (1 - tried) * answer;
  const refusingTime = announced ? answer : answer + answer;
  let slowTime = answer + slowness;
  let answeringTime = answer;
  if (races) {
    // Who is slower than the stagger has a second attempt beside it, of which the quicker wins.
    const won = Math.min(slowness + answer, fallback + answer);
    const loser = memory === 'counted' ? Math.max(won, Math.min(slowness + answer, settled)) : won;
    const slowBoth = loser + answer;
    const remembered = memory === 'none' || (slowness + trip < settled && memory === 'counted') ? 1 : tried;
    slowTime = slowness > fallback ? remembered * slowBoth + (1 - remembered) * answer : slowness + answer;
    // Of the others those whose first SYN was lost.
    answeringTime = (1 - q) * trip + q * (memory === 'counted' ? settled + trip : fallback + 2 * trip);
  }
  const time = silent * silentTime + refusing * refusingTime + slow * slowTime + answering * answeringTime;
  return (rate * time) / 1000;
}

/** The mean of a function over round trips that are equally likely between two. */
function meanOver(least: number, most: number, of: (roundTrip: number) => number): number {
  const points = 1000;
  let sum = 0;
  for (let point = 0; point < points; point += 1)
    sum += of(least + ((point + 0.5) / points) * (most - least));
  return sum / points;
}

/** The share of messages to silent destinations that find nothing remembered: the first, and the first after ten minutes. */
function triedShare(model: Model): number {
  const { destinations, messages, rate } = model;
  const each = rate / destinations / 1000;
  const all = duration(model);
  const once = 1 - Math.exp(-each * all);
  const left = Math.max(0, all - FORGET[0]);
  const twice = 1 - Math.exp(-each * left) * (1 + each * left);
  return ((once + twice) * destinations) / messages;
}
