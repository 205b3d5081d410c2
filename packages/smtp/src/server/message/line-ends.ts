const CR = 13;
const LF = 10;

/** Watches octets that come by BDAT for a CR or LF that stands alone, over any cut. Nothing is changed by it. */
export class LineEnds {
  #bare = false;
  #lastWasCr = false;

  /** Whether one stood alone; asked once everything has come. */
  get bare(): boolean {
    return this.#bare || this.#lastWasCr;
  }

  /** Takes octets. */
  push(bytes: Uint8Array): void {
    if (this.#bare || bytes.length === 0) return;
    let at = 0;
    if (this.#lastWasCr) {
      this.#lastWasCr = false;
      if (bytes[0] !== LF) {
        this.#bare = true;
        return;
      }
      at = 1;
    }
    while (at < bytes.length) {
      const cr = bytes.indexOf(CR, at);
      const lf = bytes.indexOf(LF, at);
      if (cr < 0 && lf < 0) return;
      if (cr === bytes.length - 1 && lf < 0) {
        this.#lastWasCr = true;
        return;
      }
      if (cr < 0 || lf !== cr + 1) {
        this.#bare = true;
        return;
      }
      at = lf + 1;
    }
  }
}
