import { expect, it } from 'vitest';
import * as wire from './index.ts';
import { isUsageError, isWireError, UsageError, WireError } from './faults.ts';
import type { Fault } from './faults.ts';

const fault: Fault = {
  kind: 'timeout',
  reason: 'timeout-connect',
  phase: 'connect',
  after: 5000.4,
  limit: 5000,
  endpoint: { address: '192.0.2.1', port: 465 },
  evidence: { reply: 'peer says \u001b[31m' },
};

it('puts an IPv6 address in brackets before its port', () => {
  const endpoint = { address: '2001:db8::1', port: 25 };
  expect(new WireError({ ...fault, endpoint }).message).toContain(' at [2001:db8::1]:25 after ');
});

it('says what, where and how long, and never a word of the peer', () => {
  const cause = new Error('raw');
  const error = new WireError(fault, { cause });
  expect(error.message).toBe('timeout-connect in phase connect at 192.0.2.1:465 after 5000 ms of 5000 ms');
  const { limit: _, endpoint: __, ...bare } = fault;
  expect(new WireError(bare).message).toBe('timeout-connect in phase connect after 5000 ms');
  expect(error.code).toBe('timeout-connect');
  expect(error.cause).toBe(cause);
});

it('recognises errors of another copy of the package', () => {
  const copy = Object.assign(new Error('x'), { fault });
  Object.defineProperty(copy, Symbol.for('postern.wire-error'), { value: true });
  expect(isWireError(copy)).toBe(true);
  expect(isWireError(new Error('x'))).toBe(false);
  expect(isWireError(undefined)).toBe(false);
  expect(isWireError(null)).toBe(false);
  expect(isUsageError(null)).toBe(false);
  const usage = new UsageError('m', 'rule');
  expect(isUsageError(usage)).toBe(true);
  expect(usage.rule).toBe('rule');
  expect(isUsageError(new WireError(fault))).toBe(false);
});

it('has every reason in one group, once', () => {
  expect(new Set(wire.reasons).size).toBe(wire.reasons.length);
  expect(wire.isReason('timeout-connect')).toBe(true);
  expect(wire.isReason('constructor')).toBe(false);
  expect(wire.reasonGroup('tls-alert-access-denied')).toBe('tls');
  expect(wire.reasonGroup('null-mx')).toBe('dns');
});

it('exports exactly this', () => {
  expect(Object.keys(wire).toSorted()).toMatchInlineSnapshot(`
    [
      "DeadlineExceeded",
      "UsageError",
      "WireError",
      "concatBytes",
      "converse",
      "createLineSplitter",
      "deadline",
      "dial",
      "handshakeWithin",
      "ipOctets",
      "ipText",
      "isReason",
      "isTlsRecord",
      "isUsageError",
      "isWireError",
      "latin1",
      "onCancel",
      "peerText",
      "reasonGroup",
      "reasons",
      "recogniseProtocol",
      "sample",
      "serve",
      "sharedTasks",
      "sleep",
      "unlessAborted",
      "utf8",
    ]
  `);
});
