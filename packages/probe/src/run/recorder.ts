import type { Clock, Instant, Milliseconds, Observer } from '@postern/wire';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { TimelineEntry } from '../report/probe-report.ts';
import type { ProbeEnvironment } from './environment.ts';
import { observeLines } from './observe-lines.ts';

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
    const listener = this.#listener;
    if (!listener) return {};
    return observeLines((side, detail) => {
      listener({ endpoint: this.#endpoint, ms: this.elapsed, event: 'line', detail, side });
    });
  }
}
