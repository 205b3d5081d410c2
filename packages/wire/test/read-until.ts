import { latin1 } from '@postern/wire';
import type { Connection } from '@postern/wire';

/** Reads until a text has come, or the end. */
export async function read(connection: Connection, until: string): Promise<string> {
  let text = '';
  while (!text.includes(until)) {
    const bytes = await connection.read();
    if (!bytes) break;
    text += latin1(bytes);
  }
  return text;
}
