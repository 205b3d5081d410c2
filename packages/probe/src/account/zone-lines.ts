import type { Tlsa } from '@postern/dns';
import type { EpochMilliseconds, MtaStsPolicy } from '@postern/starttls';

/** Seconds for which others keep a record. Ours: short enough to be put right within the hour. */
const TTL = 3600;

/** The content of a TLSA record as it stands in a zone (RFC 6698 §2.2). */
export function tlsaText({ usage, selector, matching, data }: Tlsa): string {
  const digits = Array.from(data, (octet) => octet.toString(16).padStart(2, '0')).join('');
  return `${usage} ${selector} ${matching} ${digits}`;
}

/** The record for the key of a server at port 25: `3 1 1` lasts over a renewed certificate (RFC 7671 §5.1). */
export function tlsaLine(base: string, publicKeySha256: string): string {
  return line(`_25._tcp.${base}`, `TLSA 3 1 1 ${publicKeySha256}`);
}

/** The record that says there is a policy, and which (RFC 8461 §3.1). */
export function stsLine(domain: string, now: EpochMilliseconds): string {
  return line(`_mta-sts.${domain}`, `TXT "v=STSv1; id=${policyId(now)};"`);
}

/** The record that asks for reports (RFC 8460 §3). */
export function tlsrptLine(domain: string): string {
  return line(`_smtp._tls.${domain}`, `TXT "v=TLSRPTv1; rua=mailto:tls-reports@${domain}"`);
}

/** A service at a host (RFC 2782); equal weights. */
export function srvLine(
  owner: string,
  { priority, port, host }: { readonly priority: number; readonly port: number; readonly host: string },
): string {
  return line(owner, `SRV ${priority} 1 ${port} ${host}.`);
}

/** An exchanger (RFC 5321 §5.1). */
export function mxLine(domain: string, preference: number, exchange: string): string {
  return line(domain, `MX ${preference} ${exchange}.`);
}

/** The policy file (RFC 8461 §3.2). */
export function policyFile({ mode, mx, maxAge }: MtaStsPolicy): string {
  return [
    'version: STSv1',
    `mode: ${mode}`,
    ...mx.map((pattern) => `mx: ${pattern}`),
    `max_age: ${maxAge}`,
    '',
  ].join('\n');
}

/** Where that file is fetched (RFC 8461 §3.3). */
export function policyUrl(domain: string): string {
  return `https://mta-sts.${domain}/.well-known/mta-sts.txt`;
}

function line(owner: string, content: string): string {
  return `${owner}. ${TTL} IN ${content}`;
}

/** Another one at another second, as letters and digits (RFC 8461 §3.1). */
function policyId(now: EpochMilliseconds): string {
  // oxlint-disable-next-line no-restricted-globals -- a given time is written down, no clock is read
  return new Date(now)
    .toISOString()
    .replaceAll(/[^\dTZ]/g, '')
    .replace(/\d{3}Z$/, 'Z');
}
