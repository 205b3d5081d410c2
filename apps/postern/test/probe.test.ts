import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeReport } from '@postern/probe/report';
import { utf8 } from '@postern/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScene, walledScene } from './scene.ts';
import { address, host } from './zone.ts';
import { expectShape, probeShape } from './shapes.ts';
import { testTerminal } from './terminal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const auth = {
  authenticate: ({ user, password }: { readonly user: string; readonly password: string }): boolean =>
    user === 'tim' && password === 'tanstaaf-secret',
};
const env = { POSTERN_PASSWORD: 'tanstaaf-secret' };

describe('postern probe', () => {
  it.each(['en', 'de'])('shows an endpoint that works (%s)', async (lang) => {
    const scene = await walledScene();
    const { status, out, err } = await scene.run(['probe', `imap+starttls://${host}`, '--lang', lang]);
    expect(out).toMatchSnapshot('report');
    expect({ status, err }).toEqual({ status: 0, err: '' });
  });

  it.each(['en', 'de'])('shows why one does not (%s)', async (lang) => {
    const scene = await walledScene();
    const { status, out } = await scene.run(['probe', `submissions://${host}:587`, '--lang', lang]);
    expect(out).toMatchSnapshot('report');
    expect(status).toBe(1);
  });

  it('shows every step where asked', async () => {
    const scene = await walledScene();
    const { out } = await scene.run(['probe', `submission+starttls://${host}`, '-v', '--lang=de']);
    expect(out).toMatchSnapshot();
  });

  it('prints one JSON document of the documented shape', async () => {
    const scene = await walledScene();
    for (const endpoint of [
      `imaps://${host}`,
      `submissions://${host}`,
      `imaps://${host}:143`,
      'imaps://nowhere.test',
    ]) {
      const { out, err } = await scene.run(['probe', endpoint, '--json']);
      expectShape(JSON.parse(out), probeShape);
      expect(err).toBe('');
    }
  });

  it.each([
    ['timeout-connect', 'submissions://mail.example.test', 3],
    ['connection-refused', 'imaps://mail.example.test:4', 1],
    ['plaintext-on-tls-port', 'imaps://mail.example.test:143', 1],
    ['tls-on-plaintext-port', 'imap+starttls://mail.example.test:993', 1],
    ['dns-nxdomain', 'imaps://nowhere.test', 3],
  ])('%s: %s ends with status %d', async (reason, endpoint, expected) => {
    const scene = await walledScene();
    const { status, out } = await scene.run(['probe', endpoint, '--json']);
    expect(JSON.parse(out)).toMatchObject({ reason });
    expect(status).toBe(expected);
  });

  it('takes IP literals of both kinds', async () => {
    const scene = await makeScene();
    await scene.raw(993, async (connection) => connection.write(utf8('* OK\r\n')), '2001:db8::1');
    const { out } = await scene.run(['probe', 'imaps://[2001:db8::1]']);
    expect(out).toContain('IMAP  2001:db8::1  993');
    expect(out).toContain('[2001:db8::1]:993');
    const { out: v4 } = await scene.run(['probe', `imaps://${address}:1`]);
    expect(v4).toContain('connection-refused');
  });

  it.each([
    ['', 'No endpoint given.'],
    ['mail.example.org', '"mail.example.org" does not say which protocol to probe.'],
    ['impas://mail.example.org', 'Unknown scheme "impas". Did you mean imaps?'],
    ['gopher://mail.example.org', 'Unknown scheme "gopher". Known are'],
    ['imaps://mail.example.org:0', '"0" is not a port.'],
    ['imaps://mail.example.org:99999', '"99999" is not a port.'],
    ['imaps://mail.exa\u0007mple.org', 'invisible or control character (\\x07) at position 17'],
    ['imaps://2001:db8::1', 'Put an IPv6 address in brackets'],
    ['imaps://', 'The host name is missing'],
  ])('refuses %j with status 2 and one line', async (typed, message) => {
    const scene = await makeScene();
    const { out, err, status } = await scene.run(['probe', typed]);
    expect(err).toMatch(/^postern: [^\n]+\n$/);
    expect(err).toContain(message);
    expect({ out, status }).toEqual({ out: '', status: 2 });
  });

  it('dials another address with --connect-to, and keeps the name', async () => {
    const scene = await walledScene();
    const argv = ['probe', 'imaps://mail.example.test', '--connect-to'];
    await scene.network.listen({ address: '2001:db8::7', port: 993 }, async (connection) => {
      await connection[Symbol.asyncDispose]();
    });
    for (const typed of ['2001:db8::7', '[2001:db8::7]']) {
      const { out } = await scene.run([...argv, typed, '--json']);
      expect((JSON.parse(out) as ProbeReport).attempts[0]?.address).toBe('2001:db8::7');
    }
    const named = await scene.run([
      'probe',
      'imaps://unknown.test',
      '--connect-to',
      host,
      '--server-name',
      host,
    ]);
    expect(named.status).toBe(0);
    const unknown = await scene.run([...argv, 'nowhere.test']);
    expect(unknown.out).toContain('The name nowhere.test does not exist.');
    expect(unknown.status).toBe(3);
    const wrong = await scene.run([...argv, '192.0.2.1:25']);
    expect(wrong).toEqual({
      status: 2,
      out: '',
      err: 'postern: --connect-to: "192.0.2.1:25" is no host name and no IP address.\n',
    });
  });

  it('checks the certificate against --server-name', async () => {
    const scene = await walledScene();
    const { out } = await scene.run(['probe', `imaps://${host}`, '--server-name', 'other.test', '--json']);
    expect(JSON.parse(out)).toMatchObject({ reason: 'cert-name-mismatch' });
    expect(await scene.run(['probe', `imaps://${host}`, '--server-name', 'a b'])).toMatchObject({
      status: 2,
    });
  });

  it('refuses a --ca that is not there or no certificate, with status 2 and one line', async () => {
    const scene = await makeScene();
    const path = join(folder, 'no.pem');
    const missing = await scene.run(['probe', `imaps://${host}`, '--ca', path]);
    expect(missing).toEqual({
      status: 2,
      out: '',
      err: `postern: --ca: the file ${path} does not exist or cannot be read.\n`,
    });
    await writeFile(path, 'not a certificate');
    const wrong = await scene.run(['probe', `imaps://${host}`, '--ca', path, '--lang=de']);
    expect(wrong).toEqual({
      status: 2,
      out: '',
      err: `postern: --ca: ${path} enthält kein Zertifikat in PEM-Form (-----BEGIN CERTIFICATE-----).\n`,
    });
    expect(await scene.run(['probe', `imaps://${host}`, '--ca', folder])).toMatchObject({ status: 2 });
  });

  it('refuses a --resolver that is no address, with status 2 and one line', async () => {
    const scene = await makeScene();
    const { status, err } = await scene.run(['probe', `imaps://${host}`, '--resolver', 'dns.example']);
    expect(err).toMatch(/^postern: --resolver: "dns.example" is no IP address[^\n]*\n$/);
    expect(status).toBe(2);
  });

  it('is interrupted: prints what happened so far, without a verdict, and ends with status 130', async () => {
    const scene = await walledScene();
    const terminal = testTerminal();
    scene.clock.alarm(500, terminal.interrupt);
    const { status, out } = await scene.runOn(terminal, ['probe', `submissions://${host}`]);
    expect(out).toMatchSnapshot();
    expect(status).toBe(130);

    const again = testTerminal();
    scene.clock.alarm(scene.clock.now() + 500, again.interrupt);
    const json = await scene.runOn(again, ['probe', `submissions://${host}`, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ interrupted: true, attempts: [] });
    expect(json.status).toBe(130);
  });

  it('logs in where asked, with the password from the environment or typed, and says how it went', async () => {
    const scene = await makeScene();
    await scene.smtp(465, 'implicit-tls', { auth });
    const argv = ['probe', `submissions://${host}`, '--user', 'tim'];
    const good = await scene.run(argv, { env });
    expect(good.out).toMatch(/Login +works/);
    expect(good.status).toBe(0);
    const typed = await scene.run(argv, { password: 'wrong-secret' });
    expect(typed.out).toMatch(/Login +refused \(auth-failed\)/);
    expect(typed.status).toBe(1);
    expect(`${good.out}${good.err}${typed.out}${typed.err}`).not.toContain('secret');
    const nobody = await scene.run(argv);
    expect(nobody).toMatchObject({ status: 2, out: '' });
    expect(nobody.err).toContain('POSTERN_PASSWORD');
  });

  it('writes a transcript without secrets, for its owner alone', async () => {
    const path = join(folder, 'trace.txt');
    const scene = await makeScene();
    await scene.smtp(587, 'starttls', { auth });
    await scene.run(['probe', `submission+starttls://${host}`, '--user', 'tim', '--trace', path], { env });
    const trace = await readFile(path, 'utf8');
    expect(trace).toMatchSnapshot();
    const secret = Buffer.from('\0tim\0tanstaaf-secret').toString('base64');
    expect(trace).not.toMatch(new RegExp(`tanstaaf|${secret}`));
  });

  it('says where a transcript cannot be written', async () => {
    const scene = await walledScene();
    const argv = ['probe', `imaps://${host}`, '--trace'];
    const nowhere = await scene.run([...argv, join(folder, 'no', 'trace')]);
    expect(nowhere.err).toMatch(/^postern: --trace: [^\n]+ cannot be written\.\n$/);
    expect(nowhere.status).toBe(2);
  });

  it.runIf(process.platform === 'linux')(
    'reports although the transcript does not fit on the disk',
    async () => {
      const scene = await walledScene();
      const full = await scene.run(['probe', `imaps://${host}`, '--trace', '/dev/full']);
      expect(full.err).toBe('postern: --trace: /dev/full cannot be written.\n');
      expect(full.status).toBe(0);
    },
  );

  it('shows its progress to people only', async () => {
    const scene = await walledScene();
    const watched = await scene.run(['probe', `imaps://${host}`], { tty: true, columns: 80 });
    expect(watched.err).toContain(`\r${host}:993  connecting to…`);
    expect(watched.err).toMatch(/\r +\r$/);
    const quiet = await scene.run(['probe', `imaps://${host}`, '--quiet'], { tty: true });
    expect(quiet.err).toBe('');
  });
});
