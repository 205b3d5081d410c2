/**
 * The contract between protocol code and the outside world: bytes and time in, outputs out, deadlines, faults with a
 * closed vocabulary of reasons, and the driver that lets a machine and a connection work together.
 *
 * It is *not* a mail library: `@postern/smtp`, `@postern/pop3` and `@postern/imap` are written against it. The pure part
 * (this entry) imports nothing and runs anywhere; sockets and the system clock are in `@postern/wire/node`, the memory and
 * simulated networks, the virtual clock and the transcript runner in `@postern/wire/testing`.
 *
 * RFCs: 8446 §6 (alerts), 3207 §4.2, 2595 §3.1 and 9051 §6.2.1 (what an upgrade must forget and refuse).
 *
 * @example
 * ```ts run
 * import { isWireError } from '@postern/wire';
 * import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
 *
 * const clock = virtualClock();
 * const network = simulatedNetwork({ clock });
 * network.setPath('192.0.2.1:465', { weather: { type: 'drop' } }); // a firewall that swallows everything
 * const attempt = network.connect({ address: '192.0.2.1', port: 465 });
 * const outcome = await clock.run(attempt.catch((error: unknown) => error));
 * if (isWireError(outcome)) console.log(outcome.code, outcome.fault.after); // timeout-connect 134000
 * ```
 *
 * @packageDocumentation
 */
export { unlessAborted } from './abort.ts';
export { concatBytes, latin1, peerText, sample, utf8 } from './bytes.ts';
export { converse } from './converse.ts';
export type * from './converse.ts';
export { dial } from './dialling.ts';
export type * from './dialling.ts';
export { isUsageError, isWireError, UsageError, WireError } from './faults.ts';
export type * from './faults.ts';
export { isTlsRecord, recogniseProtocol } from './first-bytes.ts';
export type { KnownProtocol } from './first-bytes.ts';
export { handshakeWithin } from './handshake-within.ts';
export { ipOctets, ipText } from './ip-address.ts';
export { createLineSplitter } from './lines.ts';
export type * from './layer.ts';
export type * from './lines.ts';
export type * from './machine.ts';
export { onCancel } from './network.ts';
export type * from './network.ts';
export { isReason, reasonGroup, reasons } from './reasons.ts';
export type * from './reasons.ts';
export { serve } from './serve.ts';
export type { ServeOptions } from './serve.ts';
export { sharedTasks } from './shared-tasks.ts';
export { deadline, DeadlineExceeded, sleep } from './time.ts';
export type * from './time.ts';
export type * from './tls.ts';
export type * from './tls-sessions.ts';
