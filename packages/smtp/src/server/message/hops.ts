const LF = 10;
const CR = 13;
const name = 'received:';

/** Counts the `Received:` lines of a message's header, over any cut (RFC 5321 §6.3). What is behind the header costs nothing. */
export class Hops {
  /** How many there were so far. */
  count = 0;
  #over = false;
  /** Octets of the line so far, its CR left out; not counted any further once the line is known to be none of ours. */
  #column = 0;
  #matches = true;

  /** Takes content, dot-stuffing undone. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (!this.#over && at < bytes.length) {
      if (!this.#matches) {
        const end = bytes.indexOf(LF, at);
        if (end < 0) return;
        at = end;
      }
      this.#see(bytes[at] ?? 0);
      at += 1;
    }
  }

  #see(byte: number): void {
    if (byte === LF) {
      // An empty line ends the header (RFC 5322 §2.1).
      this.#over = this.#column === 0;
      this.#column = 0;
      this.#matches = true;
    } else if (byte !== CR) {
      // Bit 5 makes a letter lower case and leaves the colon as it is.
      this.#matches &&= (byte | 0x20) === name.charCodeAt(this.#column);
      this.#column += 1;
      if (this.#matches && this.#column === name.length) {
        this.count += 1;
        this.#matches = false;
      }
    }
  }
}
