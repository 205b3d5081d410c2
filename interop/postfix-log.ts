// What Postfix's log says became of mail that it sent.
import { existsSync, readFileSync } from 'node:fs';

/** What became of the mail for one recipient. */
export interface PostfixDelivery {
  readonly status: 'sent' | 'deferred' | 'bounced';
  /** What its SMTP client called the last TLS connection: `Verified`, `Trusted`, `Untrusted`, `Anonymous`; none was made: nothing. */
  readonly trust: string | undefined;
}

/** The deliveries in a log, by recipient; of several tries the first. */
export function deliveriesIn(log: string): ReadonlyMap<string, PostfixDelivery> {
  const deliveries = new Map<string, PostfixDelivery>();
  if (!existsSync(log)) return deliveries;
  /** By process, each of which does one delivery after the other. */
  const trusts = new Map<string, string | undefined>();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [, process = '', text = ''] = /postfix\/(\w+\[\d+\]): (.*)/.exec(line) ?? [];
    const [, trust] = /^(\w+) TLS connection established/.exec(text) ?? [];
    if (trust !== undefined) trusts.set(process, trust);
    // A handshake that failed, and another try on a new connection.
    if (text.startsWith('SSL_connect error')) trusts.delete(process);
    const [, recipient = '', status] = /: to=<([^>]+)>.* status=(\w+) /.exec(text) ?? [];
    if (status !== 'sent' && status !== 'deferred' && status !== 'bounced') continue;
    if (!deliveries.has(recipient)) deliveries.set(recipient, { status, trust: trusts.get(process) });
    trusts.delete(process);
  }
  return deliveries;
}
