import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reason } from '@postern/wire';
import type { HabitName, Lab, LabEndpoint, TlsMethod } from '@postern/lab';
import { startNodeLab } from '@postern/lab/node';
import { systemClock } from '@postern/wire/node';
import { habits } from '../src/habits/catalogue.ts';
import { rawCheck } from './raw-check.ts';
import type { RawOutcome } from './raw-check.ts';

const clock = systemClock();
const methods: readonly TlsMethod[] = ['implicit-tls', 'starttls'];

/** What is answered is waited for: on a busy machine a habit that says one byte a millisecond takes seconds. */
const LONG = 20_000;

/** Silence is told by waiting, so only in the step that is to be silent the wait is short. */
function patience({ outcomes }: LabEndpoint, step: Reason, method: TlsMethod): number {
  const { verdict, reason } = outcomes[method];
  const silentStep = verdict === 'silent' ? reason : 'timeout-greeting';
  const silent = verdict === 'silent' || reason === 'tls-on-plaintext-port';
  return silent && step === silentStep ? 250 : LONG;
}

function row({ hostName, endpoint }: LabEndpoint, method: TlsMethod, outcome: RawOutcome): string {
  const { verdict, reason, login = '-' } = outcome;
  return `${hostName}:${endpoint.port} ${method}: ${verdict} ${reason}, login ${login}`;
}

function expected({ outcomes, login }: LabEndpoint, method: TlsMethod): RawOutcome {
  const outcome = outcomes[method];
  return outcome.verdict === 'works' ? { ...outcome, login } : outcome;
}

describe('the lab on real sockets', () => {
  let lab: Lab;
  const defects: unknown[] = [];
  beforeAll(async () => {
    lab = await startNodeLab({ onDefect: (error) => defects.push(error) });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  /** Checks every port of a host by both methods: what was seen, and what the lab says must be seen. */
  async function compare(hostName: string): Promise<{ readonly seen: string[]; readonly said: string[] }> {
    const account = lab.accounts.find(({ provider }) => hostName.endsWith(provider));
    const checks = lab.endpoints
      .filter((endpoint) => endpoint.hostName === hostName)
      .flatMap((endpoint) => methods.map((method) => ({ endpoint, method })));
    const seen = checks.map(async ({ endpoint, method }) => {
      const check = { lab, clock, endpoint, account, patience: patience.bind(undefined, endpoint) };
      return row(endpoint, method, await rawCheck(check, method));
    });
    return {
      seen: await Promise.all(seen),
      said: checks.map(({ endpoint, method }) => row(endpoint, method, expected(endpoint, method))),
    };
  }

  it.concurrent.each(Object.keys(habits) as HabitName[])(
    '%s does what it says',
    { timeout: 3 * LONG },
    async (habit) => {
      const { seen, said } = await compare(`${habit}.zoo.test`);
      expect(said.length).toBeGreaterThan(0);
      expect(seen).toEqual(said);
    },
  );

  it.concurrent.each([
    'allgood.test',
    'walled.test',
    'stripped.test',
    'halfway.test',
    'wellkept.test',
    'neglected.test',
  ])('%s does what it says', { timeout: 3 * LONG }, async (domain) => {
    const { seen, said } = await compare(`mail.${domain}`);
    expect(said.length).toBeGreaterThan(0);
    expect(seen).toEqual(said);
  });

  it('has done nothing wrong itself', () => {
    expect(defects).toEqual([]);
  });

  it('keeps the first three accounts for a tour of the three common situations', () => {
    expect(lab.accounts.slice(0, 3).map(({ provider }) => provider)).toEqual([
      'allgood.test',
      'walled.test',
      'stripped.test',
    ]);
  });
});
