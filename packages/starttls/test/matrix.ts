import { createServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import type { Tlsa } from '@postern/dns';
import { isWireError } from '@postern/wire';
import type { Connection, Reason } from '@postern/wire';
import { nodeNetwork } from '@postern/wire/node';
import { requirementFor, tlsRequest } from '../src/index.ts';
import type { Requirement } from '../src/index.ts';
import { selfSigned } from './certificates.ts';
import type { Identity, Wish } from './certificates.ts';
import { record } from './tlsa.ts';

/** A server of its kind, and what a client must say about it on every platform. */
export interface Scene {
  readonly name: string;
  readonly expected: Reason | 'none';
  readonly server: TlsOptions;
  readonly requirement: Requirement;
  readonly roots: readonly string[];
}

const host = 'mail.example.test';
/** Lets a server of today show what servers of yesterday have: OpenSSL refuses weak certificates on its own side too. */
const lax = 'DEFAULT@SECLEVEL=0';

/** All scenes, with fresh certificates. */
export async function makeScenes(): Promise<readonly Scene[]> {
  const root = await selfSigned();
  const foreignRoot = await selfSigned({ subject: 'Foreign Root' });
  const intermediate = await root.issue({ subject: 'Intermediate', authority: true });
  const foreign = await foreignRoot.issue({ subject: 'Foreign Intermediate', authority: true });
  const small = await root.issue({ subject: 'Small Intermediate', authority: true, key: 'rsa-1024' });
  const bounded = await root.issue({ subject: 'Bounded', authority: true, permitted: ['example.org'] });

  const typed = requirementFor({ names: [host] });
  const dane = (...tlsa: readonly Tlsa[]): Pick<Scene, 'requirement' | 'roots'> => ({
    requirement: requirementFor({ user: { level: 'authenticated', by: 'dane', names: [host], tlsa } }),
    // What the platform trusts must not matter, nor that it trusts nothing.
    roots: [foreignRoot.pem],
  });
  const bySrv = requirementFor({ names: ['example.test', '_imaps.example.test'] });

  const scene = (
    name: string,
    expected: Reason | 'none',
    chain: readonly Identity[],
    change: Partial<Scene> = {},
  ): Scene => ({
    name,
    expected,
    requirement: typed,
    roots: [root.pem],
    ...change,
    server: {
      key: chain[0]?.key ?? '',
      cert: chain.map(({ pem }) => pem).join('\n'),
      ciphers: lax,
      ...change.server,
    },
  });
  const leaf = (wish: Wish = {}): Promise<Identity> => root.issue({ names: [`dns:${host}`], ...wish });
  const good = await leaf();
  const srvOnly = await leaf({ names: ['srv:_imaps.example.test'] });
  const alone = await selfSigned({ authority: false, subject: host, names: [`dns:${host}`] });
  const oldAlone = await selfSigned({
    authority: false,
    subject: host,
    names: [`dns:${host}`],
    notAfter: Date.UTC(2021, 0),
  });
  const withLocation = await intermediate.issue({
    names: [`dns:${host}`],
    issuerLocation: 'http://ca.example.test/i.der',
  });
  const underIntermediate = await intermediate.issue({ names: [`dns:${host}`] });
  const underForeign = await foreign.issue({ names: [`dns:${host}`] });

  return [
    scene('good', 'none', [good]),
    scene('good with intermediate', 'none', [underIntermediate, intermediate]),
    scene('F-18 expired', 'cert-expired', [await leaf({ notAfter: Date.UTC(2021, 0) })]),
    scene('F-18 not yet valid', 'cert-not-yet-valid', [await leaf({ notBefore: Date.UTC(2079, 0) })]),
    scene('F-19 self-signed', 'cert-self-signed', [alone]),
    scene('self-signed and expired', 'cert-self-signed', [oldAlone]),
    scene('self-signed, but given as root', 'none', [alone], { roots: [alone.pem] }),
    scene('expired, self-signed, given as root', 'cert-expired', [oldAlone], { roots: [oldAlone.pem] }),
    scene('F-17 wrong name', 'cert-name-mismatch', [await leaf({ names: ['dns:other.example.test'] })]),
    scene('F-22 common name only', 'cert-name-mismatch', [await leaf({ subject: host, names: [] })]),
    scene('partial wildcard', 'cert-name-mismatch', [await leaf({ names: ['dns:m*.example.test'] })]),
    scene('wildcard', 'none', [await leaf({ names: ['dns:*.example.test'] })]),
    scene('SRVName only, found by SRV', 'none', [srvOnly], { requirement: bySrv }),
    scene('SRVName only, typed', 'cert-name-mismatch', [srvOnly]),
    scene('address as iPAddress', 'none', [await leaf({ names: ['ip:127.0.0.1'] })], {
      requirement: requirementFor({ names: ['127.0.0.1'] }),
    }),
    scene('address as dNSName', 'cert-name-mismatch', [await leaf({ names: ['dns:127.0.0.1'] })], {
      requirement: requirementFor({ names: ['127.0.0.1'] }),
    }),
    scene('F-21 leaf only, intermediate missing', 'cert-chain-incomplete', [withLocation]),
    scene('F-21 leaf only, private authority', 'cert-untrusted', [
      await foreignRoot.issue({ names: [`dns:${host}`] }),
    ]),
    scene('F-21 unknown root not sent', 'cert-untrusted', [underForeign, foreign]),
    scene('F-20 unknown root sent', 'cert-untrusted', [underForeign, foreign, foreignRoot]),
    scene('F-31 RSA key of 1024 bits', 'cert-key-too-small', [await leaf({ key: 'rsa-1024' })]),
    scene('F-31 SHA-1 signature', 'cert-weak-signature', [await leaf({ hash: 'SHA-1' })]),
    scene('intermediate with 1024 bits', 'cert-key-too-small', [
      await small.issue({ names: [`dns:${host}`] }),
      small,
    ]),
    scene('1024 bits from an unknown authority', 'cert-key-too-small', [
      await foreign.issue({ names: [`dns:${host}`], key: 'rsa-1024' }),
      foreign,
    ]),
    scene('name outside the constraints', 'cert-name-constraint', [
      await bounded.issue({ names: [`dns:${host}`] }),
      bounded,
    ]),
    scene('for clients only', 'cert-purpose', [await leaf({ purposes: ['1.3.6.1.5.5.7.3.2'] })]),
    scene('TLS-059 3 1 1, expired and self-signed', 'none', [oldAlone], dane(record('3 1 1', oldAlone))),
    scene('TLS-059 3 1 1 of another key', 'dane-mismatch', [good], dane(record('3 1 1', alone))),
    scene(
      'TLS-059 2 1 1, authority sent',
      'none',
      [underIntermediate, intermediate],
      dane(record('2 1 1', intermediate)),
    ),
    scene(
      'TLS-059 2 0 1, root sent',
      'none',
      [underIntermediate, intermediate, root],
      dane(record('2 0 1', root)),
    ),
    scene(
      'TLS-059 2 0 1, root not sent',
      'dane-mismatch',
      [underIntermediate, intermediate],
      dane(record('2 0 1', root)),
    ),
    scene(
      'TLS-059 2 0 0, root not sent',
      'none',
      [underIntermediate, intermediate],
      dane(record('2 0 0', root)),
    ),
    scene('TLS-059 2 1 1, wrong name', 'cert-name-mismatch', [srvOnly, root], dane(record('2 1 1', root))),
    scene('F-13, TLS-020 server of TLS 1.1', 'tls-version-too-old', [good], {
      server: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
    }),
    scene('F-14 no shared cipher', 'tls-alert-handshake-failure', [good], {
      server: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
    }),
    scene('F-14, TLS-027 client certificate, TLS 1.2', 'tls-alert-handshake-failure', [good], {
      server: { maxVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: true },
    }),
    scene('F-15, TLS-027 client certificate, TLS 1.3', 'tls-client-cert-required', [good], {
      server: { requestCert: true, rejectUnauthorized: true },
    }),
  ];
}

/** What a client says about a scene, over a real socket. */
export async function play(scene: Scene, evidence: 'first-bytes' | 'count'): Promise<Reason | 'none'> {
  const server = createServer(scene.server, (socket) => {
    socket.on('error', () => undefined);
    socket.end('* OK\r\n');
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  const { requirement, roots } = scene;
  let connection: Connection | undefined;
  try {
    connection = await nodeNetwork({ evidence }).connect({ address: '127.0.0.1', port });
    await connection.handshake(
      tlsRequest({ serverName: host, requirement, roots, wallClock: () => Date.now() }),
    );
    // In TLS 1.3 a server says only after the client's handshake that it wants a certificate.
    await connection.read();
    return 'none';
  } catch (error) {
    if (!isWireError(error)) throw error;
    return error.fault.reason;
  } finally {
    await connection?.[Symbol.asyncDispose]();
    server.close();
  }
}
