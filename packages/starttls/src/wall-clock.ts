/** A point in civil time: milliseconds since 1970-01-01T00:00:00Z, as `Date.now()` gives it. */
export type EpochMilliseconds = number;

/**
 * Tells the civil time. Certificates expire by the calendar, which the monotonic `Clock` of `@postern/wire` does not know;
 * programs pass `Date.now` or `() => Date.now()`.
 */
export type WallClock = () => EpochMilliseconds;
