import { utf8 } from '@postern/wire';
import type { SmtpCommand } from '../commands.ts';
import { gather, mendLines, readPieces } from '../content/source.ts';
import type { ChunkReader } from '../content/source.ts';
import { measure } from '../content/transparency.ts';
import { checkStrict } from './plan.ts';
import type { Transaction } from './job.ts';

/** The dialogue, as far as a delivery needs it. */
export interface Line {
  /** Sends commands as a group. Throws a `UsageError`, with nothing sent. */
  send(...commands: readonly SmtpCommand[]): void;
  /** Resolves when the connection has room. */
  drained(): Promise<void>;
  /** Whether the dialogue has ended. */
  readonly over: boolean;
}

/** Content that turned out to need 8BITMIME while it was read. */
export class EightBitContent extends Error {
  override readonly name: string = 'EightBitContent';
}

/** Chunks that may be unanswered: enough to hide the round trip, few enough to be counted after a failure. */
const chunkWindow = 8;

const nothing: Uint8Array = new Uint8Array(0);

/** How content after a 354 ends. */
export const endOfContent: SmtpCommand = { verb: 'CONTENT', bytes: nothing, last: true };

/** How a feed ended: everything is written, or somebody stopped it. */
export type FeedEnd = 'written' | 'stopped';

/**
 * Sends the content of a transaction, no faster than the connection takes it. Holds one chunk at a time. Rejects with the
 * source's own error, with `EightBitContent`, or with a `UsageError` where `strict` content breaks a rule.
 */
export function feed(transaction: Transaction, line: Line, pipelining: boolean): Promise<FeedEnd> {
  const { plan, job } = transaction;
  let reader =
    transaction.reader ?? readPieces(transaction.whole ?? nothing, plan.chunks ? 1_048_576 : 65_536);
  if (!transaction.whole) {
    if (!plan.binary && (plan.sevenBit || job.strict)) reader = checked(reader, plan.sevenBit, job.strict);
  }
  if (!plan.chunks) return afterData(transaction, line, reader);
  if (!plan.binary) reader = mendLines(reader);
  return inChunks(transaction, line, gather(reader), pipelining ? chunkWindow : 1);
}

/** After the 354: content, then the dot. */
async function afterData(transaction: Transaction, line: Line, reader: ChunkReader): Promise<FeedEnd> {
  for (;;) {
    const chunk = await reader.next();
    if (line.over || transaction.stopped) break;
    if (!chunk) {
      line.send(endOfContent);
      // A dialogue that ended by this very command wrote nothing.
      transaction.written = !line.over;
      return 'written';
    }
    line.send({ verb: 'CONTENT', bytes: chunk });
    await line.drained();
    if (line.over) break;
    line.send({ verb: 'DRAINED' });
  }
  reader.close();
  return 'stopped';
}

/** RFC 3030 §4.2: chunk after chunk, the replies as they come. One chunk is held back to know which is the last. */
async function inChunks(
  transaction: Transaction,
  line: Line,
  reader: ChunkReader,
  most: number,
): Promise<FeedEnd> {
  const stopped = (): boolean => line.over || transaction.stopped;
  let held = (await reader.next()) ?? nothing;
  while (!stopped()) {
    const following = await reader.next();
    while (!stopped() && transaction.chunksOut >= most) await transaction.changed();
    if (stopped()) break;
    const last = following === undefined;
    line.send({ verb: 'BDAT', content: held, ...(last && { last }) });
    transaction.chunksOut += 1;
    transaction.written = last && !line.over;
    await line.drained();
    if (line.over) break;
    line.send({ verb: 'DRAINED' });
    if (last) return 'written';
    held = following;
  }
  reader.close();
  return transaction.written ? 'written' : 'stopped';
}

/** Watches content that is read for the first time while it is sent. */
function checked(reader: ChunkReader, sevenBit: boolean, strict: boolean): ChunkReader {
  let seen = measure(nothing);
  return {
    async next() {
      const chunk = await reader.next();
      // A CR at the very end is bare too.
      seen = measure(chunk ?? (seen.state === 'after-cr' ? utf8('x') : nothing), seen);
      if (sevenBit && seen.eightBit) throw new EightBitContent('content holds octets over 127');
      if (strict) checkStrict(seen);
      return chunk;
    },
    close() {
      reader.close();
    },
  };
}
