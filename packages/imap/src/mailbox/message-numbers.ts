import type { Untagged } from '../parse/untagged.ts';

/** A piece of the mailbox: the UIDs of neighbours, `0` where one is not known. Small, so that taking one out is cheap. */
type Piece = number[];

const pieceLength = 512;
/** Beyond it nothing is kept: a server may claim any number of messages. */
const mostMessages = 1_048_576;

/**
 * Keeps which message has which number now, while messages come and go (RFC 9051 §2.3.1.2, §7.5.1; RFC 7162 §3.2.10). Feed it every piece
 * of untagged data in the order it came, from `onEvent` or the events of the machine. It knows the UIDs that FETCH told, and no others.
 *
 * @example
 * ```ts run
 * import { MessageNumbers, parseResponse } from '@postern/imap';
 * const numbers = new MessageNumbers();
 * for (const line of ['* 3 EXISTS', '* 1 FETCH (UID 7)', '* 3 FETCH (UID 9)', '* 1 EXPUNGE']) {
 *   const response = parseResponse(line);
 *   if (response.type === 'untagged') numbers.apply(response.data);
 * }
 * console.log(numbers.exists, numbers.uidOf(2), numbers.numberOf(9)); // 2 9 2
 * ```
 */
export class MessageNumbers {
  readonly #pieces: Piece[] = [];
  #kept = 0;
  #exists = 0;

  /** How many messages there are. */
  get exists(): number {
    return this.#exists;
  }

  /** The UID of a message by its number, if it is known. */
  uidOf(number: number): number | undefined {
    const place = this.#place(number);
    return (place && this.#pieces[place.piece]?.[place.index]) || undefined;
  }

  /** The number that the message with a UID has now, if that is known. */
  numberOf(uid: number): number | undefined {
    let before = 0;
    for (const piece of this.#pieces) {
      const index = piece.indexOf(uid);
      if (uid > 0 && index >= 0) return before + index + 1;
      before += piece.length;
    }
    return undefined;
  }

  /** Takes in what the server told. */
  apply(data: Untagged): void {
    if (data.type === 'exists') this.#resize(data.number);
    else if (data.type === 'expunge') this.#remove(data.number);
    else if (data.type === 'vanished' && !data.earlier) this.#vanish(data.uids.ranges, data.uids.size);
    else if (data.type === 'fetch' && data.message.uid !== undefined)
      this.#learn(data.message.seq, data.message.uid);
  }

  #resize(exists: number): void {
    this.#exists = exists;
    // RFC 9051 §7.4.1: fewer than before only after EXPUNGE, which has taken them out already.
    while (this.#kept > exists) this.#remove(this.#kept, 0);
  }

  #remove(number: number, fewer = 1): void {
    if (number < 1 || number > Math.max(this.#exists, this.#kept)) return;
    this.#exists = Math.max(0, this.#exists - fewer);
    const place = this.#place(number);
    if (!place) return;
    const piece = this.#pieces[place.piece];
    piece?.splice(place.index, 1);
    this.#kept -= 1;
    if (piece?.length === 0) this.#pieces.splice(place.piece, 1);
  }

  #vanish(ranges: readonly { readonly from: number; readonly to: number }[], size: number): void {
    const gone = (uid: number): boolean => ranges.some(({ from, to }) => uid >= from && uid <= to);
    const sorted = ranges.length > 1 ? lookUp(ranges) : gone;
    let removed = 0;
    for (let at = this.#pieces.length - 1; at >= 0; at -= 1) {
      const piece = this.#pieces[at] ?? [];
      const left = piece.filter((uid) => uid === 0 || !sorted(uid));
      removed += piece.length - left.length;
      if (left.length === 0) this.#pieces.splice(at, 1);
      else this.#pieces[at] = left;
    }
    this.#kept -= removed;
    // Those that were not known are gone too, but not from which place: what is known behind them cannot be trusted.
    if (removed < size) {
      this.#pieces.length = 0;
      this.#kept = 0;
    }
    this.#exists = Math.max(0, this.#exists - size);
  }

  #learn(number: number, uid: number): void {
    if (number < 1 || number > this.#exists || number > mostMessages) return;
    while (this.#kept < number) {
      const last = this.#pieces.at(-1);
      if (last && last.length < pieceLength) last.push(0);
      else this.#pieces.push([0]);
      this.#kept += 1;
    }
    const place = this.#place(number);
    const piece = place && this.#pieces[place.piece];
    if (piece) piece[place.index] = uid;
  }

  #place(number: number): { readonly piece: number; readonly index: number } | undefined {
    if (number < 1 || number > this.#kept) return undefined;
    let index = number - 1;
    for (let piece = 0; piece < this.#pieces.length; piece += 1) {
      const length = this.#pieces[piece]?.length ?? 0;
      if (index < length) return { piece, index };
      index -= length;
    }
    return undefined;
  }
}

/** Whether a UID is in one of many ranges, by halving. */
function lookUp(ranges: readonly { readonly from: number; readonly to: number }[]): (uid: number) => boolean {
  const sorted = ranges.toSorted((a, b) => a.from - b.from);
  return (uid) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.from ?? 0) <= uid) low = middle + 1;
      else high = middle;
    }
    return low > 0 && uid <= (sorted[low - 1]?.to ?? 0);
  };
}
