import type { Connection } from '@postern/wire';
import type { LabServer } from './server.ts';

/** IMAP. */
export async function serveLabImap(connection: Connection, _server: LabServer): Promise<void> {
  await connection[Symbol.asyncDispose]();
}
