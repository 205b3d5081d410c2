import { inspect } from 'node:util';
import { latin1, utf8 } from '@postern/wire';
import { assert, array, constantFrom, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBase64 } from './base64.ts';
import { answerChallenge, beginExchange, distrustSuccess, resumeExchange } from './exchange.ts';
import type { Exchange, ExchangeFrame, ExchangeStep } from './exchange.ts';
import { loginClient } from './login.ts';
import type { ClientMechanism, ClientStep } from './mechanism.ts';
import { plainClient } from './plain.ts';

const auth: ExchangeFrame = { verb: 'AUTH', maxLineBytes: 512 };

function plain(password: string): ClientMechanism {
  return plainClient({ type: 'password', user: 'tim', password });
}

/** A mechanism that does what a test says. */
function fake(parts: Partial<ClientMechanism>): ClientMechanism {
  return {
    name: 'X',
    plaintext: false,
    start: () => undefined,
    next: () => ({ type: 'done' }),
    resume: () => ({ type: 'done' }),
    succeed: () => ({ type: 'done' }),
    ...parts,
  };
}

function begun(parts: Partial<ClientMechanism>): Exchange {
  return beginExchange(fake(parts), auth).exchange;
}

/** The line that a step writes; what else it is, by its name. */
function written(step: ExchangeStep): string {
  return step.type === 'line' ? latin1(step.line.bytes) : step.type;
}

function after(step: ExchangeStep): Exchange {
  if (step.type === 'broken') throw new Error('broken');
  return step.exchange;
}

const respond = (text: string, refusal?: 'auth-failed'): ClientStep => ({
  type: 'respond',
  response: utf8(text),
  ...(refusal && { refusal }),
});

test('SMTP-101 POP3-050 the initial response goes with the command as long as the line is not too long', () => {
  // "AUTH PLAIN " + base64 of 5 + n octets + CRLF: 366 octets of message make 488 of base64, a line of 501.
  const fits = beginExchange(plain('p'.repeat(361)), auth);
  expect(fits.line.bytes).toHaveLength(501);
  expect(fits.exchange.progress.type).toBe('running');
  const start = (): Uint8Array => new Uint8Array(369);
  const exact = beginExchange(fake({ name: 'X'.repeat(12), start }), auth);
  expect(exact.line.bytes).toHaveLength(512);
  const over = beginExchange(fake({ name: 'X'.repeat(13), start }), auth);
  expect(latin1(over.line.bytes)).toBe(`AUTH ${'X'.repeat(13)}\r\n`);
  expect(over.exchange.progress.type).toBe('held');
});

test('SMTP-101 one that is too long waits for the first challenge, and success before that is not believed', () => {
  const { exchange, line } = beginExchange(plain('p'.repeat(400)), auth);
  expect(latin1(line.bytes)).toBe('AUTH PLAIN\r\n');
  expect(line.shown).toBeUndefined();
  expect(distrustSuccess(exchange)).toBe('server-not-verified');
  const step = answerChallenge(exchange, '');
  expect(written(step)).toMatch(/^[A-Za-z0-9+/=]{540}\r\n$/);
  expect(step.type === 'line' && step.line.shown).toBe('<redacted 540 octets>\r\n');
  expect(distrustSuccess(after(step))).toBeUndefined();
});

test('SMTP-101 what was held is the first answer, and the next challenge goes to the mechanism', () => {
  const talking = fake({ start: () => utf8('first'), next: () => respond('second') });
  const { exchange } = beginExchange(talking, { ...auth, takesInitial: false });
  const first = answerChallenge(exchange, '');
  expect(written(first)).toBe(`${encodeBase64(utf8('first'))}\r\n`);
  expect(written(answerChallenge(after(first), ''))).toBe(`${encodeBase64(utf8('second'))}\r\n`);
});

test('IMAP-030 a server that takes no initial response gets it as answer to the first challenge', () => {
  const frame = { verb: 'a1 AUTHENTICATE', maxLineBytes: 8192, takesInitial: false };
  const { exchange, line } = beginExchange(plain('tanstaaftanstaaf'), frame);
  expect(latin1(line.bytes)).toBe('a1 AUTHENTICATE PLAIN\r\n');
  expect(written(answerChallenge(exchange, ''))).toBe('AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n');
});

test('SASL-002 an empty initial response is =, an empty later one an empty line', () => {
  const start = (): Uint8Array => new Uint8Array(0);
  expect(latin1(beginExchange(fake({ start }), auth).line.bytes)).toBe('AUTH X =\r\n');
  expect(latin1(beginExchange(fake({}), auth).line.bytes)).toBe('AUTH X\r\n');
  expect(written(answerChallenge(begun({ next: () => respond('') }), ''))).toBe('\r\n');
  const held = beginExchange(fake({ start }), { ...auth, takesInitial: false }).exchange;
  expect(written(answerChallenge(held, ''))).toBe('\r\n');
});

test('SASL-009 neither the masked line nor an exchange shows the secret', () => {
  const { exchange, line } = beginExchange(plain('tanstaaftanstaaf'), auth);
  expect(latin1(line.bytes)).toBe('AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n');
  expect(line.shown).toBe('AUTH PLAIN <redacted 28 octets>\r\n');
  const held = beginExchange(plain('tanstaaftanstaaf'), { ...auth, takesInitial: false }).exchange;
  for (const shown of [exchange, held].flatMap((it) => [inspect(it, { depth: 9 }), JSON.stringify(it)])) {
    expect(shown).not.toContain('tanstaaf');
    expect(shown).not.toContain('116, 97, 110, 115');
    expect(shown).not.toContain('AHRpbQB0');
  }
});

test('SMTP-102 POP3-051 responses of 12288 octets of base64 pass, challenges of 16384, and more is cancelled', () => {
  const long = (octets: number): Exchange =>
    begun({ next: () => ({ type: 'respond', response: new Uint8Array(octets) }) });
  expect(written(answerChallenge(long(9216), ''))).toHaveLength(12290);
  const step = answerChallenge(long(9217), '');
  expect(written(step)).toBe('*\r\n');
  expect(after(step).refusal).toBe('auth-exchange-too-long');
  expect(written(answerChallenge(long(0), 'AAAA'.repeat(4096)))).toBe('\r\n');
  const refused = answerChallenge(long(0), 'AAAA'.repeat(4097));
  expect(written(refused)).toBe('*\r\n');
  expect(after(refused).refusal).toBe('line-too-long');
});

test('SMTP-102 credentials that no line can carry are never sent', () => {
  const { exchange, line } = beginExchange(fake({ start: () => new Uint8Array(9217) }), auth);
  expect(latin1(line.bytes)).toBe('AUTH X\r\n');
  expect(after(answerChallenge(exchange, '')).refusal).toBe('auth-exchange-too-long');
});

test.each(['AA=A', 'A', 'AA==\n', 'AA', '%%%', 'Username:', '\n'])(
  'SASL-003 cancels a challenge that is no base64: %j',
  (text) => {
    const step = answerChallenge(begun({ next: () => respond('never') }), text);
    expect(written(step)).toBe('*\r\n');
    expect(after(step)).toMatchObject({ refusal: 'protocol-error', progress: { type: 'cancelled' } });
  },
);

test('SASL-004 success after a cancellation is not believed, and a challenge after one breaks the dialogue', () => {
  const cancelled = after(answerChallenge(begun({}), '%'));
  expect(distrustSuccess(cancelled)).toBe('protocol-error');
  expect(answerChallenge(cancelled, '')).toEqual({ type: 'broken', reason: 'protocol-error' });
});

test('a server that asks for ever is sent away', () => {
  let exchange = begun({ next: () => respond('more') });
  let step = answerChallenge(exchange, '');
  let rounds = 1;
  for (; written(step) !== '*\r\n' && rounds < 1000; rounds += 1) {
    exchange = after(step);
    step = answerChallenge(exchange, '');
  }
  expect(rounds).toBe(33);
  expect(after(step).refusal).toBe('protocol-error');
});

test('SASL-047 work outside stops the exchange until its result is here', () => {
  const work = { name: 'derive-key', run: () => Promise.resolve(utf8('key')) };
  const waiting = answerChallenge(
    begun({
      next: () => ({ type: 'wait', work }),
      resume: (result) => ({ type: 'respond', response: result }),
    }),
    '',
  );
  expect(waiting).toMatchObject({ type: 'work', work });
  const exchange = after(waiting);
  expect(written(resumeExchange(exchange, utf8('key')))).toBe('a2V5\r\n');
  expect(distrustSuccess(exchange)).toBe('server-not-verified');
  expect(answerChallenge(exchange, '').type).toBe('broken');
});

test('SASL-047 work that failed cancels the exchange', () => {
  const work = { name: 'derive-key', run: () => Promise.resolve(utf8('key')) };
  const exchange = after(answerChallenge(begun({ next: () => ({ type: 'wait', work }) }), ''));
  const step = resumeExchange(exchange, undefined);
  expect(written(step)).toBe('*\r\n');
  expect(after(step)).toMatchObject({ progress: { type: 'cancelled' }, refusal: undefined });
  expect(distrustSuccess(after(step))).toBe('protocol-error');
});

test('SASL-004 success is believed only where the mechanism agrees', () => {
  const failed = { type: 'failed', reason: 'server-not-verified' } as const;
  expect(distrustSuccess(begun({ succeed: () => failed }))).toBe('server-not-verified');
  expect(distrustSuccess(begun({ succeed: () => respond('x') }))).toBe('server-not-verified');
  expect(distrustSuccess(begun({}))).toBeUndefined();
});

test('SASL-021 a third challenge of LOGIN is cancelled', () => {
  let step = answerChallenge(
    beginExchange(loginClient({ type: 'password', user: 'tim', password: 'x' }), auth).exchange,
    'VXNlcm5hbWU6',
  );
  expect(written(step)).toBe('dGlt\r\n');
  step = answerChallenge(after(step), '');
  expect(written(step)).toBe('eA==\r\n');
  step = answerChallenge(after(step), '');
  expect(written(step)).toBe('*\r\n');
});

/** A mechanism that says these words one after the other, whatever it is asked, and then what `end` says. */
function reciting(name: string, words: readonly ClientStep[], initial?: string): ClientMechanism {
  let said = 0;
  const next = (): ClientStep => words[said++] ?? { type: 'failed', reason: 'protocol-error' };
  return fake({
    name,
    start: () => (initial === undefined ? undefined : utf8(initial)),
    next,
    resume: next,
    succeed: () =>
      said >= words.length ? { type: 'done' } : { type: 'failed', reason: 'server-not-verified' },
  });
}

// What the mechanisms to come need from the exchange, with the vectors of their RFCs.
const scramFirst = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO';
const work = { name: 'derive-key', run: () => Promise.resolve(utf8('key')) };
const scram = (): ClientMechanism =>
  reciting('SCRAM-SHA-256', [{ type: 'wait', work }, respond('c=biws,r=…'), { type: 'done' }], scramFirst);

test('SASL-004 SCRAM: the last word of the server may come as a challenge, answered with an empty line', () => {
  const { exchange, line } = beginExchange(scram(), auth);
  expect(latin1(line.bytes)).toBe('AUTH SCRAM-SHA-256 biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=\r\n');
  const asked = answerChallenge(exchange, encodeBase64(utf8('r=…,s=…,i=4096')));
  expect(asked.type).toBe('work');
  const proof = resumeExchange(after(asked), utf8('key'));
  expect(proof.type).toBe('line');
  expect(distrustSuccess(after(proof))).toBe('server-not-verified');
  const last = answerChallenge(after(proof), encodeBase64(utf8('v=…')));
  expect(written(last)).toBe('\r\n');
  expect(distrustSuccess(after(last))).toBeUndefined();
  // A challenge after the last word is one too many.
  const more = answerChallenge(after(last), '');
  expect(written(more)).toBe('*\r\n');
  expect(distrustSuccess(after(more))).toBe('protocol-error');
});

test('SASL-004 SCRAM: success right after client-first is not believed', () => {
  expect(distrustSuccess(beginExchange(scram(), auth).exchange)).toBe('server-not-verified');
});

test('SASL-043 SCRAM: a refusal in server-final names the reason of the cancellation', () => {
  const mechanism = reciting('SCRAM-SHA-256', [{ type: 'failed', reason: 'auth-failed' }], scramFirst);
  const step = answerChallenge(
    beginExchange(mechanism, auth).exchange,
    encodeBase64(utf8('e=invalid-proof')),
  );
  expect(written(step)).toBe('*\r\n');
  expect(after(step).refusal).toBe('auth-failed');
});

test.each([
  ['SASL-052', 'OAUTHBEARER', '\x01', 'AQ==\r\n'],
  ['SASL-050', 'XOAUTH2', '', '\r\n'],
])(
  '%s %s answers the error challenge, knows the refusal, and believes no success',
  (_, name, answer, line) => {
    const { exchange } = beginExchange(
      reciting(name, [respond(answer, 'auth-failed')], 'n,,\x01auth=x\x01\x01'),
      auth,
    );
    const step = answerChallenge(exchange, 'eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=');
    expect(written(step)).toBe(line);
    expect(after(step).refusal).toBe('auth-failed');
    expect(distrustSuccess(after(step))).toBe('protocol-error');
  },
);

test('SASL-030 CRAM-MD5: no initial response, one answer', () => {
  const { exchange, line } = beginExchange(
    reciting('CRAM-MD5', [respond('tim b913a602c7eda7a495b4e6e7334d3890')]),
    auth,
  );
  expect(latin1(line.bytes)).toBe('AUTH CRAM-MD5\r\n');
  const step = answerChallenge(exchange, 'PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+');
  expect(written(step)).toBe('dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n');
  expect(distrustSuccess(after(step))).toBeUndefined();
});

test('SASL-060 EXTERNAL: one message, and a challenge to it is cancelled', () => {
  const { exchange, line } = beginExchange(reciting('EXTERNAL', [], 'fred@example.org'), auth);
  expect(latin1(line.bytes)).toBe('AUTH EXTERNAL ZnJlZEBleGFtcGxlLm9yZw==\r\n');
  expect(distrustSuccess(exchange)).toBeUndefined();
  expect(written(answerChallenge(exchange, ''))).toBe('*\r\n');
});

test('whatever a server asks, every answer is one line, and after the cancellation there is none', () => {
  const challenge = oneof(string({ maxLength: 20 }), constantFrom('', 'AAAA', 'dj0=', '=', 'AA=='));
  const makers = [(): ClientMechanism => plain('secret'), scram, (): ClientMechanism => reciting('X', [])];
  assert(
    property(constantFrom(...makers), array(challenge, { maxLength: 12 }), (make, challenges) => {
      let { exchange } = beginExchange(make(), auth);
      const spoken: string[] = [];
      for (const text of challenges) {
        const step =
          exchange.progress.type === 'working'
            ? resumeExchange(exchange, new Uint8Array(3))
            : answerChallenge(exchange, text);
        spoken.push(written(step));
        if (step.type === 'broken') break;
        ({ exchange } = step);
      }
      expect(spoken.join('')).toMatch(/^(?:(?:[A-Za-z0-9+/=]*\r\n|work)*)(?:\*\r\n(?:broken)?)?$/);
    }),
  );
});
