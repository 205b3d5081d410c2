import type { EndpointProblem } from './endpoint-problems.ts';

type ParsedHost =
  | { readonly ok: true; readonly host: string }
  | { readonly ok: false; readonly problem: EndpointProblem; readonly about: string };

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  // A leading zero means octal to some and decimal to others, so it means nothing here.
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** RFC 4291 §2.2, with an optional zone (RFC 4007 §11.2). */
function isIpv6(text: string): boolean {
  const [address = '', zone, ...more] = text.split('%');
  if (more.length > 0 || (zone !== undefined && !/^[\w.-]+$/.test(zone))) return false;
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const mapped = last !== undefined && last.includes('.');
  if (mapped && !isIpv4(last)) return false;
  const plain = mapped ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = plain.length + (mapped ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}

/** The A-label form of a name with letters beyond ASCII; `undefined` where there is none. */
function toAscii(name: string): string | undefined {
  // The platform's URL parser carries the mapping tables; its reading of numbers does not matter, the name has letters.
  return URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : undefined;
}

/** Reads a host name or an IP literal (IPv6 in brackets) and normalises it: lower case, A-labels, no final dot. */
export function parseHost(text: string): ParsedHost {
  if (text === '' || text === '[]' || text === '.') return { ok: false, problem: 'empty-host', about: text };
  if (text.startsWith('[')) {
    const address = text.slice(1, -1);
    if (!isIpv6(address)) return { ok: false, problem: 'bad-ipv6', about: address };
    return { ok: true, host: address.toLowerCase() };
  }
  const typed = text.replace(/\.$/, '').toLowerCase();
  const name = /[^\0-\x7f]/.test(typed) ? toAscii(typed) : typed;
  if (name === undefined || name.length > 253) return { ok: false, problem: 'bad-host', about: text };
  // RFC 1123 §2.1: a last label of digits alone can only be an address.
  if (/(^|\.)\d+$/.test(name)) {
    return isIpv4(name) ? { ok: true, host: name } : { ok: false, problem: 'bad-ipv4', about: text };
  }
  // RFC 1035 §2.3.4: 63 octets a label. The underscore is no host name letter, but such hosts exist.
  const good = name.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  return good ? { ok: true, host: name } : { ok: false, problem: 'bad-host', about: text };
}
