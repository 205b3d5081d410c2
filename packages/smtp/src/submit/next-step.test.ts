import { isWireError } from '@postern/wire';
import type { Reason } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { MailServer } from '../../test/mail-server.ts';
import { connectSmtp } from '../connect.ts';
import { nextStep } from './next-step.ts';
import type { RecipientResult } from './submission.ts';

/** A domain whose hosts say this in place of the usual replies: who dialled whom, and what became of each recipient. */
async function walk(hosts: readonly Readonly<Record<string, string>>[]): Promise<{
  readonly dialled: readonly number[];
  readonly got: readonly (readonly string[])[];
  readonly steps: unknown;
}> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  const at = (host: number): { address: string; port: number } => ({
    address: `192.0.2.${host + 1}`,
    port: 25,
  });
  const dialled: number[] = [];
  const servers = hosts.map((said) => {
    const reply = (line: string): string | undefined =>
      Object.entries(said).find(([begin]) => line.startsWith(begin))?.[1];
    const { greeting } = said;
    return new MailServer({ reply, ...(greeting !== undefined && { greeting }) });
  });
  for (const [host, server] of servers.entries())
    await network.listen(at(host), (connection) => server.serve(connection));
  const steps = await clock.run(async () => {
    const open = new Map([
      ['a@example.net', Infinity],
      ['b@example.net', Infinity],
    ]);
    const last = new Map<string, string>();
    for (const host of hosts.keys()) {
      const to = [...open].filter(([, more]) => more > 0).map(([recipient]) => recipient);
      if (to.length === 0) break;
      dialled.push(host);
      try {
        const { smtp } = await connectSmtp(() => network.connect(at(host)), { clock, domain: 'c' });
        const { recipients } = await smtp.submit({ from: '', to }, 'Subject: x\r\n\r\n');
        await smtp[Symbol.asyncDispose]();
        for (const result of recipients) {
          const step = nextStep(result);
          last.set(result.recipient, step);
          const more = open.get(result.recipient) ?? 0;
          if (step === 'one-further-host') open.set(result.recipient, more === Infinity ? 1 : 0);
          else open.set(result.recipient, step === 'next-host' ? more : 0);
        }
      } catch (error) {
        if (!isWireError(error)) throw error;
      }
    }
    return Object.fromEntries(last);
  });
  await clock.advance(2_000);
  return { dialled, got: servers.map(({ messages }) => messages.flatMap(({ to }) => to)), steps };
}

const both = ['a@example.net', 'b@example.net'];

test('SMTP-143 a greeting that refuses, a goodbye to MAIL and a connection lost before RCPT: the next host', async () => {
  for (const first of [
    { greeting: '554 no' },
    { greeting: '421 busy|CLOSE' },
    { MAIL: '421 busy|CLOSE' },
    { MAIL: '|RESET' },
  ]) {
    expect(await walk([first, {}])).toEqual({
      dialled: [0, 1],
      got: [[], both],
      steps: { 'a@example.net': 'done', 'b@example.net': 'done' },
    });
  }
});

test('SMTP-143 a 5yz is final: no other host is asked', async () => {
  for (const first of [{ MAIL: '550 no' }, { RCPT: '550 no' }, { DATA: '554 no' }, { '.': '554 no' }]) {
    expect(await walk([first, {}])).toMatchObject({ dialled: [0], got: [[], []] });
  }
});

test('SMTP-143 a 4yz to one of two: only that one is offered to one further host, and to no third', async () => {
  const first = { 'RCPT TO:<b@': '451 later' };
  expect(await walk([first, {}])).toMatchObject({
    dialled: [0, 1],
    got: [['a@example.net'], ['b@example.net']],
  });
  expect(await walk([first, first, {}])).toMatchObject({
    dialled: [0, 1],
    got: [['a@example.net'], [], []],
    steps: { 'a@example.net': 'done', 'b@example.net': 'one-further-host' },
  });
});

test('SMTP-143 a connection lost behind the final dot: no other host, but a decision', async () => {
  expect(await walk([{ '.': '|RESET' }, {}])).toMatchObject({
    dialled: [0],
    steps: { 'a@example.net': 'decide', 'b@example.net': 'decide' },
  });
});

test.each([
  [{ 'RCPT TO:<a@': '|RESET' }, 'before the first reply to RCPT', 3, 'done'],
  [{ 'RCPT TO:<b@': '|RESET' }, 'behind the first reply to RCPT', 2, 'one-further-host'],
  [{ DATA: '|RESET' }, 'instead of a reply to DATA', 2, 'one-further-host'],
])('SMTP-143 lost by %j, %s: %i hosts are dialled, and it is %s', async (lost, _when, hosts, step) => {
  const { dialled, steps } = await walk([lost, lost, {}]);
  expect(dialled).toHaveLength(hosts);
  expect(steps).toEqual({ 'a@example.net': step, 'b@example.net': step });
});

test.each<[RecipientResult['status'], Reason, string]>([
  ['refused', 'requiretls-not-offered', 'next-host'],
  ['refused', 'size-exceeded', 'give-up'],
  ['retry-later', 'rate-limited', 'same-host'],
])('SMTP-143 %s without a word (%s): %s', (status, reason, step) => {
  expect(nextStep({ status, reason, recipient: 'a@b' } as RecipientResult)).toBe(step);
});
