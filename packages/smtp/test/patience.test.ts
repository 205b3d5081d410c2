/** How long is waited for what: each limit by itself, in both profiles, to the millisecond. */
import { plainClient } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import type { Milliseconds } from '@postern/wire';
import { testTlsInfo } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import type { SmtpCommand } from '../src/commands.ts';
import { smtpClient } from '../src/machine.ts';
import type { SmtpClientMachine, SmtpClientOptions } from '../src/machine.ts';
import { patienceProfiles } from '../src/states.ts';
import type { Patience } from '../src/states.ts';

type Steps = readonly (SmtpCommand | string)[];

const greeted: Steps = [
  '220 x\r\n',
  { verb: 'EHLO', domain: 'c' },
  '250-x\r\n250-CHUNKING\r\n250 AUTH PLAIN\r\n',
];
const envelope: Steps = [
  ...greeted,
  { verb: 'MAIL', from: '' },
  '250 x\r\n',
  { verb: 'RCPT', to: 'a@b' },
  '250 x\r\n',
];
const content: Steps = [...envelope, { verb: 'DATA' }, '354 x\r\n'];
const tim = { type: 'password', user: 'tim', password: 'tanstaaf' } as const;

/** A wait: how to get there, what a fault in it calls the phase, and which limit it has. */
interface Wait {
  readonly limit: keyof Patience;
  readonly phase: string;
  readonly steps: () => Steps;
  /** The minimum of RFC 5321 §4.5.3.2, where it has one. */
  readonly minimum?: Milliseconds;
}

const waits: Readonly<Record<string, Wait>> = {
  greeting: { limit: 'greeting', phase: 'greeting', steps: () => [], minimum: 300_000 },
  EHLO: { limit: 'ehlo', phase: 'ehlo', steps: () => greeted.slice(0, 2) },
  HELO: { limit: 'ehlo', phase: 'ehlo', steps: () => ['220 x\r\n', { verb: 'HELO', domain: 'c' }] },
  STARTTLS: {
    limit: 'starttls',
    phase: 'starttls',
    steps: () => ['220 x\r\n', { verb: 'STARTTLS', tryAnyway: true }],
  },
  AUTH: {
    limit: 'auth',
    phase: 'auth',
    steps: () => [...greeted, { verb: 'AUTH', mechanism: plainClient(tim) }],
  },
  MAIL: {
    limit: 'mail',
    phase: 'mail',
    steps: () => [...greeted, { verb: 'MAIL', from: '' }],
    minimum: 300_000,
  },
  RCPT: { limit: 'rcpt', phase: 'rcpt', steps: () => envelope.slice(0, -1), minimum: 300_000 },
  DATA: { limit: 'data', phase: 'data', steps: () => [...envelope, { verb: 'DATA' }], minimum: 120_000 },
  'a block of content': {
    limit: 'dataBlock',
    phase: 'data-block',
    steps: () => [...content, { verb: 'CONTENT', bytes: utf8('x') }],
    minimum: 180_000,
  },
  'a chunk': {
    limit: 'dataBlock',
    phase: 'data-block',
    steps: () => [...envelope, { verb: 'BDAT', content: utf8('x') }],
    minimum: 180_000,
  },
  'the final dot': {
    limit: 'dataEnd',
    phase: 'data-end',
    steps: () => [...content, { verb: 'CONTENT', bytes: utf8('x'), last: true }],
    minimum: 600_000,
  },
  'the last chunk': {
    limit: 'dataEnd',
    phase: 'data-end',
    steps: () => [...envelope, { verb: 'BDAT', content: utf8('x'), last: true }],
    minimum: 600_000,
  },
  VRFY: { limit: 'command', phase: 'command', steps: () => [...greeted, { verb: 'VRFY', name: 'x' }] },
  HELP: { limit: 'command', phase: 'command', steps: () => [...greeted, { verb: 'OTHER', line: 'HELP' }] },
  NOOP: { limit: 'noop', phase: 'noop', steps: () => [...greeted, { verb: 'NOOP' }] },
  RSET: { limit: 'rset', phase: 'rset', steps: () => [...greeted, { verb: 'RSET' }] },
  QUIT: { limit: 'quit', phase: 'quit', steps: () => [...greeted, { verb: 'QUIT' }] },
};

/** A machine that has got there by this time. */
function waiting(steps: Steps, at: Milliseconds, options: SmtpClientOptions): SmtpClientMachine {
  const machine = smtpClient(options);
  machine.start(at);
  for (const step of steps) {
    if (typeof step === 'string') machine.receive(utf8(step), at);
    else machine.send(step, at);
  }
  return machine;
}

const rows = Object.keys(waits).flatMap((name) =>
  (['mta', 'probe'] as const).map((profile) => [name, profile] as const),
);

test.each(rows)(
  'SMTP-060…069 %s, profile %s: silence and a reply that drips end at the limit, by its name',
  (name, profile) => {
    const wait = waits[name];
    if (!wait) throw new Error(name);
    const limit = patienceProfiles[profile][wait.limit];
    expect(limit).toBeGreaterThanOrEqual(profile === 'mta' ? (wait.minimum ?? 0) : 1_000);
    const timeout = { kind: 'timeout', phase: wait.phase, limit, after: limit };
    // STARTTLS is for plaintext, and a password for TLS.
    const options = { patience: profile, ...(name === 'AUTH' && { tls: testTlsInfo }) };
    const silent = waiting(wait.steps(), 1_000, options);
    expect(silent.deadline).toBe(1_000 + limit);
    expect(silent.tick(1_000 + limit - 1)).toEqual([]);
    expect(silent.tick(1_000 + limit)).toMatchObject([{ type: 'end', fault: timeout }]);
    const dripping = waiting(wait.steps(), 1_000, options);
    const drops = '250-a very long story\r\n250-that does not';
    for (const [drop, octet] of drops.split('').entries()) {
      const now = 1_000 + Math.floor((limit * drop) / drops.length);
      expect(dripping.receive(utf8(octet), now)).toEqual([]);
      expect(dripping.deadline).toBe(1_000 + limit);
    }
    const evidence = { bytes: utf8(drops) };
    expect(dripping.tick(1_000 + limit)).toMatchObject([{ type: 'end', fault: { ...timeout, evidence } }]);
  },
);

test('SMTP-069 every limit of a profile is that of some wait, and the handshake has its own', () => {
  const tested = new Set<string>(Object.values(waits).map(({ limit }) => limit));
  expect(Object.keys(patienceProfiles.mta).filter((key) => !tested.has(key))).toEqual(['tls']);
  const steps: Steps = ['220 x\r\n', { verb: 'STARTTLS', tryAnyway: true }, '220 x\r\n'];
  for (const patience of ['mta', 'probe'] as const) {
    const limit = patienceProfiles[patience].tls;
    const machine = waiting(steps, 0, { patience });
    expect(machine.tick(limit - 1)).toEqual([]);
    const fault = { reason: 'timeout-tls-handshake', phase: 'tls', limit };
    expect(machine.tick(limit)).toMatchObject([{ type: 'end', fault }]);
  }
});

test('SMTP-068 in a group each reply has its limit, from the moment when the one before it was complete', () => {
  const machine = waiting(['220 x\r\n', { verb: 'EHLO', domain: 'c' }, '250-x\r\n250 PIPELINING\r\n'], 0, {});
  machine.sendAll(
    [
      { verb: 'MAIL', from: '' },
      { verb: 'RCPT', to: 'a@b' },
      { verb: 'RCPT', to: 'c@d' },
    ],
    0,
  );
  let now = 0;
  for (const reply of ['250 mail', '250 a']) {
    now += 299_999;
    expect(machine.tick(now)).toEqual([]);
    machine.receive(utf8(`${reply}\r\n`), now);
  }
  // Octets of a reply that is not complete move nothing.
  machine.receive(utf8('250-c'), now + 299_000);
  expect(machine.tick(now + 300_000)).toMatchObject([
    {
      type: 'end',
      fault: { phase: 'rcpt', limit: 300_000, after: 300_000, evidence: { bytes: utf8('250-c') } },
    },
  ]);
});

test('single limits are laid over those of the profile mta', () => {
  const machine = smtpClient({ patience: { greeting: 7 } });
  machine.start(0);
  expect(machine.deadline).toBe(7);
  machine.receive(utf8('220 x\r\n'), 1);
  machine.send({ verb: 'NOOP' }, 1);
  expect(machine.deadline).toBe(1 + patienceProfiles.mta.noop);
});

test('SMTP-060 half a greeting of another protocol is called by its name when the limit runs out', () => {
  for (const [greeting, reason, protocol] of [
    ['SSH-2.0-OpenSSH', 'wrong-protocol', 'ssh'],
    ['* OK IMAP4rev1', 'wrong-protocol', 'imap'],
    ['+OK', 'wrong-protocol', 'pop3'],
  ] as const) {
    const machine = waiting([greeting], 0, {});
    const evidence = { protocol, bytes: utf8(greeting) };
    expect(machine.tick(300_000)).toMatchObject([{ type: 'end', fault: { reason, evidence } }]);
  }
});

test('a handshake that nobody asked for is the caller’s mistake', () => {
  const machine = waiting(['220 x\r\n'], 0, {});
  expect(() => machine.tlsReady(testTlsInfo, 0)).toThrow(/without start-tls/);
});
