import type { ChannelBinding, TlsPeer } from '@postern/wire';
import { encodeBase64 } from './base64.ts';
import { cramMd5Client, cramMd5Server } from './cram-md5.ts';
import type { Credentials } from './credentials.ts';
import { externalClient, externalServer, mayUseCertificate } from './external.ts';
import { loginClient, loginServer } from './login.ts';
import type { ClientMechanism, ServerMechanism } from './mechanism.ts';
import { oauthBearerClient, xoauth2Client } from './oauth/client.ts';
import type { TokenTarget } from './oauth/client.ts';
import { oauthBearerServer, xoauth2Server } from './oauth/server.ts';
import { plainClient, plainServer } from './plain.ts';
import { preparedPassword } from './prepare.ts';
import type { BindingUse } from './scram/channel-binding.ts';
import { scramClient, scramName } from './scram/client.ts';
import type { ScramHash } from './scram/keys.ts';
import { scramServer } from './scram/server.ts';
import type { AuthRules } from './server-rules.ts';

/** What a client has at hand for the mechanisms beside credentials. */
interface Means {
  /** What ties an exchange to the TLS connection, best first. */
  readonly bindings: readonly ChannelBinding[];
  readonly random: ((octets: number) => Uint8Array) | undefined;
  readonly target: TokenTarget | undefined;
  /** Names the server offers, upper case. */
  readonly offered: readonly string[];
}

/** What a server's mechanisms take from the TLS layer. */
export interface ServerLayer {
  readonly bindings: readonly ChannelBinding[];
  /** The client's certificate, where it showed one. */
  readonly peer: TlsPeer | undefined;
}

/** One mechanism. */
export interface Row {
  readonly name: string;
  /** Shows the secret: inside verified TLS only (RFC 4954 §14). */
  readonly plaintext: boolean;
  /** Used only where the caller names it. */
  readonly byName: boolean;
  /** The client's side; `undefined` where credentials or means do not fit. */
  readonly client: (credentials: Credentials, means: Means) => ClientMechanism | undefined;
  /** Whether a server's rules have something for it, on a connection like this. */
  readonly serves: (rules: AuthRules, layer: ServerLayer) => boolean;
  /** The server's side. */
  readonly server: (rules: AuthRules, layer: ServerLayer) => ServerMechanism | undefined;
}

/** 144 bits, as base64 (RFC 5802 §5.1 leaves the length open). */
function scramNonce(random: (octets: number) => Uint8Array): string {
  return encodeBase64(random(18));
}

/**
 * Every mechanism there is, best first; a new one is a new row. Tied to the TLS connection before not tied; hashed before
 * shown; PLAIN before LOGIN, because it is a standard and takes one round trip in place of three.
 */
export const table: readonly Row[] = [
  {
    name: 'EXTERNAL',
    plaintext: false,
    byName: false,
    client: (credentials) =>
      credentials.type === 'certificate' ? externalClient(credentials.authorizationId) : undefined,
    serves: (rules, { peer }) => mayUseCertificate(rules, peer),
    server: (rules, { peer }) => peer && externalServer(rules, peer),
  },
  scram('sha256', true),
  scram('sha1', true),
  scram('sha256', false),
  scram('sha1', false),
  {
    name: 'PLAIN',
    plaintext: true,
    byName: false,
    client: (credentials) => (credentials.type === 'password' ? plainClient(credentials) : undefined),
    serves: () => true,
    server: plainServer,
  },
  {
    name: 'LOGIN',
    plaintext: true,
    byName: false,
    client: (credentials) => (credentials.type === 'password' ? loginClient(credentials) : undefined),
    serves: () => true,
    server: loginServer,
  },
  {
    name: 'CRAM-MD5',
    plaintext: false,
    byName: true,
    client: (credentials) => (credentials.type === 'password' ? cramMd5Client(credentials) : undefined),
    serves: ({ cramMd5 }) => cramMd5 !== undefined,
    server: ({ cramMd5 }) => cramMd5 && cramMd5Server(cramMd5.challenge(), cramMd5.password),
  },
  {
    name: 'OAUTHBEARER',
    plaintext: true,
    byName: false,
    client: (credentials, { target }) =>
      credentials.type === 'token' ? oauthBearerClient(credentials, target) : undefined,
    serves: ({ oauth }) => oauth !== undefined,
    server: ({ oauth }) => oauth && oauthBearerServer(oauth),
  },
  {
    name: 'XOAUTH2',
    plaintext: true,
    byName: false,
    client: (credentials) => (credentials.type === 'token' ? xoauth2Client(credentials) : undefined),
    serves: ({ oauth }) => oauth !== undefined,
    server: ({ oauth }) => oauth && xoauth2Server(oauth),
  },
];

function scram(hash: ScramHash, plus: boolean): Row {
  return {
    name: scramName(hash, plus),
    plaintext: false,
    byName: false,
    client: (credentials, means) => {
      if (credentials.type !== 'password' || !means.random) return undefined;
      if (preparedPassword(credentials) === undefined) return undefined;
      const binding = bindingUse(plus, means);
      return binding && scramClient(credentials, { hash, binding, nonce: scramNonce(means.random) });
    },
    serves: ({ scram: rules }, { bindings }) => rules !== undefined && (!plus || bindings.length > 0),
    server: ({ scram: rules, mayActAs }, { bindings }) => {
      if (!rules) return undefined;
      return scramServer(
        { ...(mayActAs && { mayActAs }) },
        {
          hash,
          plus,
          bindings,
          keys: (user) => rules.keys(user, hash),
          nonce: scramNonce(rules.random),
          secret: rules.secret,
        },
      );
    },
  };
}

/** RFC 5802 §6: what may be said about channel binding; `undefined` where this name may not be used. */
function bindingUse(plus: boolean, { bindings, offered }: Means): BindingUse | undefined {
  const [binding] = bindings;
  if (plus) return binding && { flag: 'p', binding };
  if (!binding) return { flag: 'n' };
  // Both sides can bind: what goes without it then is a step down, and nobody takes it in silence.
  return offered.some((name) => name.startsWith('SCRAM-') && name.endsWith('-PLUS'))
    ? undefined
    : { flag: 'y' };
}
