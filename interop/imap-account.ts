// Accounts on Dovecot for tests of our IMAP client, with messages that came there by no program of ours.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openImap } from '@postern/imap';
import type { Answer, Imap, OpenImapOptions } from '@postern/imap';
import { requirementFor, tlsRequest } from '@postern/starttls';
import { nodeNetwork, systemClock, systemRandom } from '@postern/wire/node';
import { readEnvironment } from './environment.ts';
import type { Endpoint } from './environment.ts';

const { account, ca, endpoints, mailFolder } = readEnvironment();
const clock = systemClock();

export const password: string = account.password;

/** Where Dovecot is reached in this way. */
export function dovecot(method: Endpoint['method']): Endpoint {
  const found = endpoints.find((entry) => entry.protocol === 'imap' && entry.method === method);
  if (!found) throw new Error(`no IMAP with ${method}`);
  return found;
}

/** What an answer holds; a negative one fails the test with the words of the server. */
export function value<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.reply.status} ${answer.reply.text}`);
  return answer.value;
}

/** By which a message is known whatever is in it. */
export function fingerprint(content: string): string {
  return createHash('sha256').update(content, 'latin1').digest('hex');
}

/** One of the accounts; nobody sends to it. */
export class ImapAccount {
  readonly user: string;

  constructor(user: 'reader@good.test' | 'changer@good.test') {
    this.user = user;
  }

  /** A dialogue that is logged in. */
  async open(method: Endpoint['method'], options: Partial<OpenImapOptions> = {}): Promise<Imap> {
    const imap = await this.dialogue(method, options);
    value(await imap.login({ type: 'password', user: this.user, password }));
    return imap;
  }

  /** A dialogue inside TLS. */
  async dialogue(method: Endpoint['method'], options: Partial<OpenImapOptions> = {}): Promise<Imap> {
    const { address, port, host } = dovecot(method);
    const requirement = requirementFor({ names: [host] });
    const roots = [readFileSync(ca.root, 'utf8')];
    const tls = tlsRequest({ serverName: host, requirement, roots, wallClock: () => Date.now() });
    const connection = await nodeNetwork().connect({ address, port });
    const implicit = method === 'implicit-tls' ? { tls } : {};
    const imap = await openImap(connection, { clock, random: systemRandom, ...implicit, ...options });
    if (method === 'starttls') value(await imap.startTls(tls));
    return imap;
  }

  /** Puts messages into a mailbox that is there, as files: Maildir has the line ends of Unix. */
  putFiles(wire: string, contents: readonly string[]): void {
    contents.forEach((content, index) => {
      const file = `17000000${String(index).padStart(6, '0')}.M${index}.generated:2,`;
      writeFileSync(join(this.#folder(wire), 'cur', file), content.replaceAll('\r\n', '\n'), 'latin1');
    });
  }

  /** The messages of a mailbox as files, with CRLF again. */
  files(wire: string): readonly string[] {
    return ['cur', 'new'].flatMap((part) => {
      const folder = join(this.#folder(wire), part);
      return readdirSync(folder).map((name) =>
        readFileSync(join(folder, name), 'latin1').replaceAll('\n', '\r\n'),
      );
    });
  }

  /** The folder of a mailbox by its name on the wire, as Maildir++ has it. */
  #folder(wire: string): string {
    const [user = '', domain = ''] = this.user.split('@');
    return join(mailFolder, domain, user, ...(wire === 'INBOX' ? [] : [`.${wire}`]));
  }
}
