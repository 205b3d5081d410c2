import { concatBytes, latin1, utf8 } from '../bytes.ts';
import { isUsageError } from '../faults.ts';
import type { Machine, Output } from '../machine.ts';
import type { TlsInfo } from '../tls.ts';
import { matches, plain } from './subset.ts';
import { seededRandom } from './weather.ts';

/** One line of a transcript. */
export interface TranscriptStep {
  readonly line: number;
  readonly mark: 'S' | 'C' | '>' | '!';
  /** Bytes for `S` and `C`. */
  readonly bytes: Uint8Array;
  /** The text behind the mark. */
  readonly text: string;
}

/** A dialogue as data. */
export interface Transcript {
  /** The first comment: what it shows, and which RFC section. */
  readonly title: string;
  readonly steps: readonly TranscriptStep[];
}

/** How a transcript's bytes are cut into chunks. */
export type Cut = 'whole' | 'bytes' | { readonly seed: number };

/** Options of {@link replayTranscript}. */
export interface ReplayOptions<C, E> {
  /** Makes the machine under test; gets the JSON of an `! options` line, or `{}`. */
  readonly machine: (options: Readonly<Record<string, unknown>>) => Machine<C, E>;
  /** Which side the machine plays. Default `client`: `S` lines go in, `C` lines must come out. */
  readonly role?: 'client' | 'server';
  readonly cut?: Cut;
}

/** A transcript and a machine do not agree. The message names the line. */
export class TranscriptMismatch extends Error {
  override readonly name: string = 'TranscriptMismatch';
}

/**
 * Reads a transcript in RFC notation:
 *
 * - `# text`: a comment; the first one is the title
 * - `S: text` / `C: text`: server or client sends the text and CRLF. `S+ text` / `C+ text`: the bytes as written, with the
 *   escapes `\r \n \t \\ \xNN`
 * - `> {json}`: the next output is an event that holds at least this; `> end`, `> end {json}`: the end, without or with
 *   a fault that holds at least this; `> start-tls`; `> start-compression`; `> *` lets any further events pass
 * - `! send {json}`: the user sends a command; several commands in an array form a group. `! throws {json}` behind it: it is
 *   refused with a UsageError that holds at least this (`{"code":"argument-refused"}`)
 * - `! tls-ready`, `! tls-ready {json}`: the handshake is done; the JSON overrides fields of the TlsInfo
 * - `! advance 300000`: milliseconds pass, with every deadline on the way; `! end closed`, `! end reset`: the peer stops
 * - `! options {json}`: options for the machine, before anything else
 *
 * Consecutive lines of the peer arrive in one segment unless the replay cuts them. Every output must be expected.
 */
export function parseTranscript(text: string): Transcript {
  const steps: TranscriptStep[] = [];
  let title = '';
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    if (line.startsWith('#')) {
      title ||= line.slice(1).trim();
      continue;
    }
    const found = /^([SC])([:+])(?: (.*))?$|^([>!]) (.*)$/.exec(line);
    if (!found) throw new TranscriptMismatch(`line ${index + 1}: not a transcript line: ${line}`);
    const [, side, kind, content = '', other, rest = ''] = found;
    steps.push({
      line: index + 1,
      mark: (side ?? other) as TranscriptStep['mark'],
      bytes: kind === '+' ? unescape(content) : utf8(`${content}\r\n`),
      text: side ? content : rest,
    });
  }
  return { title, steps };
}

/** Plays a transcript against a machine; throws {@link TranscriptMismatch} at the first difference. */
export function replayTranscript<C, E>(transcript: Transcript, options: ReplayOptions<C, E>): void {
  new Replay(transcript, options).run();
}

/**
 * Plays a transcript whole, byte by byte, and at `rounds` (default 25) seeded random cuts: how bytes are segmented must not
 * change anything.
 */
export function replayEveryCut<C, E>(
  text: string,
  options: ReplayOptions<C, E> & { readonly rounds?: number },
): void {
  const transcript = parseTranscript(text);
  replayTranscript(transcript, { ...options, cut: 'whole' });
  replayTranscript(transcript, { ...options, cut: 'bytes' });
  for (let seed = 1; seed <= (options.rounds ?? 25); seed += 1) {
    replayTranscript(transcript, { ...options, cut: { seed } });
  }
}

/** A verified TLS 1.3 session, for tests that only need one. */
export const testTlsInfo: TlsInfo = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  alpn: undefined,
  resumed: false,
  peerFrom: 'handshake',
  peer: undefined,
  verification: { status: 'verified', by: 'pkix' },
};

class Replay<C, E> {
  readonly #steps: readonly TranscriptStep[];
  readonly #machine: Machine<C, E>;
  readonly #peer: 'S' | 'C';
  readonly #cut: Cut;
  #now = 0;
  #outputs: Output<E>[] = [];
  #ended = false;

  constructor(transcript: Transcript, options: ReplayOptions<C, E>) {
    const first = transcript.steps[0];
    const given = first?.mark === '!' && first.text.startsWith('options ') ? first : undefined;
    this.#steps = given ? transcript.steps.slice(1) : transcript.steps;
    this.#machine = options.machine(given ? (json(given, 'options') as Record<string, unknown>) : {});
    this.#peer = options.role === 'server' ? 'C' : 'S';
    this.#cut = options.cut ?? 'whole';
  }

  run(): void {
    this.#take(this.#machine.start(this.#now));
    for (let at = 0; at < this.#steps.length; at += 1) {
      const step = this.#steps[at];
      if (!step) break;
      if (step.mark === this.#peer) {
        const parts = [step.bytes];
        while (this.#steps[at + 1]?.mark === this.#peer) {
          at += 1;
          parts.push(this.#steps[at]?.bytes ?? new Uint8Array(0));
        }
        this.#quiet(step);
        this.#feed(concatBytes(parts));
      } else if (step.mark === '!') {
        const next = this.#steps[at + 1];
        if (next?.mark === '!' && next.text.startsWith('throws')) {
          at += 1;
          this.#refused(step, next);
        } else {
          this.#act(step);
        }
      } else {
        this.#expect(step);
      }
    }
    if (this.#outputs.length > 0) throw new TranscriptMismatch(`at the end: unexpected ${this.#found()}`);
  }

  #feed(bytes: Uint8Array): void {
    const random = typeof this.#cut === 'object' ? seededRandom(this.#cut.seed) : undefined;
    for (let at = 0; at < bytes.length;) {
      const size = this.#cut === 'whole' ? bytes.length : random ? 1 + Math.floor(random() * 12) : 1;
      const lent = bytes.slice(at, at + size);
      at += size;
      this.#take(this.#machine.receive(lent, this.#now));
      // The bytes were only lent: a machine that kept them now holds rubbish.
      lent.fill(0xaa);
    }
  }

  #act(step: TranscriptStep): void {
    const [verb = '', ...rest] = step.text.split(' ');
    this.#quiet(step);
    switch (verb) {
      case 'send':
        this.#send(json(step, 'send'));
        break;
      case 'tls-ready': {
        const changes = rest.length > 0 ? (json(step, 'tls-ready') as Partial<TlsInfo>) : {};
        this.#take(this.#machine.tlsReady({ ...testTlsInfo, ...changes }, this.#now));
        break;
      }
      case 'advance':
        this.#advance(Number(rest[0]));
        break;
      case 'end':
        this.#take(this.#machine.receiveEnd(this.#now, rest[0] === 'reset' ? 'reset' : 'closed'));
        break;
      default:
        throw new TranscriptMismatch(`line ${step.line}: no such action: ${verb}`);
    }
  }

  #send(command: unknown): void {
    this.#take(
      Array.isArray(command)
        ? this.#machine.sendAll(command as C[], this.#now)
        : this.#machine.send(command as C, this.#now),
    );
  }

  #refused(step: TranscriptStep, expected: TranscriptStep): void {
    this.#quiet(step);
    try {
      this.#send(json(step, 'send'));
    } catch (error) {
      if (!isUsageError(error)) throw error;
      const wanted = expected.text === 'throws' ? {} : json(expected, 'throws');
      const actual = { code: error.code, rule: error.rule, message: error.message };
      if (!matches(actual, wanted)) {
        throw new TranscriptMismatch(`line ${expected.line}: refused with ${JSON.stringify(actual)}`);
      }
      return;
    }
    throw new TranscriptMismatch(`line ${expected.line}: the command was not refused`);
  }

  #advance(duration: number): void {
    const end = this.#now + duration;
    for (;;) {
      const due = this.#machine.deadline;
      if (this.#ended || due === undefined || due > end) break;
      this.#now = Math.max(this.#now, due);
      this.#take(this.#machine.tick(this.#now));
      if (this.#machine.deadline === due) {
        throw new TranscriptMismatch(
          `the deadline ${due} of state ${this.#machine.state.name} did not move at its tick`,
        );
      }
    }
    this.#now = end;
  }

  #take(outputs: readonly Output<E>[]): void {
    for (const output of outputs) {
      if (this.#ended) throw new TranscriptMismatch(`output after the end: ${JSON.stringify(plain(output))}`);
      const last = this.#outputs.at(-1);
      if (output.type === 'write' && last?.type === 'write') {
        this.#outputs[this.#outputs.length - 1] = { ...last, bytes: concatBytes([last.bytes, output.bytes]) };
      } else {
        this.#outputs.push(output);
      }
      this.#ended ||= output.type === 'end';
    }
  }

  #expect(step: TranscriptStep): void {
    if (step.text === '*' && step.mark === '>') {
      while (this.#outputs[0]?.type === 'event') this.#outputs.shift();
      return;
    }
    const output = this.#outputs[0];
    const differs = (): TranscriptMismatch =>
      new TranscriptMismatch(
        `line ${step.line}: expected ${step.mark} ${step.text}, got ${this.#found()} in state ${this.#machine.state.name}`,
      );
    if (!output) throw differs();
    if (step.mark !== '>') {
      if (output.type !== 'write' || !startsWith(output.bytes, step.bytes)) throw differs();
      const rest = output.bytes.subarray(step.bytes.length);
      if (rest.length > 0) this.#outputs[0] = { ...output, bytes: rest };
      else this.#outputs.shift();
      return;
    }
    this.#outputs.shift();
    const [word = ''] = step.text.split(' ', 1);
    if (word === 'start-tls' || word === 'start-compression') {
      if (output.type !== word) throw differs();
    } else if (word === 'end') {
      if (output.type !== 'end') throw wrong(differs, output);
      const wanted = step.text === 'end' ? undefined : json(step, 'end');
      if (wanted === undefined ? output.fault !== undefined : !matches(plain(output.fault), wanted)) {
        throw wrong(differs, output);
      }
    } else if (output.type !== 'event' || !matches(plain(output.event), json(step, ''))) {
      throw wrong(differs, output);
    }
  }

  /** Nothing may be left over before the next input: an output nobody expected is a difference. */
  #quiet(step: TranscriptStep): void {
    if (this.#outputs.length > 0)
      throw new TranscriptMismatch(`before line ${step.line}: unexpected ${this.#found()}`);
  }

  #found(): string {
    return this.#outputs.length === 0 ? 'nothing' : this.#outputs.map((output) => shown(output)).join(', ');
  }
}

function wrong<E>(differs: () => TranscriptMismatch, output: Output<E>): TranscriptMismatch {
  const error = differs();
  error.message += `; the output was ${shown(output)}`;
  return error;
}

function shown<E>(output: Output<E>): string {
  return output.type === 'write'
    ? `write ${JSON.stringify(latin1(output.bytes))}`
    : JSON.stringify(plain(output));
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.every((byte, at) => bytes[at] === byte);
}

function json(step: TranscriptStep, verb: string): unknown {
  try {
    return JSON.parse(step.text.slice(verb.length)) as unknown;
  } catch {
    throw new TranscriptMismatch(`line ${step.line}: no JSON: ${step.text}`);
  }
}

function unescape(text: string): Uint8Array {
  const bytes: number[] = [];
  const pattern = /\\(?:x([0-9a-f]{2})|([rnt\\]))|([^\\])/giu;
  for (const [, hex, letter, character] of text.matchAll(pattern)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (letter !== undefined) bytes.push({ r: 13, n: 10, t: 9 }[letter] ?? 92);
    else bytes.push(...utf8(character ?? ''));
  }
  return Uint8Array.from(bytes);
}
