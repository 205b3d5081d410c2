import { peerText } from '@postern/wire';
import type { Clock, Instant, Milliseconds, Observer } from '@postern/wire';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { TimelineEntry } from '../report/probe-report.ts';
import type { ProbeEnvironment, Progress } from './environment.ts';

/** As much of one line as a transcript keeps; a peer may send lines of any length. */
const LONGEST_LINE = 2000;

/** Notes what happens in a probe, when, and tells whoever listens. */
export class Recorder {
  readonly timeline: TimelineEntry[] = [];
  readonly #endpoint: ServiceEndpoint;
  readonly #clock: Clock;
  readonly #began: Instant;
  readonly #listener: ProbeEnvironment['onProgress'];

  constructor(endpoint: ServiceEndpoint, { clock, onProgress }: ProbeEnvironment) {
    this.#endpoint = endpoint;
    this.#clock = clock;
    this.#began = clock.now();
    this.#listener = onProgress;
  }

  /** Time since the probe began. */
  get elapsed(): Milliseconds {
    return this.#clock.now() - this.#began;
  }

  /** Notes an event of the timeline. */
  note(event: string, detail?: string): void {
    const entry = { ms: this.elapsed, event, ...(detail === undefined ? {} : { detail }) };
    this.timeline.push(entry);
    this.#listener?.({ endpoint: this.#endpoint, ...entry });
  }

  /** An observer of one dialogue: its lines go to the listener, secrets masked by the machines. */
  observer(): Observer {
    const client = this.#lines('client');
    const server = this.#lines('server');
    return { wrote: client, received: server };
  }

  #lines(side: NonNullable<Progress['side']>): (bytes: Uint8Array) => void {
    if (!this.#listener) return () => undefined;
    let rest = '';
    return (bytes) => {
      const lines = (rest + peerText(bytes)).split('\n');
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
      for (const line of lines) {
        const detail = line.replace(/\r$/, '').slice(0, LONGEST_LINE);
        this.#listener?.({ endpoint: this.#endpoint, ms: this.elapsed, event: 'line', detail, side });
      }
    };
  }
}
