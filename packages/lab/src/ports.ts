import type { LabProtocol, TlsMethod } from './endpoint.ts';

/** A port that mail uses by standard. */
export type MailPort = 25 | 110 | 143 | 465 | 587 | 993 | 995;

/** What stands behind each port (RFC 8314 §7.3, RFC 6409 §3.1, RFC 5321 §4.5.4.2). */
export const mailPorts: Readonly<
  Record<MailPort, { readonly protocol: LabProtocol; readonly method: TlsMethod }>
> = {
  25: { protocol: 'smtp', method: 'starttls' },
  110: { protocol: 'pop3', method: 'starttls' },
  143: { protocol: 'imap', method: 'starttls' },
  465: { protocol: 'submission', method: 'implicit-tls' },
  587: { protocol: 'submission', method: 'starttls' },
  993: { protocol: 'imap', method: 'implicit-tls' },
  995: { protocol: 'pop3', method: 'implicit-tls' },
};
