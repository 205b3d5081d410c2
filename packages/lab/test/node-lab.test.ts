import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HabitName, Lab, LabEndpoint, TlsMethod } from '@postern/lab';
import { startNodeLab } from '@postern/lab/node';
import { systemClock } from '@postern/wire/node';
import { habits } from '../src/habits/catalogue.ts';
import { rawCheck } from './raw-check.ts';
import type { RawOutcome } from './raw-check.ts';

const clock = systemClock();
const methods: readonly TlsMethod[] = ['implicit-tls', 'starttls'];

/** Silence is told by waiting, so only those who are to be silent are waited for briefly. */
function patience(endpoint: LabEndpoint, method: TlsMethod): number {
  const { verdict, reason } = endpoint.outcomes[method];
  return verdict === 'silent' || reason === 'tls-on-plaintext-port' ? 250 : 4000;
}

function row(endpoint: LabEndpoint, method: TlsMethod, outcome: RawOutcome): string {
  const { verdict, reason, login = '' } = outcome;
  return `${endpoint.hostName}:${endpoint.endpoint.port} ${method} ${verdict} ${reason} ${login}`;
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
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
    expect(defects).toEqual([]);
  });

  function check(endpoint: LabEndpoint, method: TlsMethod): Promise<RawOutcome> {
    const account = lab.accounts.find(({ provider }) => endpoint.hostName.endsWith(provider));
    return rawCheck({ lab, clock, endpoint, account, patience: (used) => patience(endpoint, used) }, method);
  }

  async function expectAll(endpoints: readonly LabEndpoint[]): Promise<void> {
    expect(endpoints.length).toBeGreaterThan(0);
    const rows = endpoints.flatMap((endpoint) => methods.map((method) => ({ endpoint, method })));
    const seen = await Promise.all(
      rows.map(async ({ endpoint, method }) => row(endpoint, method, await check(endpoint, method))),
    );
    expect(seen).toEqual(
      rows.map(({ endpoint, method }) => row(endpoint, method, expected(endpoint, method))),
    );
  }

  it.concurrent.each(Object.keys(habits) as HabitName[])('%s does what it says', (habit) =>
    expectAll(lab.endpoints.filter(({ hostName }) => hostName === `${habit}.zoo.test`)),
  );

  it('keeps the first three accounts for a tour of the three common situations', () => {
    expect(lab.accounts.slice(0, 3).map(({ provider }) => provider)).toEqual([
      'allgood.test',
      'walled.test',
      'stripped.test',
    ]);
  });

  it.concurrent.each(['allgood.test', 'walled.test', 'stripped.test', 'halfway.test'])(
    '%s does what it says',
    (domain) => expectAll(lab.endpoints.filter(({ hostName }) => hostName === `mail.${domain}`)),
  );
});
