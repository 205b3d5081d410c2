import type { ImapEvent } from '../events.ts';
import { MessageNumbers } from './message-numbers.ts';

/** Keeps the numbers of the mailbox that is selected, or being selected, from what a dialogue hears. */
export class KeptNumbers {
  /** Those of the present mailbox. */
  numbers: MessageNumbers = new MessageNumbers();
  /** Whether UIDs are taken in: that costs something for each message, so it is done for who wants it. */
  #learns = false;

  /** A mailbox is being selected: what comes from now on is about it. What comes with the selection is little, and is learnt. */
  begin(): void {
    this.numbers = new MessageNumbers();
    this.#learns = true;
  }

  /** The selection is over. */
  settle(): void {
    this.#learns = false;
  }

  /** Somebody wants to know. */
  learn(): void {
    this.#learns = true;
  }

  hear(event: ImapEvent): void {
    if (event.type !== 'untagged') return;
    const { data } = event;
    if (data.type === 'fetch' && !this.#learns) return;
    // RFC 9051 §7.1: what came before was about the mailbox that is left.
    if (data.type === 'status' && data.response.code?.name === 'CLOSED') this.numbers = new MessageNumbers();
    this.numbers.apply(data);
  }
}
