import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const bin = fileURLToPath(new URL('../bin/postern.js', import.meta.url));

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly ended: Promise<Ended>;
  readonly child: ReturnType<typeof spawn>;
}

function start(argv: readonly string[], stdout: 'pipe' | number = 'pipe', env: object = {}): Running {
  const child = spawn(process.execPath, argv, {
    stdio: ['ignore', stdout, 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return {
    child,
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => {
        resolve({ status, out, err });
      });
    }),
  };
}

const postern = (...argv: readonly string[]): readonly string[] => [
  '--conditions=@postern/source',
  main,
  ...argv,
];

describe('the process', { timeout: 20_000 }, () => {
  it('ends with the status of what it found, and prints no stack trace', async () => {
    const [good, wrong] = await Promise.all([
      start(postern('explain', 'starttls-masked')).ended,
      start(postern('probe', 'impas://x')).ended,
    ]);
    expect(good).toMatchObject({ status: 0, err: '' });
    expect(good.out).toMatch(/^starttls-masked\n/);
    expect(wrong).toEqual({
      status: 2,
      out: '',
      err: 'postern: Unknown scheme "impas". Did you mean imaps?\n',
    });
  });

  it('does not mind a reader that goes away', async () => {
    const { child, ended } = start(postern('explain', '--json'));
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ status: 0, err: '' });
  });

  it.runIf(process.platform === 'linux')('says so where its result cannot be written', async () => {
    const { ended } = start(postern('explain'), openSync('/dev/full', 'w'));
    const { status, err } = await ended;
    expect(err).toMatch(/^postern: ENOSPC[^\n]*\n$/);
    expect(status).toBe(3);
  });

  it('closes the lab at a SIGINT and ends with status 130', async () => {
    const { child, ended } = start(postern('lab'));
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { status, out, err } = await ended;
    expect(out).toContain('anna@allgood.test');
    expect(err).toBe('The laboratory is closed.\n');
    expect(status).toBe(130);
  });
});

describe('bin/postern.js', { timeout: 20_000 }, () => {
  it('tells an old Node in one line what is needed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-test-'));
    try {
      const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
        readonly engines: { readonly node: string };
      };
      // The version is read from the process; a file loaded before makes it an old one.
      const old = join(folder, 'old.mjs');
      for (const version of ['20.11.1', '22.11.0']) {
        await writeFile(old, `Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
        const { ended } = start(['--import', old, bin, '--version']);
        const needed = manifest.engines.node.replace('>=', '');
        const err = `postern: Node ${needed} or newer is needed; this is Node ${version}.\n`;
        expect(await ended).toEqual({ status: 2, out: '', err });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
