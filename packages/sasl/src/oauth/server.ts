import { utf8 } from '@postern/wire';
import type { ServerMechanism, ServerStep } from '../mechanism.ts';
import { strictText } from '../server-rules.ts';
import type { TokenTarget } from './client.ts';

/** How a server decides about tokens. */
export interface TokenRules {
  /** Whose token it is; `undefined` for one that is not good. `user` is who the client says it is. Must not throw. */
  readonly token: (token: string, user: string) => string | undefined;
  /** What this server is called and where it listens. Default: host and port in a message are not looked at. */
  readonly target?: TokenTarget;
}

const saslName = '(?:[^,=\\x01\\0]|=2C|=3D)*';
const bearerMessage = new RegExp(`^n,(?:a=(${saslName}))?,\\x01((?:[A-Za-z]+=[^\\x01]*\\x01)*)\\x01$`);
// oxlint-disable-next-line no-control-regex -- %x01 separates the fields
const xoauthMessage = /^user=([^\x01\0]*)\x01auth=Bearer ([\x21-\x7e]+)\x01\x01$/;

/** What a client showed: a token and who it says it is, or nothing that can be read, or something meant for another. */
type Shown = { readonly user: string; readonly token: string } | 'malformed' | 'not-ours';

/** OAUTHBEARER, server side (RFC 7628 §3.2): keys it does not know are ignored, a host or port that is not its own is not. */
export function oauthBearerServer(rules: TokenRules): ServerMechanism {
  return new TokenServer('OAUTHBEARER', '\x01', rules, readBearer);
}

/** XOAUTH2, server side. */
export function xoauth2Server(rules: TokenRules): ServerMechanism {
  return new TokenServer('XOAUTH2', '', rules, (text) => {
    const [, user, token] = xoauthMessage.exec(text) ?? [];
    return user === undefined || token === undefined ? 'malformed' : { user, token };
  });
}

function readBearer(text: string, { target }: TokenRules): Shown {
  const [, name = '', pairs] = bearerMessage.exec(text) ?? [];
  const values = new Map<string, string>();
  for (const pair of pairs?.split('\x01') ?? []) {
    const at = pair.indexOf('=');
    values.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const [, token] = /^Bearer ([\x21-\x7e]+)$/i.exec(values.get('auth') ?? '') ?? [];
  if (token === undefined) return 'malformed';
  const host = values.get('host')?.toLowerCase();
  const port = values.get('port');
  if (target && host !== undefined && host !== target.host.toLowerCase()) return 'not-ours';
  if (target && port !== undefined && port !== String(target.port)) return 'not-ours';
  return { user: name.replaceAll('=2C', ',').replaceAll('=3D', '='), token };
}

class TokenServer implements ServerMechanism {
  readonly name: string;
  readonly #acknowledgement: string;
  readonly #rules: TokenRules;
  readonly #read: (text: string, rules: TokenRules) => Shown;
  #refused = false;

  constructor(
    name: string,
    acknowledgement: string,
    rules: TokenRules,
    read: (text: string, rules: TokenRules) => Shown,
  ) {
    this.name = name;
    this.#acknowledgement = acknowledgement;
    this.#rules = rules;
    this.#read = read;
  }

  start(initial: Uint8Array | undefined): ServerStep {
    return initial ? this.next(initial) : { type: 'challenge', challenge: new Uint8Array(0) };
  }

  next(response: Uint8Array): ServerStep {
    const text = strictText(response);
    // RFC 7628 §3.2.3: it is told why, acknowledges that, and only then the exchange fails.
    if (this.#refused) {
      return { type: 'failed', reason: text === this.#acknowledgement ? 'auth-failed' : 'protocol-error' };
    }
    const shown = text === undefined ? 'malformed' : this.#read(text, this.#rules);
    if (shown === 'malformed') return { type: 'failed', reason: 'protocol-error' };
    const user = shown === 'not-ours' ? undefined : this.#rules.token(shown.token, shown.user);
    if (user !== undefined) return { type: 'done', user, authorizationId: undefined };
    this.#refused = true;
    return { type: 'challenge', challenge: utf8('{"status":"invalid_token"}') };
  }
}
