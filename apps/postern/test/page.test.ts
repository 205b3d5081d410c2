import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeIdentity } from './identity.ts';
import { latin1Bytes } from './latin1-bytes.ts';
import { makeScene, walledScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { host } from './zone.ts';
import { testTerminal } from './terminal.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-test-'));
  path = join(folder, 'page.html');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function pageOf(scene: Scene, ...argv: readonly string[]): Promise<string> {
  await scene.run([...argv, '--html', path]);
  return readFile(path, 'utf8');
}

/** The texts of all elements of a name. */
function texts(page: string, element: string): readonly string[] {
  const found = page.matchAll(new RegExp(`<${element}(?: [^>]*)?>([\\s\\S]*?)</${element}>`, 'g'));
  return Array.from(found, ([, inner = '']) => inner.replace(/<[^>]*>/g, '').trim());
}

describe('--html', () => {
  it('tells what works, why the rest does not, and what to type, in this order', async () => {
    const page = await pageOf(await walledScene(), 'check', 'anna@example.test');
    expect(texts(page, 'h1')).toEqual(['anna@example.test']);
    expect(texts(page, 'h2')).toEqual([
      'What was tried',
      'Why the others do not work',
      'What to type',
      'In the words of your mail program',
      'How example.test receives mail from other servers',
    ]);
    expect(page).toContain('Receiving works, encrypted.');
    expect(page).not.toContain('with -v');
    expect(texts(page, 'summary')).toContain('Outlook 2007–2016');
    expect(texts(page, 'th')).toContain('Use the following type of encrypted connection');
  });

  it('speaks the language asked for, and names it', async () => {
    const page = await pageOf(await walledScene(), 'check', 'anna@example.test', '--lang=de');
    expect(page).toMatch(/^<!doctype html>\n<html lang="de">/);
    expect(texts(page, 'h2')[2]).toBe('Das tragen Sie ein');
  });

  it('loads nothing, runs nothing, and closes what it opens', async () => {
    const scene = await walledScene();
    for (const argv of [
      ['check', 'anna@example.test', '-v'],
      ['probe', `imaps://${host}`],
      ['probe', `imaps://${host}:587`],
    ]) {
      const page = await pageOf(scene, ...argv);
      expect(page).not.toMatch(
        /<(script|link|img|iframe|object|embed|form|base)\b|\b(src|on\w+)\s*=|url\(|@import/i,
      );
      expect(page).toContain("default-src 'none'");
      for (const element of [
        'section',
        'table',
        'tr',
        'td',
        'th',
        'p',
        'details',
        'article',
        'ul',
        'li',
        'div',
      ]) {
        const opened = page.match(new RegExp(`<${element}[ >]`, 'g')) ?? [];
        const closed = page.match(new RegExp(`</${element}>`, 'g')) ?? [];
        expect(`${element} ${closed.length}`).toBe(`${element} ${opened.length}`);
      }
      const ids = Array.from(page.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
    }
  });

  it('shows what a hostile peer says, and nothing of it acts', async () => {
    const evil = '<script>alert(1)</script>\u001b[2J\u202e"\'&amp;\u0000';
    const identity = await makeIdentity(
      [host, '<b>x</b>\u001b[31m.test'],
      'CN=\u202e<img src=x onerror=alert(1)>',
    );
    const scene = await makeScene({ identity, trust: { ok: false, code: 'SELF_SIGNED_CERT_IN_CHAIN' } });
    await scene.imap(993, 'implicit-tls', { greeting: { type: 'ready', text: '<i>hello\u001b' } });
    await scene.raw(143, async (connection) => connection.write(latin1Bytes(`* BYE ${evil}\r\n`)));
    await scene.smtp(587, 'starttls', { startTls: { type: 'refused', code: 554, text: evil } });
    for (const argv of [
      ['check', 'anna@example.test', '-v'],
      ['check', '"<script>\\"@example.test'],
      ['probe', `imaps://${host}`],
      ['probe', `imap+starttls://${host}`],
      ['probe', `submission+starttls://${host}`],
    ]) {
      const page = await pageOf(scene, ...argv);
      expect(page).not.toMatch(/<(script|img|b|i)\b/);
      expect(page).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }
    expect(await pageOf(scene, 'probe', `imap+starttls://${host}`)).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J',
    );
    expect(await pageOf(scene, 'probe', `imaps://${host}`)).toContain('&lt;b&gt;x&lt;/b&gt;\\x1b[31m.test');
  });

  it('stands beside the report and the JSON document', async () => {
    const scene = await walledScene();
    const { out } = await scene.run(['check', 'anna@example.test', '--json', '--html', path]);
    expect(JSON.parse(out)).toMatchObject({ schema: 'postern.check/1' });
    expect(await readFile(path, 'utf8')).toContain('</html>');
  });

  it('says before anything is looked at that it cannot be written, and leaves an older page', async () => {
    const scene = await walledScene();
    for (const nowhere of [folder, join(folder, 'no', 'page.html')]) {
      const { out, err, status } = await scene.run(['check', 'example.test', '--html', nowhere]);
      expect(err).toBe(`postern: --html: ${nowhere} cannot be written.\n`);
      expect({ out, status }).toEqual({ out: '', status: 2 });
    }
    await writeFile(path, 'old');
    await scene.run(['check', 'no domain', '--html', path]);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it.runIf(process.platform === 'linux')('says so where it does not fit on the disk', async () => {
    const scene = await walledScene();
    const { err, status, out } = await scene.run(['probe', `imaps://${host}`, '--html', '/dev/full']);
    expect(out).toContain('works');
    expect({ err, status }).toEqual({ err: 'postern: --html: /dev/full cannot be written.\n', status: 3 });
  });

  it('holds what was known at an interruption', async () => {
    const scene = await walledScene();
    const terminal = testTerminal();
    scene.clock.alarm(1500, terminal.interrupt);
    await scene.runOn(terminal, ['check', 'anna@example.test', '--html', path]);
    expect(await readFile(path, 'utf8')).toContain(
      'Interrupted before these were done: mail.example.test 465',
    );
    const again = testTerminal();
    scene.clock.alarm(scene.clock.now() + 500, again.interrupt);
    await scene.runOn(again, ['probe', `submissions://${host}`, '--html', path]);
    expect(await readFile(path, 'utf8')).toContain('interrupted after 0.5 s');
  });
});
