/** What the limits know of one destination, and who waits for its next connection. */
export class Destination {
  readonly key: string;
  /** Races that have dialled and are not answered, and connections: leased, idle or closing. */
  used = 0;
  /** Races that want to dial, in the order in which they began to; made when somebody has to wait. */
  waiting: Set<unknown> | undefined = undefined;
  /** Those of them that have dialled already: what they hold nobody else can have, so they go first. */
  urgent: Set<unknown> | undefined = undefined;
  /** The obstacle it is parked at, and the one it was last woken from. */
  parkedAt: string | undefined = undefined;
  wokenFrom: string | undefined = undefined;
  /** The address at which it keeps a place while it waits for one in a group. */
  reserved: string | undefined = undefined;
  /** Everything that refers to it; it is forgotten when nothing does. */
  references = 0;

  constructor(key: string) {
    this.key = key;
  }
}
