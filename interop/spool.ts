// What our own server took, from its spool.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from './environment.ts';
import type { Spooled } from './servers/ours-daemon.ts';

const { ours } = readEnvironment();

export interface Taken extends Spooled {
  readonly content: Buffer;
}

/** The messages from this sender, in the order in which they were completed. It is there before the client knows. */
export function takenFrom(sender: string): readonly Taken[] {
  return readdirSync(ours.spool)
    .filter((name) => name.endsWith('.json'))
    .map((name) => Number.parseInt(name))
    .toSorted((a, b) => a - b)
    .map((number) => {
      const known = JSON.parse(readFileSync(join(ours.spool, `${number}.json`), 'utf8')) as Spooled;
      return { ...known, content: readFileSync(join(ours.spool, `${number}.eml`)) };
    })
    .filter(({ envelope }) => envelope.sender.path === sender);
}

/** The recipients of a message. */
export function recipients({ envelope }: Taken): readonly string[] {
  return envelope.recipients.map(({ path }) => path);
}
