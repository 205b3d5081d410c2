import type { Connection, Dialling } from '@postern/wire';
import type { RunningAttempt } from '../race/attempt.ts';
import type { Race } from '../race/race.ts';
import type { Cancellation } from './cancellation.ts';

/** What the driver hangs on an attempt that has got beyond its first socket's SYN. */
export class Sockets {
  /** The sockets that are being dialled; none once TCP has come to an end. */
  dials: Dialling[] = [];
  /** The connection, once TCP stands. */
  connection: Connection | undefined = undefined;
  /** The hook, while it runs. */
  hook: Cancellation | undefined = undefined;
}

/** What the driver hangs on any attempt: while one socket waits for its answer, that is all there is. */
export type Handle = Dialling | Sockets;

/** A race with what the driver needs. */
export type DrivenRace<R> = Race<R, Handle>;

/** An attempt with what the driver needs. */
export type DrivenAttempt<R> = RunningAttempt<R, Handle>;

export function socketsOf<R>(attempt: DrivenAttempt<R>): Sockets {
  const { handle } = attempt;
  if (handle instanceof Sockets) return handle;
  const sockets = new Sockets();
  if (handle) sockets.dials.push(handle);
  attempt.handle = sockets;
  return sockets;
}

export function connectionOf<R>({ handle }: DrivenAttempt<R>): Connection | undefined {
  return handle instanceof Sockets ? handle.connection : undefined;
}
