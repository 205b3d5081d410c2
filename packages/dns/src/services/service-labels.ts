/** The services a mail program looks for. */
export type Service = 'submission' | 'submissions' | 'imap' | 'imaps' | 'pop3' | 'pop3s';

/** What a label of RFC 6186 §3 or RFC 8314 §5.1 stands for. */
export interface ServiceLabel {
  /** The first label of the owner name. */
  readonly label: `_${string}`;
  /** The protocol that is spoken. */
  readonly protocol: 'submission' | 'imap' | 'pop3';
  /** How TLS begins. */
  readonly method: 'implicit-tls' | 'starttls';
  /** The port where there is no SRV record. */
  readonly port: number;
}

/**
 * The labels of mail services (RFC 6186 §3, RFC 8314 §5.1). They say where people's mail programs connect to; mail between
 * servers never uses them.
 *
 * @example
 * ```ts
 * import { serviceLabels } from '@postern/dns';
 * serviceLabels.imaps; // { label: '_imaps', protocol: 'imap', method: 'implicit-tls', port: 993 }
 * ```
 */
export const serviceLabels: Readonly<Record<Service, ServiceLabel>> = {
  submissions: { label: '_submissions', protocol: 'submission', method: 'implicit-tls', port: 465 },
  submission: { label: '_submission', protocol: 'submission', method: 'starttls', port: 587 },
  imaps: { label: '_imaps', protocol: 'imap', method: 'implicit-tls', port: 993 },
  imap: { label: '_imap', protocol: 'imap', method: 'starttls', port: 143 },
  pop3s: { label: '_pop3s', protocol: 'pop3', method: 'implicit-tls', port: 995 },
  pop3: { label: '_pop3', protocol: 'pop3', method: 'starttls', port: 110 },
};
