import { domainName } from '@postern/dns';
import { isWireError } from '@postern/wire';
import sax from 'sax';
import type { ClientProtocol, Method } from '../../report/endpoint.ts';

/** One server of an autoconfig file (draft-ietf-mailmaint-autoconfig), as it stands there. */
export interface ConfigServer {
  readonly protocol: ClientProtocol;
  /** With its placeholders filled in. */
  readonly host: string;
  readonly port: number;
  readonly method: Method;
  /** With placeholders, such as `%EMAILADDRESS%`; the whole address where nothing is said. */
  readonly userName: string;
  /** Such as `password-cleartext` and `OAuth2`, best first. */
  readonly authentication: readonly string[];
}

/** No file is nested deeper; a stranger's might. Ours. */
const DEEPEST = 16;

/** More servers than any provider lists. Ours. */
const MOST_SERVERS = 16;

const protocols: Readonly<Record<string, ClientProtocol>> = {
  'incomingServer imap': 'imap',
  'incomingServer pop3': 'pop3',
  'outgoingServer smtp': 'submission',
};

const methods: Readonly<Record<string, Method>> = {
  SSL: 'implicit-tls',
  STARTTLS: 'starttls',
  plain: 'plaintext',
};

/** The text of each element of a server, by its name. */
type Fields = Map<string, string[]>;

/**
 * Reads an autoconfig file: its servers in the provider's own order of preference. What is unknown is passed over, and so is a server
 * without a host, a port or a way to begin TLS. `undefined` for what is no such file: broken XML, one with a document type or
 * entities of its own, and one that is too deep.
 */
export function parseConfig(xml: string, domain: string): readonly ConfigServer[] | undefined {
  const path: string[] = [];
  const servers: ConfigServer[] = [];
  let isConfig = false;
  let broken = false;
  let server: { readonly of: ClientProtocol | undefined; readonly fields: Fields } | undefined;
  let text = '';
  // Without a document type there are no entities but the known ones: a file cannot blow up, nor read other files.
  const reader = sax.parser(true, { trim: true, position: false });
  const giveUp = (): void => {
    broken = true;
  };
  reader.onopentag = ({ name, attributes }) => {
    path.push(name);
    text = '';
    if (path.length > DEEPEST) broken = true;
    if (path.join(' ') === 'clientConfig emailProvider') isConfig = true;
    if (path.length === 3 && /^(incoming|outgoing)Server$/.test(name)) {
      const { type } = attributes;
      const kind = `${name} ${typeof type === 'string' ? type : ''}`;
      server = { of: Object.hasOwn(protocols, kind) ? protocols[kind] : undefined, fields: new Map() };
    }
  };
  const add = (piece: string): void => {
    text += piece;
  };
  Object.assign(reader, { onerror: giveUp, ondoctype: giveUp, ontext: add, oncdata: add });
  reader.onclosetag = (name) => {
    if (server && path.length === 4)
      server.fields.set(name, [...(server.fields.get(name) ?? []), text.trim()]);
    if (server && path.length === 3) {
      const made = server.of && serverOf(server.of, server.fields, domain);
      if (made && isConfig && servers.length < MOST_SERVERS) servers.push(made);
      server = undefined;
    }
    path.pop();
    text = '';
  };
  for (const piece of pieces(xml)) {
    reader.write(piece);
    if (broken) return undefined;
  }
  reader.close();
  return broken || !isConfig ? undefined : servers;
}

/** In pieces, so that what is no file of this kind is not read to its end. */
function* pieces(xml: string): Generator<string> {
  for (let at = 0; at < xml.length; at += 4096) yield xml.slice(at, at + 4096);
}

function serverOf(protocol: ClientProtocol, fields: Fields, domain: string): ConfigServer | undefined {
  const first = (name: string): string => fields.get(name)?.[0] ?? '';
  const host = hostOf(first('hostname').replaceAll('%EMAILDOMAIN%', domain));
  const port = /^\d{1,5}$/.test(first('port')) ? Number(first('port')) : 0;
  const socket = first('socketType');
  const method = Object.hasOwn(methods, socket) ? methods[socket] : undefined;
  if (host === undefined || port < 1 || port > 65_535 || !method) return undefined;
  const authentication = (fields.get('authentication') ?? []).filter((name) => /^[\w-]{1,40}$/.test(name));
  return { protocol, host, port, method, userName: first('username') || '%EMAILADDRESS%', authentication };
}

function hostOf(typed: string): string | undefined {
  try {
    return typed === '' ? undefined : domainName(typed);
  } catch (error) {
    if (isWireError(error)) return undefined;
    throw error;
  }
}
