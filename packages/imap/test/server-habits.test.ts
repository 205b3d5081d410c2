import { expect, test } from 'vitest';
import type { CommandHabit } from '../src/server/index.ts';
import { inbox, session } from './server-session.ts';

/** What is said to two commands, the first of which has a habit; and where the server stands then. */
function meet(habit: CommandHabit): { readonly said: readonly string[]; readonly state: string } {
  const { say, machine } = session(inbox(1), { commands: { SELECT: habit } });
  const said = say('a1 select INBOX', 'a2 NOOP');
  return { said, state: machine.state.name };
}

test('IMAP-111 hangs, closes or hangs up in one command', () => {
  expect(meet({ type: 'silent' })).toEqual({ said: [], state: 'deaf' });
  expect(meet({ type: 'closes', code: 'UNAVAILABLE' })).toEqual({
    said: ['* BYE [UNAVAILABLE] closing'],
    state: 'ended',
  });
  expect(meet({ type: 'hangs-up' })).toEqual({ said: [], state: 'ended' });
});

test('IMAP-111 refuses one command, or says what some server says', () => {
  expect(meet({ type: 'refused', code: 'UNAVAILABLE' })).toEqual({
    said: ['a1 NO [UNAVAILABLE] not now', 'a2 OK done'],
    state: 'authenticated',
  });
  expect(meet({ type: 'raw', text: '* OK [HIGHESTMODSEQ 7]\r\n% BAD Request is throttled.\r\n' })).toEqual({
    said: ['* OK [HIGHESTMODSEQ 7]', 'a1 BAD Request is throttled.', 'a2 OK done'],
    state: 'authenticated',
  });
});

test('IMAP-111 says BYE behind a login', () => {
  const { say, machine } = session(inbox(0), {
    greeting: { type: 'ready' },
    auth: { authenticate: () => true, insideTlsOnly: false },
    afterLogin: { type: 'closes', code: 'UNAVAILABLE', text: 'down' },
  });
  expect(say('a1 LOGIN tim x', 'a2 NOOP')).toEqual([
    expect.stringMatching(/^a1 OK /),
    '* BYE [UNAVAILABLE] down',
  ]);
  expect(machine.state.name).toBe('ended');
});
