import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { latin1Bytes } from './latin1-bytes.ts';
import { describe, expect, it } from 'vitest';
import { makeIdentity } from './identity.ts';
import { makeScene } from './scene.ts';
import { address, host } from './zone.ts';

// What a terminal would act on, or what would change the order or the look of other text. Line ends are ours.
const active = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;

const nasty = fc.constantFrom(
  '\u001b[2J',
  '\u001b]0;title\u0007',
  '\u009b31m',
  '\u0000',
  '\b\b\b',
  '\t',
  '\r',
  '\u202e',
  '\u200b',
  '<script>alert(1)</script>',
  'é',
  '\ud83d\ude42',
);
const hostile = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 8 })
  .map((pieces) => pieces.join('').replaceAll('\n', ''));

const looks = [[], ['-v'], ['--json'], ['-v', '--lang=de']] as const;

describe('text of a hostile peer', { timeout: 20_000 }, () => {
  it.each([
    ['submission+starttls', 587, ['220 ', '250-', '250 ']],
    ['imap+starttls', 143, ['* OK ', '* CAPABILITY ', '* BYE ']],
    ['pop3+starttls', 110, ['+OK ', '-ERR ', '+OK <']],
  ] as const)('never reaches the output raw: %s', async (scheme, port, starts) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...starts, ''), hostile), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...looks),
        fc.boolean(),
        async (lines, look, raw) => {
          const scene = await makeScene();
          await scene.raw(port, async (connection) => {
            for (const [start, text] of lines) {
              const line = `${start}${text}\r\n`;
              await connection.write(raw ? latin1Bytes(line) : new TextEncoder().encode(line));
              await connection.read();
            }
          });
          const { out, err } = await scene.run(['probe', `${scheme}://${host}`, ...look]);
          expect(out.length).toBeGreaterThan(0);
          expect(out).not.toMatch(active);
          expect(err).not.toMatch(active);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is shown as what it is', async () => {
    const scene = await makeScene();
    await scene.smtp(587, 'starttls', { greeting: { type: 'ready', text: '\u001b[31mred <b>' } });
    const { out } = await scene.run(['probe', `submission+starttls://${host}`]);
    expect(out).toContain('\\x1b[31mred <b>');
  });

  it('never reaches the report of an account or a transcript raw', async () => {
    const scene = await makeScene();
    const text = '\u001b[31m\u0085\u00ad';
    await scene.smtp(587, 'starttls', { startTls: { type: 'refused', code: 554, text } });
    await scene.imap(143, 'starttls', { greeting: { type: 'refused', text } });
    await scene.raw(993, async (connection) => connection.write(latin1Bytes(`* OK ${text}\r\n`)), address);
    const trace = join(await mkdtemp(join(tmpdir(), 'postern-test-')), 'trace');
    for (const look of looks) {
      const { out, err } = await scene.run(['check', 'example.test', '--trace', trace, ...look]);
      expect(await readFile(trace, 'utf8')).toContain('\\x85');
      expect(await readFile(trace, 'utf8')).not.toMatch(active);
      expect(out).not.toMatch(active);
      expect(err).not.toMatch(active);
    }
    await rm(dirname(trace), { recursive: true });
  });

  it('never reaches the output raw from a certificate', async () => {
    const issuer = 'CN=\u202eevil\u001b[2J';
    const identity = await makeIdentity([host, 'a\u001b[31m.test'], issuer);
    const scene = await makeScene({ identity, trust: { ok: false, code: 'SELF_SIGNED_CERT_IN_CHAIN' } });
    await scene.imap(993, 'implicit-tls');
    for (const look of looks) {
      const { out } = await scene.run(['probe', `imaps://${host}`, ...look]);
      expect(out).toContain('evil');
      expect(out).not.toMatch(active);
    }
  });
});
