import { reasons } from '@postern/wire';
import { expect, it } from 'vitest';
import { run } from '../src/run.ts';
import { testTerminal } from './terminal.ts';
import type { TerminalOptions } from './terminal.ts';

async function explain(
  argv: readonly string[],
  options?: TerminalOptions,
): Promise<readonly [number, string, string]> {
  const terminal = testTerminal(options);
  const status = await run(['explain', ...argv], terminal);
  return [status, terminal.out(), terminal.err()];
}

it.each(['en', 'de'])('puts a reason into words (%s)', async (lang) => {
  expect(await explain(['starttls-masked', '--lang', lang])).toMatchSnapshot('report');
});

it('knows the reason that was meant', async () => {
  expect(await explain(['starttls-maskd'])).toEqual([
    2,
    '',
    'postern: There is no reason code "starttls-maskd". Did you mean starttls-masked?\n',
  ]);
  const list = 'postern explain lists all.\n';
  const unknown = await explain(['strange-thing']);
  expect(unknown).toEqual([2, '', `postern: There is no reason code "strange-thing". ${list}`]);
  const part = await explain(['expired']);
  const meant = 'Did you mean cert-expired, auth-expired, tls-alert-certificate-expired?';
  expect(part).toEqual([2, '', `postern: There is no reason code "expired". ${meant} ${list}`]);
});

it('lists every reason, in lines that fit', async () => {
  const [status, out] = await explain([]);
  for (const reason of reasons) expect(out).toContain(`\n  ${reason} `);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(status).toBe(0);
});

it('speaks JSON', async () => {
  const [, one] = await explain(['dns-bogus', '--json', '--lang=de']);
  expect(JSON.parse(one)).toMatchObject({
    schema: 'postern.explain/1',
    reason: 'dns-bogus',
    explanation: { lang: 'de' },
  });
  const [, all] = await explain(['--json']);
  expect((JSON.parse(all) as { readonly reasons: readonly unknown[] }).reasons).toHaveLength(reasons.length);
});
