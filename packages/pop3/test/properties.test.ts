import { loginClient } from '@postern/sasl';
import { isUsageError, utf8 } from '@postern/wire';
import { playMachine, testTlsInfo } from '@postern/wire/testing';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clientHappenings,
  serverHappenings,
  toldOf,
  wholeAndCut,
} from '../../wire/test/machine-properties.ts';
import { encodeCommand, pop3Client, states } from '../src/index.ts';
import type { Pop3Command, WireCommand } from '../src/index.ts';
import { pop3Server } from '../src/server/index.ts';

/** Bytes that a server could send: real lines, broken ones, and rubbish. */
const serverBytes = fc.oneof(
  fc
    .constantFrom(
      '+OK\r\n',
      '-ERR\r\n',
      '-ERR [IN-USE] x\r\n',
      '+ VXNlcg==\r\n',
      '+\r\n',
      '.\r\n',
      'STLS\r\n',
      'SASL LOGIN\r\n',
      'PIPELINING\r\n',
      '..\r\n',
      '+OK',
      '\r',
      '\n',
      '\x16\x03',
      '* OK\r\n',
      '220 x\r\n',
      '+ %\r\n',
    )
    .map((text) => Uint8Array.from(text, (character) => character.charCodeAt(0))),
  fc.uint8Array({ maxLength: 20 }),
);

const command: fc.Arbitrary<Pop3Command> = fc.oneof(
  fc.constantFrom<Pop3Command>(
    { verb: 'CAPA' },
    { verb: 'STLS', tryAnyway: true },
    { verb: 'NOOP' },
    { verb: 'STAT' },
    { verb: 'LIST' },
    { verb: 'RETR', message: 1 },
    { verb: 'QUIT' },
    { verb: 'USER', name: 'a' },
    { verb: 'PASS', password: 'b' },
    { verb: 'RESUME', result: new Uint8Array(1) },
  ),
  fc.constant(undefined).map((): Pop3Command => ({
    verb: 'AUTH',
    mechanism: loginClient({ type: 'password', user: 'a', password: 'b' }),
  })),
);

describe('a client', () => {
  test('never throws, ends once, stays silent in a handshake, and is always in a state with a row', () => {
    fc.assert(
      fc.property(clientHappenings(serverBytes, command), fc.boolean(), (events, inside) => {
        const machine = pop3Client(inside ? { tls: testTlsInfo } : {});
        playMachine(machine, events);
        expect(Object.keys(states)).toContain(machine.state.name);
      }),
    );
  });

  test('says the same however bytes are cut', () => {
    const greeting = utf8('+OK\r\n');
    fc.assert(
      fc.property(wholeAndCut(serverBytes), ({ whole, pieces }) => {
        const told = (chunks: readonly Uint8Array[]): unknown =>
          toldOf(pop3Client(), [greeting, ...chunks], { verb: 'CAPA' });
        expect(told(pieces)).toEqual(told([whole]));
      }),
    );
  });

  test('writes no command that is more than one line', () => {
    const argument = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((octets) => String.fromCharCode(...octets)),
      fc.integer({ min: 200, max: 300 }).map((length) => 'x'.repeat(length)),
    );
    const any: fc.Arbitrary<Exclude<WireCommand, { readonly verb: 'AUTH' }>> = fc.oneof(
      argument.map((name) => ({ verb: 'USER', name }) as const),
      argument.map((password) => ({ verb: 'PASS', password }) as const),
      fc.double().map((message) => ({ verb: 'RETR', message }) as const),
    );
    fc.assert(
      fc.property(any, (given) => {
        let text = 'refused\r\n';
        try {
          text = new TextDecoder().decode(encodeCommand(given).bytes);
        } catch (error) {
          if (!isUsageError(error) || error.code !== 'argument-refused') throw error;
        }
        expect(text.indexOf('\r\n')).toBe(text.length - 2);
        expect(text.length).toBeLessThanOrEqual(255);
      }),
    );
  });
});

describe('a server', () => {
  test('never throws, ends once, and stays silent in a handshake', () => {
    const line = fc.oneof(
      fc
        .constantFrom(
          'CAPA',
          'STLS',
          'USER tim',
          'PASS x',
          'AUTH PLAIN',
          'AUTH LOGIN',
          '*',
          'STAT',
          'RETR 1',
          'TOP 1 1',
          'DELE 1',
          'QUIT',
          '',
          ' ',
        )
        .map((text) => utf8(`${text}\r\n`)),
      fc.uint8Array({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(serverHappenings(line), (happenings) => {
        const machine = pop3Server({
          startTls: { type: 'offered' },
          auth: { authenticate: () => true, insideTlsOnly: false },
        });
        const outputs = playMachine(machine, happenings);
        expect(outputs.filter(({ type }) => type === 'end').length).toBeLessThan(2);
      }),
    );
  });
});
