import type { Tlsa } from '@postern/dns';

/** The content of a TLSA record as it stands in a zone (RFC 6698 §2.2). */
export function tlsaText({ usage, selector, matching, data }: Tlsa): string {
  const digits = Array.from(data, (octet) => octet.toString(16).padStart(2, '0')).join('');
  return `${usage} ${selector} ${matching} ${digits}`;
}
