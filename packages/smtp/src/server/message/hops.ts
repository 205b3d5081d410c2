const LF = 10;
const CR = 13;
const name = 'received:';

/** Counts the `Received:` lines of a message's header, over any cut (RFC 5321 §6.3). What is behind the header costs nothing. */
export class Hops {
  /** How many there were so far. */
  count = 0;
  #over = false;
  /** Octets of the line so far, its CR left out. */
  #column = 0;
  #matches = true;

  /** Takes content, dot-stuffing undone. */
  push(bytes: Uint8Array): void {
    if (this.#over) return;
    for (const byte of bytes) {
      if (byte === LF) {
        if (this.#column === 0) {
          this.#over = true;
          return;
        }
        this.#column = 0;
        this.#matches = true;
      } else if (byte !== CR) {
        this.#see(byte);
      }
    }
  }

  #see(byte: number): void {
    if (this.#matches && this.#column < name.length) {
      // Bit 5 makes a letter lower case and leaves the colon as it is.
      this.#matches = (byte | 0x20) === name.charCodeAt(this.#column);
      if (this.#matches && this.#column === name.length - 1) this.count += 1;
    }
    this.#column += 1;
  }
}
