import { isWireError, sleep, utf8 } from '@postern/wire';
import type { Clock, Connection, TlsIdentity } from '@postern/wire';

/** What a script has to work with. */
export interface Scene {
  readonly clock: Clock;
  /** Aborts when the lab closes. */
  readonly signal: AbortSignal;
  /** A good identity of the host, for scripts that play inside TLS. */
  readonly identity: () => Promise<TlsIdentity>;
}

/** A few steps on an open connection. When it resolves the connection is closed in an orderly way. */
export type Script = (connection: Connection, scene: Scene) => Promise<void>;

/** Hears everything and says nothing, until the client goes. */
export const sayNothing: Script = async (connection) => {
  while (await connection.read());
};

/** Closes (FIN) at once. */
export const close: Script = async () => undefined;

/**
 * Breaks off (RST) a moment later. At once would be a race: a client that hears of the reset before it hears of the
 * connection cannot tell what was broken.
 */
export const resetSoon: Script = async (connection, { clock, signal }) => {
  await sleep(clock, 50, { signal });
  connection.reset();
};

/** Says these characters, then nothing more. */
export function say(text: string): Script {
  return async (connection, scene) => {
    await connection.write(utf8(text));
    await sayNothing(connection, scene);
  };
}

/** Says these characters and closes. */
export function sayAndClose(text: string): Script {
  return async (connection) => {
    await connection.write(utf8(text));
  };
}

/** Runs the handshake with a good certificate, then says these characters and nothing more. */
export function sayInsideTls(text: string): Script {
  return async (connection, scene) => {
    const identity = await scene.identity();
    await connection.acceptTls({ identity: () => identity }, { signal: scene.signal });
    await say(text)(connection, scene);
  };
}

/** Hears the ClientHello and answers with a fatal alert (RFC 8446 §6.2), as a TLS library would that found no way. */
export function alert(number: number): Script {
  return async (connection) => {
    const first = await connection.read();
    if (first) await connection.write(Uint8Array.of(0x15, 0x03, 0x03, 0, 2, 2, number));
  };
}

/** What one write of an endless greeting holds; one a millisecond is four megabytes a second. */
const ENDLESS_BYTES = 4096;

/** No peer that limits itself gets this far; the lab must end too. */
const ENDLESS_WRITES = 16_384;

/** A greeting that begins well and never ends: `more` again and again. */
export function endless(opening: string, more: string): Script {
  return async (connection, { clock, signal }) => {
    await connection.write(utf8(opening));
    const block = utf8(more.repeat(Math.ceil(ENDLESS_BYTES / more.length)));
    for (let count = 0; count < ENDLESS_WRITES; count += 1) {
      await connection.write(block);
      // Room in the window is not enough to wait for: where time is virtual nothing else lets the peer read.
      await sleep(clock, 1, { signal });
    }
  };
}

/** Plays a script to its end and closes; a client that breaks it off is no failure of the lab. */
export async function play(script: Script, connection: Connection, scene: Scene): Promise<void> {
  try {
    await script(connection, scene);
  } catch (error) {
    if (!isWireError(error) && !scene.signal.aborted) throw error;
  } finally {
    await connection[Symbol.asyncDispose]();
  }
}
