import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { refuse, serveSmtp } from '@postern/smtp/server';
import { WireError } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { makeIdentity } from './identity.ts';
import { makeScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { address, exchanger, host } from './zone.ts';

const zone = `${exchanger}
nomail.test. MX 0 .
dane.test. MX 10 mx.dane.test.
mx.dane.test. A 192.0.2.9
_25._tcp.mx.dane.test. TLSA 3 1 1 ${'00'.repeat(32)}
`;
const message = 'Subject: Hello\r\n\r\nHi\r\n';

async function plain(text = zone): Promise<Scene> {
  return makeScene({ zone: text });
}

describe('postern plan', () => {
  it.each(['en', 'de'])('says how mail would go, and which rule forced what (%s)', async (lang) => {
    const scene = await makeScene({ resolver: zoneResolver(zone, { authenticated: true }) });
    const { status, out } = await scene.run(['plan', 'dane.test', '--lang', lang]);
    expect(status).toBe(0);
    expect(out).toMatchSnapshot();
  });

  it('prints one document', async () => {
    const scene = await plain();
    const { status, out } = await scene.run(['plan', 'user@example.test', '--json', '--level', 'encrypt']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'postern.plan/1',
      domain: 'example.test',
      status: 'deliver',
      hosts: [{ host, ways: [{ port: 25, method: 'starttls', demand: 'encrypted', by: 'user' }] }],
    });
  });

  it.each([
    ['a domain that takes no mail', 'nomail.test', [], 1, 'null-mx'],
    ['a level that the domain does not reach', 'example.test', ['--level', 'dane-only'], 1, 'dane-required'],
  ])('%s is a finding', async (_, domain, more, expected, reason) => {
    const { status, out } = await (await plain()).run(['plan', domain, '--json', ...more]);
    expect(status).toBe(expected);
    expect(JSON.parse(out)).toMatchObject({ reason, explanation: { lang: 'en' } });
  });

  it('cannot tell where nobody answers, and says so after the deadline too', async () => {
    const query: Resolver['query'] = (_name, _type, options) =>
      new Promise<never>((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => {
          reject(options.signal?.reason as Error);
        });
      });
    const scene = await makeScene({ resolver: { query } });
    const { status, err } = await scene.run(['plan', 'example.test', '--deadline', '5s']);
    expect(status).toBe(3);
    expect(err).toContain('dns-timeout');
  });

  it('knows its levels', async () => {
    const { status, err } = await (await plain()).run(['plan', 'example.test', '--level', 'strong']);
    expect(status).toBe(2);
    expect(err).toBe(
      'postern: --level: "strong" is not known. There are none, may, encrypt, dane, dane-only, fingerprint, verify, secure and sts.\n',
    );
  });
});

describe('--srv-label', () => {
  const announcing = `${zone}_smtps._tcp.example.test. SRV 0 0 465 ${host}.\n`;

  it.each([
    [[], 25],
    [['--srv-label', '_smtps'], 465],
    [['--srv-label', '_smtp-tls,_smtps'], 465],
    [['--srv-label', '_smtp-tls', '--srv-label=_SMTPS'], 465],
  ])('DNS-028 with %j an announcement under another label leads to port %i', async (more, port) => {
    const scene = await plain(announcing);
    const { status, out } = await scene.run(['plan', 'example.test', '--use-srv', '--json', ...more]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toHaveProperty('hosts.0.ways.0.port', port);
  });

  it.each(['smtps', '_', '_-a', '_smtps._tcp', `_${'a'.repeat(63)}`])('refuses %s', async (label) => {
    const { status, err } = await (await plain()).run(['plan', 'example.test', '--srv-label', label]);
    expect(status).toBe(2);
    expect(err).toBe(`postern: --srv-label: "${label}" is no label of an SRV record, such as _smtp-tls.\n`);
  });
});

describe('the level fingerprint', () => {
  const digest = 'ab'.repeat(32);
  const colons = digest.match(/../g)?.join(':') ?? '';

  it('TLS-040 demands one of the digests', async () => {
    const scene = await plain();
    const argv = ['plan', 'example.test', '--level', 'fingerprint', '--json'];
    const { status, out } = await scene.run([...argv, '--fingerprint', colons]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      hosts: [{ ways: [{ demand: 'authenticated', by: 'user', names: [] }] }],
    });
  });

  it.each([
    ['delivers to the one who has it', 'own', 0],
    ['delivers nothing to another', digest, 1],
  ])('TLS-040 %s', async (_, wanted, expected) => {
    const identity = await makeIdentity(['elsewhere.test']);
    const { fingerprint256 } = new X509Certificate(identity.chain);
    const scene = await makeScene({ zone, identity, trust: { ok: false, code: 'CERT_HAS_EXPIRED' } });
    await scene.smtp(25, 'starttls');
    const fingerprint = wanted === 'own' ? fingerprint256 : wanted;
    const { status, out } = await scene.run(
      [...sending, '--level', 'fingerprint', '--fingerprint', fingerprint],
      { input: message },
    );
    expect(status).toBe(expected);
    expect(out.includes('cert-fingerprint-mismatch')).toBe(expected === 1);
  });

  it.each([
    ['the level without a digest', ['--level', 'fingerprint'], 'belong together'],
    ['a digest without the level', ['--fingerprint', digest], 'belong together'],
    ['half a digest', ['--level', 'fingerprint', '--fingerprint', 'abcd'], '"abcd" is no SHA-256 digest'],
  ])('refuses %s', async (_, more, said) => {
    const { status, err } = await (await plain()).run(['plan', 'example.test', ...more]);
    expect(status).toBe(2);
    expect(err).toContain(said);
  });
});

const sending = ['send', '--from', 'ann@sender.test', '--to', 'ben@example.test'];

describe('postern send', () => {
  it('delivers what stands on standard input, 465 silent or not', async () => {
    const scene = await plain();
    const taken: string[] = [];
    scene.network.setPath(`${address}:465`, { weather: { type: 'drop' } });
    await scene.smtp(25, 'starttls', {
      onEvent: (event) => {
        if (event.type === 'command') taken.push(event.verb);
      },
    });
    const { status, out } = await scene.run([...sending, '--try-465', '--level', 'encrypt', '--json'], {
      input: message,
    });
    expect(status).toBe(0);
    expect(taken).toContain('MAIL');
    expect(JSON.parse(out)).toMatchObject({
      schema: 'postern.send/1',
      recipients: [{ status: 'delivered', host, protection: { method: 'starttls' } }],
    });
  });

  it.each(['en', 'de'])('says for each recipient what became of it (%s)', async (lang) => {
    const scene = await plain();
    await scene.smtp(25, 'starttls', {
      hooks: {
        recipient: ({ path }) =>
          path.startsWith('nobody@') ? refuse(550, '5.1.1', 'no such user') : { ok: true },
      },
    });
    const { status, out } = await scene.run(
      [...sending, '--to', 'nobody@example.test,ann@nomail.test', '--lang', lang],
      { input: message },
    );
    expect(status).toBe(1);
    expect(out).toMatchSnapshot();
  });

  it.each([
    ['en', 'mail.example.test accepts no connection on port 25.', 'The name gone.test does not exist.'],
    ['de', 'mail.example.test nimmt auf Port 25 keine Verbindung an.', 'Den Namen gone.test gibt es nicht.'],
  ])(
    'speaks of the server and the domain in the way, and not to somebody with a mail program (%s)',
    async (lang, host25, name) => {
      const scene = await plain();
      const more = ['--to', 'ann@gone.test,zoe@also.test', '--lang', lang];
      const { out } = await scene.run([...sending, ...more], { input: message });
      const said = out.replaceAll(/\s+/g, ' ');
      expect(said).toContain('mail.example.test (connection-refused)');
      expect(said).toContain(host25);
      expect(said).toContain(`gone.test (dns-nxdomain) ${name}`);
      expect(said).toContain('also.test (dns-nxdomain)');
      expect(said).not.toMatch(/provider’s instructions|Anleitung Ihres Anbieters/);
    },
  );

  it('does not deliver where STARTTLS was stripped and encrypt is demanded, and says why', async () => {
    const scene = await plain();
    await scene.smtp(25, 'plaintext');
    const { status, out } = await scene.run([...sending, '--level', 'encrypt'], { input: message });
    expect(status).toBe(1);
    expect(out).toContain('starttls-not-offered');
  });

  it('--trace keeps what was said to whom, and --connect-to dials another machine under the name of the host', async () => {
    const scene = await plain();
    await scene.raw(
      25,
      (connection) => serveSmtp(connection, { clock: scene.clock, domain: 'other.example.test' }),
      '192.0.2.7',
    );
    const folder = await mkdtemp(join(tmpdir(), 'postern-'));
    const trace = join(folder, 'trace.txt');
    const { status, out } = await scene.run(
      [...sending, '--trace', trace, '--connect-to', '192.0.2.7', '--json'],
      { input: message },
    );
    const lines = await readFile(trace, 'utf8');
    await rm(folder, { recursive: true });
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      recipients: [{ host }],
      domains: [{ attempts: [{ host, address: '192.0.2.7' }] }],
    });
    expect(lines).toMatch(new RegExp(`smtp\\+starttls://${host} \\*\\* connected 192.0.2.7`));
    expect(lines).toContain('S: 220 other.example.test');
    expect(lines).toContain('C: RCPT TO:<ben@example.test>');
    expect(lines).toContain('C: Subject: Hello');
  });

  it('-v tells all that was tried and why, and --html keeps it', async () => {
    const scene = await plain();
    await scene.smtp(25, 'starttls');
    const folder = await mkdtemp(join(tmpdir(), 'postern-'));
    const [sent, planned] = [join(folder, 'send.html'), join(folder, 'plan.html')];
    const { status, out } = await scene.run([...sending, '-v', '--html', sent], { input: message });
    expect(status).toBe(0);
    expect(out).toContain('What was tried');
    expect(out).toContain('Because (example.test)');
    expect(await readFile(sent, 'utf8')).toContain('<h1>A message for example.test</h1>');
    expect((await scene.run(['plan', 'example.test', '--html', planned])).status).toBe(0);
    expect(await readFile(planned, 'utf8')).toContain('Mail for example.test can be sent.');
    expect((await scene.run(['plan', 'example.test', '--html', '/nowhere/x'])).status).toBe(2);
    await rm(folder, { recursive: true });
  });

  it('ends with status 4 where no connection may leave this machine', async () => {
    const scene = await plain();
    Object.assign(scene.network, {
      connect: () =>
        Promise.reject(new WireError({ kind: 'connect', reason: 'prohibited', phase: 'connect', after: 0 })),
    });
    const { status, out } = await scene.run([...sending, '--json'], { input: message });
    expect(JSON.parse(out)).toMatchObject({ recipients: [{ status: 'deferred', reason: 'prohibited' }] });
    expect(status).toBe(4);
  });

  it('TLS-066 keeps policies over runs where --state says: a record that is hidden later takes nothing away', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-'));
    const plan = async (text: string): Promise<unknown> => {
      const fetch = async (): Promise<Response> =>
        new Response(`version: STSv1\nmode: enforce\nmx: ${host}\nmax_age: 86400\n`, {
          headers: { 'content-type': 'text/plain' },
        });
      const scene = await makeScene({ zone: text, fetch });
      const { out } = await scene.run(['plan', 'example.test', '--json', '--state', folder]);
      const { hosts } = JSON.parse(out) as { hosts: { ways: { by: string }[] }[] };
      return hosts[0]?.ways[0]?.by;
    };
    const found = [
      await plan(zone),
      await plan(`${zone}_mta-sts.example.test. TXT "v=STSv1; id=1"`),
      await plan(zone),
    ];
    await rm(folder, { recursive: true });
    expect(found).toEqual([null, 'mta-sts', 'mta-sts']);
  });

  it('SMTP-122 a message that says TLS-Required: No goes where DANE would keep it back', async () => {
    const signed = zone.replaceAll('dane.test', 'sure.test').replaceAll('192.0.2.9', address);
    const send = async (content: string): Promise<number> => {
      const scene = await makeScene({ resolver: zoneResolver(signed, { authenticated: true }) });
      await scene.smtp(25, 'starttls');
      const argv = ['send', '--from', 'ann@sender.test', '--to', 'ben@sure.test'];
      return (await scene.run(argv, { input: content })).status;
    };
    expect(await send(message)).toBe(1);
    expect(await send(`TLS-Required: No\r\n${message}`)).toBe(0);
  });

  it('cannot tell where nobody answers, nor where the machine to connect to is unknown', async () => {
    const scene = await plain();
    const unknown = await scene.run([...sending, '--connect-to', 'gone.test'], { input: message });
    expect([unknown.status, unknown.err.includes('dns-nxdomain')]).toEqual([3, true]);
    scene.network.setPath(`${address}:25`, { weather: { type: 'drop' } });
    const { status, out } = await scene.run([...sending, '--json'], { input: message });
    expect(status).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      recipients: [{ status: 'deferred', reason: 'timeout-connect' }],
    });
  });

  it('wants a sender, a recipient and a file that there is', async () => {
    const scene = await plain();
    expect((await scene.run(['send', '--to', 'a@b.test'])).status).toBe(2);
    expect((await scene.run(['send', '--from', 'a@b.test'])).status).toBe(2);
    await scene.smtp(25, 'starttls');
    const odd = await scene.run(['send', '--from', 'a b\u001b@', '--to', 'ben@example.test'], {
      input: message,
    });
    expect([odd.status, odd.err.includes('\u001b')]).toEqual([2, false]);
    const { status, err } = await scene.run([...sending, '/nowhere/at/all']);
    expect([status, err]).toEqual([
      2,
      'postern: send: the file /nowhere/at/all does not exist or cannot be read.\n',
    ]);
  });
});
