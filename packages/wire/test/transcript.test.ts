import { describe, expect, it } from 'vitest';
import { parseTranscript, replayEveryCut, replayTranscript } from '@postern/wire/testing';
import { toyMachine } from './toy-machine.ts';

const good = `# A toy dialogue
S+ hello\\n
> "hello"
! send "STARTTLS"
C+ STARTTLS\\n
S+ go\\n
> start-tls
! tls-ready
> "secured"
! send ["a","b"]
C+ a\\n
C+ b\\n
! advance 1000
> end {"reason":"timeout-reply"}
`;

const machine = (): ReturnType<typeof toyMachine> => toyMachine();

describe('transcripts', () => {
  it('replays whole, byte by byte and at random cuts', () => {
    expect(parseTranscript(good).title).toBe('A toy dialogue');
    replayEveryCut(good, { machine });
  });

  it.each([
    ['another event', good.replace('> "hello"', '> "hallo"'), 'line 3'],
    ['another write', good.replace('C+ STARTTLS', 'C+ STLS'), 'line 5'],
    ['an output nobody expected', good.replace('> "secured"\n', ''), 'before line 9'],
    ['a missing output', good.replace('! send ["a","b"]\n', ''), 'line 10'],
    ['another reason', good.replace('timeout-reply', 'closed'), 'line 14'],
    ['an output left over', good.replace('> end {"reason":"timeout-reply"}\n', ''), 'at the end'],
    ['no JSON', good.replace('"hello"', 'hello'), 'line 3'],
    ['no transcript line', `${good}X: y\n`, 'not a transcript line'],
  ])('fails on %s', (_what, text, message) => {
    expect(() => {
      replayTranscript(parseTranscript(text), { machine });
    }).toThrow(message);
  });
});
