import { latin1, utf8 } from '@postern/wire';
import type { Machine } from '@postern/wire';
import { writtenText } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import type { ClientMechanism } from '../src/index.ts';

/** What a server says, and the event in which a client tells it. */
interface Said {
  readonly line: string;
  readonly event: object;
}

/** How a protocol carries an exchange. */
export interface Carrier<C> {
  /** A client that was offered this mechanism, with initial responses where the protocol has a word for that. */
  readonly offered: (mechanism: string) => Machine<C, unknown>;
  /** The command that begins, and what stands on the wire in front of the mechanism's name. */
  readonly begin: (mechanism: ClientMechanism) => C;
  readonly verb: string;
  readonly resume: (result: Uint8Array | undefined) => C;
  /** What stands in front of a challenge. */
  readonly challenge: string;
  readonly success: Said;
  /** The answer to a cancelled exchange. */
  readonly cancelled: Said;
}

/** Goes like SCRAM: first message, work, proof, and the server's last word. */
function proving(): ClientMechanism {
  let finished = false;
  return {
    name: 'X-WORK',
    plaintext: false,
    start: () => utf8('first'),
    next: (challenge) => {
      finished = latin1(challenge) === 'v=';
      if (finished) return { type: 'done' };
      return { type: 'wait', work: { name: 'derive-key', run: () => Promise.resolve(utf8('key')) } };
    },
    resume: (result) => ({ type: 'respond', response: result }),
    succeed: () => (finished ? { type: 'done' } : { type: 'failed', reason: 'server-not-verified' }),
  };
}

/** What the client of every protocol does with the lines of an exchange (RFC 4422 §4), as tests. */
export function exchangeTests<C>(carrier: Carrier<C>): void {
  const { offered, begin, verb, resume, success, cancelled } = carrier;
  const challenge = (base64: string): Uint8Array => utf8(`${carrier.challenge}${base64}\r\n`);

  /** A client whose mechanism works on the answer to a challenge. */
  const working = (mechanism = proving()): Machine<C, unknown> => {
    const client = offered('X-WORK');
    client.send(begin(mechanism), 0);
    expect(client.receive(challenge('YQ=='), 0)).toMatchObject([
      { event: { type: 'work', work: { name: 'derive-key' } } },
    ]);
    return client;
  };

  test('SASL-047 work outside of the machine stops an exchange until its result is handed over', () => {
    const early = offered('X-WORK');
    early.send(begin(proving()), 0);
    expect(() => early.send(resume(utf8('x')), 0)).toThrow(/without work/);
    const client = working();
    expect(client.state.name).toBe('auth-work');
    expect(client.deadline).toBeUndefined();
    expect(writtenText(client.send(resume(utf8('proof')), 0))).toBe('cHJvb2Y=\r\n');
  });

  test('SASL-004 the last word of the server is answered with an empty line, and only then success is believed', () => {
    const client = working();
    client.send(resume(utf8('proof')), 0);
    expect(writtenText(client.receive(challenge('dj0='), 0))).toBe('\r\n');
    expect(client.receive(utf8(success.line), 0)).toMatchObject([{ event: success.event }]);
  });

  test('SASL-004 success while the client still works ends the dialogue', () => {
    const credulous: ClientMechanism = { ...proving(), succeed: () => ({ type: 'done' }) };
    expect(working(credulous).receive(utf8(success.line), 0)).toMatchObject([
      { type: 'end', fault: { reason: 'server-not-verified' } },
    ]);
  });

  test('SASL-047 a challenge while the client still works ends the dialogue', () => {
    expect(working().receive(challenge('YQ=='), 0)).toMatchObject([
      { type: 'end', fault: { reason: 'protocol-error', phase: 'auth' } },
    ]);
  });

  test('SASL-047 work that failed cancels the exchange, and the dialogue goes on', () => {
    const client = working();
    expect(writtenText(client.send(resume(undefined), 0))).toBe('*\r\n');
    expect(client.receive(utf8(cancelled.line), 0)).toMatchObject([{ event: cancelled.event }]);
    expect(client.state).toEqual({ name: 'ready' });
  });

  test('SASL-002 an empty initial response is written as =', () => {
    const external: ClientMechanism = { ...proving(), name: 'EXTERNAL', start: () => new Uint8Array(0) };
    expect(writtenText(offered('EXTERNAL').send(begin(external), 0))).toBe(`${verb} EXTERNAL =\r\n`);
  });
}
