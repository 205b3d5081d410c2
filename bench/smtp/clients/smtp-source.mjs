// smtp-source of Postfix, in C: what a test generator without promises and results reaches.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { message } from '../message.mjs';

const run = promisify(execFile);
const PATH = `${process.env['PATH']}:/usr/sbin`;

/**
 * Its time is that of the whole process, its start too, as bash measures it.
 *
 * @param {{ port: number, count: number, octets: number, connections: number }} job
 * @returns {Promise<import('../../runner/contender.mjs').Cost>}
 */
export async function smtpSource({ port, count, octets, connections }) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  try {
    const file = join(folder, 'message');
    writeFileSync(file, message(octets).toString().replaceAll('\r\n', '\n'));
    const { stderr } = await run(
      'bash',
      [
        '-c',
        'TIMEFORMAT="%R %U %S"; command -v smtp-source >&2 && time smtp-source "$@"',
        'bash',
        '-d',
        '-M',
        'client.example',
        '-f',
        'ann@example.org',
        '-t',
        'ben@example.net',
        '-F',
        file,
        '-s',
        String(connections),
        '-m',
        String(count),
        `127.0.0.1:${port}`,
      ],
      { env: { ...process.env, PATH } },
    ).catch((/** @type {{ stderr?: string, code?: unknown }} */ error) => error);
    const [, real, user, system] = /(\d+\.\d+) (\d+\.\d+) (\d+\.\d+)\s*$/.exec(stderr ?? '') ?? [];
    if (real === undefined) return { ...nothing, missing: 'not installed (Debian package postfix)' };
    return { ...nothing, wallMs: Number(real) * 1000, cpuMs: (Number(user) + Number(system)) * 1000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const nothing = { wallMs: NaN, cpuMs: NaN, rssGrowth: NaN };
