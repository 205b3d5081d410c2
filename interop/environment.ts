// The servers as run.mjs describes them, for the tests.
import { readFileSync } from 'node:fs';

/** Put `exec` before a command to run it there; empty for the machine's own network. */
export interface Place {
  readonly namespace: string | null;
  readonly exec: readonly string[];
}

export interface Endpoint {
  /** As typed after `postern probe`. */
  readonly endpoint: string;
  readonly protocol: 'smtp' | 'imap' | 'pop3';
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly method: 'implicit-tls' | 'starttls';
}

interface RefusedEndpoint extends Endpoint {
  readonly reason: 'cert-expired' | 'cert-name-mismatch';
}

interface NameServer {
  readonly address: string;
  readonly port: number;
}

interface WalledDomain {
  readonly domain: string;
  readonly user: string;
  readonly mail: string;
  readonly imap: string;
  readonly port465: 'dropped' | 'rejected';
}

export interface Environment {
  readonly schema: 'postern.interop/1';
  readonly directory: string;
  readonly place: Place;
  /** Files in PEM form. A client trusts `root`. */
  readonly ca: { readonly root: string; readonly intermediate: string };
  /** Files in PEM form, good for `mx.good.test`: for servers that tests start themselves. */
  readonly identity: { readonly key: string; readonly chain: string };
  readonly account: { readonly user: string; readonly password: string };
  /** Files in PEM form: whoever shows this to Dovecot is `account.user`. */
  readonly clientIdentity: { readonly key: string; readonly chain: string };
  /** Signs tokens (HS256) that Dovecot believes; `sub` is the user. */
  readonly tokenKey: string;
  /** Validates from a private root. */
  readonly resolver: NameServer;
  readonly authoritative: NameServer;
  readonly zones: readonly { readonly zone: string; readonly dnssec: 'secure' | 'insecure' | 'bogus' }[];
  readonly endpoints: readonly Endpoint[];
  readonly refused: readonly RefusedEndpoint[];
  /** Of every server, by the names of world.mjs. */
  readonly addresses: Readonly<
    Record<'postfix' | 'postfixWithoutChunking' | 'dovecot' | 'ours' | 'oursWithoutChunking', string>
  >;
  /** Maildirs, `DOMAIN/USER` each: where Postfix and Dovecot deliver. */
  readonly mailFolder: string;
  /** A mailbox without room. */
  readonly full: string;
  /**
   * Our server. What it takes is in `spool`; Postfix relays the domains `relayed` to it, and Dovecot what comes for the
   * accounts `handed`.
   */
  readonly ours: {
    readonly spool: string;
    readonly relayed: Readonly<Record<'ours' | 'oursWithoutChunking', string>>;
    readonly handed: Readonly<Record<'ours' | 'oursWithoutChunking', string>>;
  };
  /** A Postfix that sends: its configuration folder, for `sendmail -C`, and its log. */
  readonly sender: { readonly config: string; readonly log: string };
  /** Hosts that only commands in the client's namespace reach. */
  readonly walled: {
    readonly client: Place;
    readonly servers: Place;
    readonly resolver: NameServer;
    /** The same one, over IPv6. */
    readonly resolver6: NameServer;
    readonly password: string;
    readonly domains: readonly WalledDomain[];
  };
}

export function readEnvironment(): Environment {
  const file = process.env['POSTERN_INTEROP'];
  if (file === undefined)
    throw new Error('POSTERN_INTEROP is not set: start the tests with npm run test:interop');
  return JSON.parse(readFileSync(file, 'utf8')) as Environment;
}
