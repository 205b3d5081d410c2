import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNodeLab } from '@postern/lab/node';
import type { Lab } from '@postern/lab';
import type { AccountReport } from '@postern/probe/report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labEnvironment } from '../src/lab-environment.ts';
import { run } from '../src/run.ts';
import { testTerminal } from './terminal.ts';

describe('on real sockets', () => {
  let lab: Lab;
  let folder: string;
  beforeAll(async () => {
    [lab, folder] = await Promise.all([startNodeLab(), mkdtemp(join(tmpdir(), 'postern-test-'))]);
  });
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('trusts the certificate authorities of --ca, and no others', async () => {
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, lab.roots.join('\n'));
    const { roots: _unused, ...given } = labEnvironment(lab);
    const argv = ['probe', 'imaps://mail.allgood.test', '--json'];
    const trusted = testTerminal();
    expect(await run([...argv, '--ca', ca], trusted, { given })).toBe(0);
    expect(JSON.parse(trusted.out())).toMatchObject({ verdict: 'works', certificate: { valid: true } });
    const untrusted = testTerminal();
    expect(await run(argv, untrusted, { given })).toBe(1);
    expect(JSON.parse(untrusted.out())).toMatchObject({ verdict: 'refused', certificate: { valid: false } });
  });

  it('asks the DNS server of --resolver', async () => {
    const { network, clock } = labEnvironment(lab);
    const { address, port } = lab.resolver;
    const terminal = testTerminal();
    const argv = ['probe', 'imaps://mail.allgood.test', '--json', '--resolver', `${address}:${port}`];
    await run(argv, terminal, { given: { ...(network && { network }), ...(clock && { clock }) } });
    expect(JSON.parse(terminal.out())).toMatchObject({ attempts: [{}, {}] });
  });

  it('checks three accounts in the demo, and ends with status 0', { timeout: 20_000 }, async () => {
    const terminal = testTerminal();
    expect(await run(['demo', '--json'], terminal)).toBe(0);
    const { checks } = JSON.parse(terminal.out()) as {
      readonly checks: readonly {
        readonly recommendation: { readonly outgoing: { readonly port: number } };
        readonly asked: readonly { readonly source: string }[];
      }[];
    };
    expect(checks.map(({ recommendation }) => recommendation.outgoing.port)).toEqual([465, 587, 465]);
    // The public database is not in the lab, and nobody is told that it was asked.
    const asked = checks.flatMap((check) => check.asked.map(({ source }) => source));
    expect(new Set(asked)).toEqual(new Set(['autoconfig']));
  });
});

describe('what domains of the lab publish, on real sockets', () => {
  interface Demo {
    readonly checks: readonly AccountReport[];
  }
  const grades = ({ findings }: AccountReport): readonly string[] =>
    findings.map(({ severity, name }) => `${severity} ${name}`);

  it('a well-kept domain is told nothing', async () => {
    const terminal = testTerminal();
    expect(await run(['demo', 'wellkept.test', '--json'], terminal)).toBe(0);
    const { checks } = JSON.parse(terminal.out()) as Demo;
    expect(checks.map(grades)).toEqual([[]]);
    expect(checks[0]?.domain?.exchangers).toMatchObject([
      { dane: { verdict: 'passes' }, sts: { verdict: 'passes' }, tlsa: { status: 'records' } },
    ]);
  });

  it('a neglected one turns green when its zone lines and its policy file are published as printed', async () => {
    const terminal = testTerminal();
    expect(await run(['demo', 'neglected.test', '--json'], terminal)).toBe(0);
    const { checks } = JSON.parse(terminal.out()) as Demo;
    expect(checks.map(grades)).toEqual([['problem dane', 'problem sts-mx', 'warning tlsrpt-broken'], []]);
    expect(checks[1]?.domain?.exchangers).toMatchObject([
      { dane: { verdict: 'passes' }, sts: { verdict: 'passes' } },
    ]);
  });

  it.each([
    ['en', 'The same check again:', 'DANE: delivered, protected'],
    ['de', 'Dieselbe Prüfung noch einmal:', 'DANE: zugestellt, geschützt'],
  ])('shows both checks on the terminal (%s)', async (lang, between, after) => {
    const terminal = testTerminal({ tty: true, columns: 80 });
    expect(await run(['demo', 'neglected.test', '--no-color', '--lang', lang], terminal)).toBe(0);
    const [first = '', second = ''] = terminal.out().replaceAll(/\s+/g, ' ').split(between);
    expect(first).toContain('(dane-mismatch)');
    expect(first).not.toContain(after);
    expect(second).toContain(after);
    expect(second).not.toContain('mismatch');
  });

  it('SETUP-010 finds servers that only an autoconfig file names', async () => {
    const terminal = testTerminal();
    expect(await run(['demo', 'gustav@listed.test', '--json'], terminal)).toBe(0);
    const { checks } = JSON.parse(terminal.out()) as Demo;
    const foundAt = 'https://autoconfig.listed.test/mail/config-v1.1.xml?emailaddress=gustav%40listed.test';
    expect(checks[0]?.recommendation).toMatchObject({
      incoming: { host: 'in.listed.test', port: 993, source: 'autoconfig', foundAt },
      outgoing: { host: 'out.listed.test', port: 587, source: 'autoconfig', foundAt },
    });
  });

  it('knows the domains whose trouble is in the DNS', async () => {
    const terminal = testTerminal();
    expect(await run(['demo', 'nomail.test', '--json'], terminal)).toBe(0);
    expect((JSON.parse(terminal.out()) as Demo).checks[0]?.domain?.route).toBe('null-mx');
    const unknown = testTerminal();
    expect(await run(['demo', 'neglectd.test'], unknown)).toBe(2);
    expect(unknown.err()).toBe(
      'postern: The laboratory has no account and no domain neglectd.test. postern lab lists them. Did you mean neglected.test?\n',
    );
  });
});

it('runs the lab until it is interrupted', async () => {
  const terminal = testTerminal();
  const running = run(['lab', '--json'], terminal);
  await expect.poll(terminal.out).not.toBe('');
  const shown = JSON.parse(terminal.out()) as { readonly schema: string; readonly authority: string };
  expect(shown.schema).toBe('postern.lab/1');
  terminal.interrupt();
  expect(await running).toBe(130);
  expect(terminal.err()).toBe('The laboratory is closed.\n');
});
