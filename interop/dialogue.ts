// Opens our SMTP and LMTP client on a server of the world.
import { readFileSync } from 'node:fs';
import { openLmtp, openSmtp } from '@postern/smtp';
import type { Lmtp, OpenSmtpOptions, Smtp } from '@postern/smtp';
import { requirementFor, tlsRequest } from '@postern/starttls';
import type { TlsRequest } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';

export interface Target {
  readonly address: string;
  readonly port: number;
  /** By this name the certificate is judged. */
  readonly host: string;
  readonly method: 'implicit-tls' | 'starttls' | 'plaintext';
}

export type DialogueOptions = Partial<OpenSmtpOptions> & {
  /** PEM file of who signed the server's certificate. */
  readonly ca: string;
  /** Default: nobody logs in. */
  readonly account?: { readonly user: string; readonly password: string };
};

/** Everything before the first message: TLS, verified, EHLO, and a login where an account is given. */
export async function openDialogue(target: Target, options: DialogueOptions): Promise<Smtp> {
  const { ca, account, ...rest } = options;
  const tls = requestFor(target.host, ca);
  const connection = await nodeNetwork().connect(target);
  const implicit = target.method === 'implicit-tls' && { tls };
  const smtp = await openSmtp(connection, { clock: systemClock(), patience: 'probe', ...implicit, ...rest });
  try {
    await greet(smtp);
    if (target.method === 'starttls') {
      const answer = await smtp.startTls(tls);
      if (!answer.ok) throw new Error(`STARTTLS: ${answer.reply.lines.join(' ')}`);
      await greet(smtp);
    }
    if (account) {
      const answer = await smtp.login({ type: 'password', ...account });
      if (!answer.ok) throw new Error(`AUTH: ${answer.reason} ${answer.reply.lines.join(' ')}`);
    }
    return smtp;
  } catch (error) {
    await smtp[Symbol.asyncDispose]();
    throw error;
  }
}

/** LMTP on port 24, where no TLS is. */
export async function openDelivery(address: string, options?: Partial<OpenSmtpOptions>): Promise<Lmtp> {
  const connection = await nodeNetwork().connect({ address, port: 24 });
  const smtp = await openLmtp(connection, { clock: systemClock(), patience: 'probe', ...options });
  const answer = await smtp.lhlo('client.test');
  if (answer.ok) return smtp;
  await smtp[Symbol.asyncDispose]();
  throw new Error(`LHLO: ${answer.reply.lines.join(' ')}`);
}

async function greet(smtp: Smtp): Promise<void> {
  const answer = await smtp.ehlo('client.test');
  if (!answer.ok) throw new Error(`EHLO: ${answer.reply.lines.join(' ')}`);
}

function requestFor(serverName: string, ca: string): TlsRequest {
  return tlsRequest({
    serverName,
    requirement: requirementFor({ names: [serverName] }),
    wallClock: () => Date.now(),
    roots: [readFileSync(ca, 'utf8')],
  });
}
