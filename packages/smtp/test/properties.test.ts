import { loginClient, plainClient } from '@postern/sasl';
import { isUsageError, utf8 } from '@postern/wire';
import type { Machine, Output } from '@postern/wire';
import { testTlsInfo } from '@postern/wire/testing';
import {
  array,
  assert,
  boolean,
  constantFrom,
  integer,
  oneof,
  property,
  tuple,
  uint8Array,
} from 'fast-check';
import { expect, test } from 'vitest';
import { toldOf, wholeAndCut } from '../../wire/test/machine-properties.ts';
import type { SmtpCommand } from '../src/commands.ts';
import { verbs } from '../src/commands.ts';
import { lmtpClient, smtpClient } from '../src/machine.ts';
import { smtpServer } from '../src/server/machine.ts';
import { serverStates } from '../src/server/states.ts';
import { states } from '../src/states.ts';

const tim = { type: 'password', user: 'tim', password: 'tanstaaf' } as const;

/** Something that can happen to a machine. */
type Action = (machine: Machine<SmtpCommand, unknown>, now: number) => readonly Output<unknown>[];

/** Pieces of dialogue and of nonsense, so that random input gets somewhere. */
const bytes = oneof(
  uint8Array({ maxLength: 20 }),
  constantFrom(
    '220 mx\r\n',
    '250-mx\r\n250-AUTH PLAIN LOGIN\r\n250-PIPELINING\r\n250 STARTTLS\r\n',
    '250 ok\r\n',
    '250-',
    '334 VXNlcm5hbWU6\r\n',
    '250 ok\r\n250 ok\r\n',
    '354 go\r\n',
    '235 2.7.0 ok\r\n',
    '421 bye\r\n',
    '454 no\r\n',
    '550 5.1.1 no\n',
    '\r\n',
  ).map((text) => utf8(text)),
);

const commands: readonly (() => SmtpCommand)[] = [
  () => ({ verb: 'EHLO', domain: 'c' }),
  () => ({ verb: 'HELO', domain: 'c' }),
  () => ({ verb: 'STARTTLS' }),
  () => ({ verb: 'STARTTLS', tryAnyway: true }),
  () => ({ verb: 'AUTH', mechanism: plainClient(tim) }),
  () => ({ verb: 'AUTH', mechanism: loginClient(tim) }),
  () => ({ verb: 'RESUME', result: new Uint8Array() }),
  () => ({ verb: 'NOOP' }),
  () => ({ verb: 'RSET' }),
  () => ({ verb: 'QUIT' }),
  () => ({ verb: 'MAIL', from: 'a@b', parameters: { body: '8BITMIME' } }),
  () => ({ verb: 'MAIL', from: '' }),
  () => ({ verb: 'RCPT', to: 'a@b' }),
  () => ({ verb: 'DATA' }),
  () => ({ verb: 'CONTENT', bytes: utf8('.\n') }),
  () => ({ verb: 'CONTENT', bytes: utf8('x\r'), last: true }),
  () => ({ verb: 'DRAINED' }),
  () => ({ verb: 'BDAT', content: utf8('x') }),
  () => ({ verb: 'BDAT', content: utf8('x'), last: true }),
  () => ({ verb: 'VRFY', name: 'x' }),
  () => ({ verb: 'LHLO', domain: 'c' }),
];

/** Commands that get a dialogue as far as content, so that random input is not lost before. */
const prologues: readonly (readonly (SmtpCommand | string)[])[] = [
  [],
  ['220 mx\r\n', { verb: 'EHLO', domain: 'c' }, '250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n'],
  [
    '220 mx\r\n',
    { verb: 'LHLO', domain: 'c' },
    '250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n',
    { verb: 'MAIL', from: '' },
    { verb: 'RCPT', to: 'a@b' },
    '250 ok\r\n250 ok\r\n',
  ],
  [
    '220 mx\r\n',
    { verb: 'EHLO', domain: 'c' },
    '250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n',
    { verb: 'MAIL', from: '' },
    { verb: 'RCPT', to: 'a@b' },
    { verb: 'DATA' },
    '250 ok\r\n250 ok\r\n354 go\r\n',
  ],
];

const action = oneof(
  {
    weight: 4,
    arbitrary: bytes.map(
      (chunk): Action =>
        (machine, now) =>
          machine.receive(chunk, now),
    ),
  },
  {
    weight: 4,
    arbitrary: constantFrom(...commands).map(
      (make): Action =>
        (machine, now) =>
          machine.send(make(), now),
    ),
  },
  {
    weight: 1,
    arbitrary: constantFrom<Action>(
      (machine, now) => machine.tlsReady(testTlsInfo, now),
      (machine, now) => machine.tick(now + 400_000),
      (machine, now) => machine.receiveEnd(now, 'closed'),
      (machine, now) => machine.receiveEnd(now, 'reset'),
    ),
  },
);

/** The outputs of an action, or `undefined` where it was the caller's mistake. */
function unlessRefused(act: () => readonly Output<unknown>[]): readonly Output<unknown>[] | undefined {
  try {
    return act();
  } catch (error) {
    if (isUsageError(error)) return undefined;
    throw error;
  }
}

test('whatever happens: no throw but for the caller, one end with nothing behind it, silence during the handshake', () => {
  assert(
    property(
      boolean(),
      boolean(),
      constantFrom(...prologues),
      array(tuple(action, integer({ min: 0, max: 1000 })), { maxLength: 25 }),
      (implicit, window, prologue, actions) => {
        const client = JSON.stringify(prologue).includes('LHLO') ? lmtpClient : smtpClient;
        const machine = client({ window, ...(implicit && { tls: testTlsInfo }) });
        const seen: string[] = [];
        let now = 0;
        const take = (outputs: readonly Output<unknown>[]): void => {
          for (const { type } of outputs) seen.push(type);
        };
        take(machine.start(now));
        for (const given of prologue) {
          take(typeof given === 'string' ? machine.receive(utf8(given), now) : machine.send(given, now));
        }
        for (const [act, after] of actions) {
          now += after;
          const before = machine.state.name;
          const outputs = unlessRefused(() => act(machine, now));
          // Only the caller's own mistakes are thrown, and they change nothing.
          expect(outputs !== undefined || machine.state.name === before).toBe(true);
          if (!outputs) continue;
          expect(before === 'tls' && outputs.some(({ type }) => type === 'write')).toBe(false);
          take(outputs);
          expect(states[machine.state.name]).toBeDefined();
          const waits = states[machine.state.name].patience !== undefined;
          expect(machine.deadline !== undefined).toBe(waits);
        }
        const ends = seen.filter((type) => type === 'end').length;
        expect(ends).toBeLessThanOrEqual(1);
        expect(ends === 0 || seen.at(-1) === 'end').toBe(true);
      },
    ),
    { numRuns: 600 },
  );
});

test('SMTP-009 how bytes are cut changes no event', () => {
  const greeting = utf8('220 mx\r\n');
  assert(
    property(wholeAndCut(bytes), ({ whole, pieces }) => {
      const told = (chunks: readonly Uint8Array[]): unknown =>
        toldOf(smtpClient(), [greeting, ...chunks], { verb: 'EHLO', domain: 'c' });
      expect(told(pieces)).toEqual(told([whole]));
    }),
  );
});

test('every verb waits in a state that has a patience, and every state says what it is', () => {
  for (const { state } of Object.values(verbs)) expect(states[state].patience).toBeDefined();
  for (const row of [...Object.values(states), ...Object.values(serverStates)]) {
    expect(row.phrase).not.toBe('');
    expect(row.rfc).toMatch(/^RFC \d+ §[\d.]+$/);
  }
});

test('the server never throws either, whatever a client sends', () => {
  const text = constantFrom(
    'EHLO c\r\n',
    'MAIL FROM:<>\r\n',
    'RCPT TO:<a@b>\r\n',
    'DATA\r\n',
    '.\r\n',
    'STARTTLS\r\n',
  );
  const more = constantFrom('AUTH PLAIN\r\n', 'AUTH LOGIN dGlt\r\n', 'AAAA\r\n', '*\r\n', 'QUIT\r\n', 'x\n');
  const sent = oneof(text, more).map((line) => utf8(line));
  assert(
    property(array(oneof(sent, uint8Array({ maxLength: 30 })), { maxLength: 30 }), (chunks) => {
      const server = smtpServer({
        domain: 'mx',
        startTls: { type: 'offered' },
        auth: { authenticate: () => true, insideTlsOnly: false },
      });
      const seen = [...server.start(0)];
      for (const chunk of chunks) {
        const before = server.state.name;
        const outputs = server.receive(chunk, 0);
        expect(before !== 'tls' || outputs.every(({ type }) => type === 'event')).toBe(true);
        seen.push(...outputs);
        expect(serverStates[server.state.name]).toBeDefined();
      }
      const end = seen.findIndex(({ type }) => type === 'end');
      expect(end === -1 || end === seen.length - 1).toBe(true);
    }),
    { numRuns: 300 },
  );
});
