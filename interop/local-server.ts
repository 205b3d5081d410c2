// For servers of ours that a test starts itself, and the programs of others that it sets on them.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TlsOffer } from '@postern/wire';

/** Whether a program is not there; says so, because a test that is skipped shows nothing. */
export function missing(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`]);
    return false;
  } catch {
    console.log(`skipped: ${command} is not installed`);
    return true;
  }
}

/** Who a server is on this machine's loopback. */
export interface LocalIdentity extends Disposable {
  /** For whatever a test writes; removed with the rest. */
  readonly folder: string;
  /** A PEM file that clients are told to trust: good for `localhost` and 127.0.0.1. */
  readonly certificate: string;
  readonly tls: TlsOffer;
}

export async function localIdentity(name: string): Promise<LocalIdentity> {
  const folder = mkdtempSync(join(tmpdir(), `postern-${name}-`));
  const certificate = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  await promisify(execFile)('openssl', [...request, '-keyout', key, '-out', certificate, ...subject]);
  return {
    folder,
    certificate,
    tls: {
      identity: () => ({ key: readFileSync(key, 'utf8'), chain: readFileSync(certificate, 'utf8') }),
    },
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
