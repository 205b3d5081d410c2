import type { Fault } from './faults.ts';
import type { TlsInfo } from './tls.ts';
import type { Instant } from './time.ts';

/** Bytes to be written, in order. */
export interface WriteOutput {
  readonly type: 'write';
  readonly bytes: Uint8Array;
  /** What a transcript shows in place of bytes that hold a secret: masked here, where the secret arises. */
  readonly shown?: string;
}

/** Something the user of the machine wants to know. */
export interface EventOutput<E> {
  readonly type: 'event';
  readonly event: E;
}

/** Stop reading, run the TLS handshake, then call {@link Machine.tlsReady}. Nothing may be written in between. */
export interface StartTlsOutput {
  readonly type: 'start-tls';
}

/**
 * From here on the bytes of both directions are in a compression layer: what was written before is not, what is written next is. `behind`
 * are bytes that came in behind the agreement, and belong to the layer; the machine has kept nothing of them.
 */
export interface StartCompressionOutput {
  readonly type: 'start-compression';
  readonly behind: Uint8Array;
}

/** The last output ever: the dialogue is over, well (no fault) or badly. Close the connection. */
export interface EndOutput {
  readonly type: 'end';
  readonly fault?: Fault;
}

/** What a machine wants done. Perform the outputs of a call in order, before the next input. */
export type Output<E> = WriteOutput | EventOutput<E> | StartTlsOutput | StartCompressionOutput | EndOutput;

/** How the other end stopped: `closed` by FIN (or close_notify), `reset` by RST. */
export type EndOfStream = 'closed' | 'reset';

/**
 * Protocol logic without a socket, a clock or a file: bytes and time come in, values go out. `C` are the commands that
 * can be sent, `E` the events that come back.
 */
export interface Machine<C, E> {
  /** The connection stands; first input of all. */
  start(now: Instant): readonly Output<E>[];
  /**
   * Sends one command. Throws {@link UsageError} in the wrong state or for an argument that would break the protocol;
   * nothing has been sent then.
   */
  send(command: C, now: Instant): readonly Output<E>[];
  /** Sends several commands as one group with one write. Throws as {@link Machine.send} does, before anything is sent. */
  sendAll(commands: readonly C[], now: Instant): readonly Output<E>[];
  /**
   * Bytes from the peer. Never throws, whatever they are. The bytes are borrowed: valid during the call only, so the
   * machine copies what it keeps.
   */
  receive(bytes: Uint8Array, now: Instant): readonly Output<E>[];
  /** The peer will send no more. */
  receiveEnd(now: Instant, how?: EndOfStream): readonly Output<E>[];
  /** The handshake asked for by `start-tls` succeeded. */
  tlsReady(tls: TlsInfo, now: Instant): readonly Output<E>[];
  /** Time has passed. Early and repeated calls are harmless. */
  tick(now: Instant): readonly Output<E>[];
  /** When {@link Machine.tick} is due; absolute, so a peer that drips one byte a minute cannot move it. */
  readonly deadline: Instant | undefined;
  /** Where the machine stands, for logs and tests. */
  readonly state: { readonly name: string };
}
