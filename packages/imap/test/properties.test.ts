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
import { encodeCommand, imapClient, states } from '../src/index.ts';
import type { ImapCommand, WireCommand } from '../src/index.ts';
import { imapServer } from '../src/server/index.ts';

/** Bytes that a server could send: real responses, broken ones, and rubbish. */
const serverBytes = fc.oneof(
  fc
    .constantFrom(
      '* OK hi\r\n',
      '* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=LOGIN] x\r\n',
      '* CAPABILITY IMAP4rev1 AUTH=LOGIN\r\n',
      '* PREAUTH\r\n',
      '* BYE\r\n',
      'a1 OK\r\n',
      'a2 OK\r\n',
      'a3 NO [UNAVAILABLE] x\r\n',
      '+ VXNlcg==\r\n',
      '+ %\r\n',
      '+\r\n',
      '* X {3}\r\n',
      'ab(',
      '(((',
      '"',
      '}\r\n',
      '\r',
      '\n',
      '\x16\x03',
      '220 x\r\n',
    )
    .map((text) => Uint8Array.from(text, (character) => character.charCodeAt(0))),
  fc.uint8Array({ maxLength: 20 }),
);

const command: fc.Arbitrary<ImapCommand> = fc.oneof(
  fc.constantFrom<ImapCommand>(
    { verb: 'CAPABILITY' },
    { verb: 'STARTTLS', tryAnyway: true },
    { verb: 'NOOP' },
    { verb: 'ID' },
    { verb: 'LOGOUT' },
    { verb: 'LOGIN', user: 'a', password: 'b' },
    { verb: 'RESUME', result: new Uint8Array(1) },
  ),
  fc.constant(undefined).map((): ImapCommand => ({
    verb: 'AUTHENTICATE',
    mechanism: loginClient({ type: 'password', user: 'a', password: 'b' }),
  })),
);

const isContent = (told: unknown): boolean =>
  typeof told === 'object' && told !== null && 'type' in told && told.type === 'content';

describe('a client', () => {
  test('never throws, ends once, stays silent in a handshake, and is always in a state with a row', () => {
    fc.assert(
      fc.property(clientHappenings(serverBytes, command), fc.boolean(), (events, inside) => {
        const machine = imapClient(inside ? { tls: testTlsInfo } : {});
        playMachine(machine, events);
        expect(Object.keys(states)).toContain(machine.state.name);
      }),
    );
  });

  test('keeps that with mailboxes, with content of its own and with compression', () => {
    const box = { type: 'mailbox', name: 'x' } as const;
    const message = { type: 'message', content: { octets: 3 }, form: 'utf8', sizeKnown: true } as const;
    const set = { type: 'atom', text: '1:*' } as const;
    const ownWords = new Set(['DONE', 'CONTENT', 'DRAINED', 'CANCEL', 'PACE']);
    const words = fc.constantFrom<ImapCommand>(
      { verb: 'COMPRESS' },
      { verb: 'COMPRESS' },
      { verb: 'COMPRESS' },
      { verb: 'SELECT', mailbox: 'x', arguments: [box] },
      { verb: 'APPEND', arguments: [box, message] },
      { verb: 'APPEND', arguments: [box, message, { ...message, form: 'plain' }] },
      { verb: 'FETCH', arguments: [set, { type: 'atom', text: 'BODY[]' }], streamAbove: 1 },
      { verb: 'IDLE' },
      { verb: 'DONE' },
      { verb: 'CONTENT', bytes: utf8('a') },
      { verb: 'CONTENT', bytes: utf8('abc') },
      { verb: 'DRAINED' },
      { verb: 'CANCEL' },
      { verb: 'PACE', reading: false },
      { verb: 'PACE', reading: true },
      { verb: 'NOOP' },
      { verb: 'LOGOUT' },
    );
    const said = fc
      .constantFrom(
        '+ go\r\n',
        'OK\r\n',
        'NO x\r\n',
        '* 3 EXISTS\r\n',
        '* 1 FETCH (BODY[] {3}\r\nabc)\r\n',
        '* BYE\r\n',
      )
      .map((text) => ({ type: 'said', text }) as const);
    const step = fc.oneof(
      { weight: 4, arbitrary: words.map((word) => ({ type: 'send', commands: [word] }) as const) },
      { weight: 6, arbitrary: said },
      { weight: 1, arbitrary: fc.constantFrom({ type: 'end' } as const, { type: 'tick' } as const) },
    );
    let contents = 0;
    let compressed = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), fc.boolean(), (steps, plus) => {
        const machine = imapClient();
        const offers = `COMPRESS=DEFLATE IDLE${plus ? ' LITERAL+' : ''}`;
        let tag = 0;
        let sent = 0;
        const outputs = playMachine(machine, [
          { type: 'bytes', bytes: utf8(`* PREAUTH [CAPABILITY IMAP4rev1 ${offers}] hi\r\n`) },
          ...steps.map((each) => {
            if (each.type === 'send') sent += each.commands.filter((word) => !ownWords.has(word.verb)).length;
            if (each.type !== 'said') return each;
            // Completions belong to the commands by turns; where none is open there is something else to say.
            const completes = /^(?:OK|NO)/.test(each.text);
            if (!completes) return { type: 'bytes', bytes: utf8(each.text) } as const;
            if (tag === sent) return { type: 'bytes', bytes: utf8('* OK hi\r\n') } as const;
            tag += 1;
            return { type: 'bytes', bytes: utf8(`a${tag} ${each.text}`) } as const;
          }),
        ]);
        expect(Object.keys(states)).toContain(machine.state.name);
        contents += outputs.filter((output) => output.type === 'event' && isContent(output.event)).length;
        compressed += outputs.filter(({ type }) => type === 'start-compression').length;
        expect(outputs.filter(({ type }) => type === 'start-compression').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
    // The draw is of use only where such things come about.
    expect(contents).toBeGreaterThan(10);
    expect(compressed).toBeGreaterThan(3);
  });

  test('IMAP-101 IMAP-024 opens no mailbox and tells nothing of one before a good LOGIN, in whatever order a group is answered', () => {
    const inbox = { type: 'mailbox', name: 'INBOX' } as const;
    const group: readonly ImapCommand[] = [
      { verb: 'LOGIN', user: 'a', password: 'b', pipelining: 'select' },
      { verb: 'CAPABILITY' },
      { verb: 'SELECT', mailbox: 'INBOX', arguments: [inbox] },
      { verb: 'FETCH', uid: true, behindSelect: true, arguments: [] },
    ];
    const tagged = ['OK', 'NO', 'BAD'].flatMap((status) =>
      ['a1', 'a2', 'a3', 'a4'].map((tag) => `${tag} ${status}`),
    );
    const untagged = [
      '* 3 EXISTS',
      '* OK [UIDVALIDITY 9]',
      '* 1 FETCH (UID 7)',
      '* LIST () "/" x',
      '* BYE x',
    ];
    let opened = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...tagged, ...untagged), { maxLength: 12 }), (lines) => {
        const machine = imapClient({ tls: testTlsInfo });
        machine.start(0);
        machine.receive(utf8('* OK [CAPABILITY IMAP4rev1] hi\r\n'), 0);
        machine.sendAll(group, 0);
        let loggedIn = false;
        const early: string[] = [];
        for (const line of lines) {
          for (const output of machine.receive(utf8(`${line}\r\n`), 0)) {
            if (output.type !== 'event') continue;
            const { event: told } = output;
            if (told.type === 'completed' && told.tag === 'a1') loggedIn = told.response.status === 'OK';
            if (told.type === 'untagged' && told.data.type !== 'status' && !loggedIn) early.push(line);
          }
          if (machine.mailbox) opened += 1;
          if (machine.mailbox && !loggedIn) early.push(line);
        }
        expect(early).toEqual([]);
      }),
      { numRuns: 2000 },
    );
    expect(opened).toBeGreaterThan(0);
  });

  test('says the same however bytes are cut', () => {
    const greeting = utf8('* OK\r\n');
    fc.assert(
      fc.property(wholeAndCut(serverBytes), ({ whole, pieces }) => {
        const told = (chunks: readonly Uint8Array[]): unknown =>
          toldOf(imapClient(), [greeting, ...chunks], { verb: 'CAPABILITY' });
        expect(told(pieces)).toEqual(told([whole]));
      }),
    );
  });

  test('writes no command that is more than one line', () => {
    const argument = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((octets) => String.fromCharCode(...octets)),
      fc.integer({ min: 200, max: 300 }).map((length) => 'x'.repeat(length)),
    );
    const any: fc.Arbitrary<Exclude<WireCommand, { readonly verb: 'AUTHENTICATE' }>> = fc.oneof(
      fc.tuple(argument, argument).map(([user, password]) => ({ verb: 'LOGIN', user, password }) as const),
      fc.dictionary(argument, argument, { maxKeys: 3 }).map((fields) => ({ verb: 'ID', fields }) as const),
    );
    fc.assert(
      fc.property(any, (given) => {
        let text = 'refused\r\n';
        try {
          text = new TextDecoder().decode(encodeCommand('a1', given).bytes);
        } catch (error) {
          if (!isUsageError(error) || error.code !== 'argument-refused') throw error;
        }
        expect(text.indexOf('\r\n')).toBe(text.length - 2);
        expect(text.length).toBeLessThanOrEqual(8192);
      }),
    );
  });
});

describe('a server', () => {
  test('never throws, ends once, and stays silent in a handshake', () => {
    const line = fc.oneof(
      fc
        .constantFrom(
          'a CAPABILITY',
          'a STARTTLS',
          'a LOGIN tim x',
          'a LOGIN {3}',
          'a LOGIN {3+}',
          'a AUTHENTICATE PLAIN',
          'a AUTHENTICATE LOGIN',
          '*',
          'dGlt',
          'a SELECT INBOX',
          'a LIST "" "[*"',
          'a STATUS INBOX (MESSAGES)',
          'a ID (("',
          'a LOGOUT',
          '',
          ' ',
        )
        .map((text) => utf8(`${text}\r\n`)),
      fc.uint8Array({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(serverHappenings(line), (happenings) => {
        const machine = imapServer({
          startTls: { type: 'offered' },
          auth: { authenticate: () => true, insideTlsOnly: false },
        });
        const outputs = playMachine(machine, happenings);
        expect(outputs.filter(({ type }) => type === 'end').length).toBeLessThan(2);
      }),
    );
  });
});
