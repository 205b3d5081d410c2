// node ours-daemon.ts CONFIG: serves SMTP (25), submission (587, 465) and LMTP (24), and keeps each message in the spool:
// the content as it came in `NUMBER.eml`, what is known about it in `NUMBER.json`.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accept, refuse, serveSmtp } from '@postern/smtp/server';
import type { Envelope, ServeSmtpOptions, SmtpHooks } from '@postern/smtp/server';
import type { Connection, TlsOffer } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';

interface Config {
  readonly hostname: string;
  readonly certificate: { readonly key: string; readonly chain: string };
  readonly account: { readonly user: string; readonly password: string };
  readonly listens: readonly { readonly address: string; readonly withoutChunking?: boolean }[];
  readonly spool: string;
}

/** What the spool says about a message. */
export interface Spooled {
  readonly envelope: Envelope;
  readonly port: number;
  /** How the content came. */
  readonly verb: 'DATA' | 'BDAT';
  readonly user: string | undefined;
  readonly tls: string | undefined;
}

const [file = ''] = process.argv.slice(2);
const { hostname, certificate, account, listens, spool } = JSON.parse(readFileSync(file, 'utf8')) as Config;

const identity = {
  key: readFileSync(certificate.key, 'utf8'),
  chain: readFileSync(certificate.chain, 'utf8'),
};
const tls: TlsOffer = { identity: () => identity };
const auth: NonNullable<ServeSmtpOptions['auth']> = {
  authenticate: ({ user, password }) => user === account.user && password === account.password,
};
const withoutChunking = ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', 'SMTPUTF8', 'DSN', 'SIZE 10485760'];

let count = 0;

/** Takes every message. In LMTP nobody named `full` has room; nobody named `nobody` exists. */
function hooks(port: number, verb: () => Spooled['verb']): SmtpHooks {
  return {
    recipient: ({ path }) => (path.startsWith('nobody@') ? refuse(550, '5.1.1', 'no such user') : accept),
    async message({ envelope, content }, { client }) {
      const parts: Uint8Array[] = [];
      for await (const piece of content) parts.push(piece);
      const known: Spooled = { envelope, port, verb: verb(), user: client.user, tls: client.tls?.version };
      const name = join(spool, String((count += 1)));
      writeFileSync(`${name}.eml`, Buffer.concat(parts));
      writeFileSync(`${name}.new`, JSON.stringify(known));
      renameSync(`${name}.new`, `${name}.json`); // now the message is complete
      if (port !== 24) return accept;
      return envelope.recipients.map(({ path }) =>
        path.startsWith('full@') ? refuse(452, '4.2.2', 'mailbox full') : accept,
      );
    },
  };
}

function optionsFor(port: number, chunkless: boolean): ServeSmtpOptions {
  let verb: Spooled['verb'] = 'BDAT';
  return {
    domain: hostname,
    clock: systemClock(),
    tls,
    hooks: hooks(port, () => verb),
    onEvent(event) {
      // BDAT is told only when it is answered, after the message.
      if (event.type === 'command' && event.verb === 'MAIL') verb = 'BDAT';
      if (event.type === 'command' && event.verb === 'DATA') verb = 'DATA';
    },
    onHookError: (error) => console.error(error),
    ...(chunkless && { keywords: withoutChunking }),
    ...(port === 24 && { protocol: 'lmtp' }),
    ...((port === 587 || port === 465) && { auth, requireAuth: true }),
  };
}

async function serve(connection: Connection, port: number, chunkless: boolean): Promise<void> {
  if (port === 465) await connection.acceptTls(tls);
  await serveSmtp(connection, optionsFor(port, chunkless));
}

for (const { address, withoutChunking: chunkless = false } of listens) {
  for (const port of [25, 465, 587, 24]) {
    await nodeNetwork().listen({ address, port }, (connection) =>
      // A client that breaks off is no trouble of the server.
      serve(connection, port, chunkless).catch((error: unknown) => console.log(String(error))),
    );
  }
}
