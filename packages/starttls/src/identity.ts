import { ipOctets, UsageError } from '@postern/wire';
import type { PresentedName } from './certificate/alternative-names.ts';
import { equalBytes } from './certificate/der.ts';

/**
 * Server identity by RFC 9525: the names we expect (reference identifiers) against those of a certificate (presented
 * identifiers). The subject's common name is never looked at (RFC 9525 §2); Node's own check does, and takes partial
 * wildcards too, which is why there is one of our own.
 */
export type ReferenceIdentifier =
  /** DNS-ID: the host itself. */
  | { readonly type: 'dns'; readonly name: string }
  /** Any host below a domain; Postfix's `dot-nexthop`, for deliveries only. */
  | { readonly type: 'subdomain'; readonly domain: string }
  /** SRV-ID (RFC 4985): a service of a domain, as `_imaps.example.org`, without `_tcp`. */
  | { readonly type: 'srv'; readonly name: string }
  /** IP-ID. */
  | { readonly type: 'ip'; readonly octets: Uint8Array };

/**
 * Reads a name as it stands in a {@link Requirement}: `mail.example.org` (DNS-ID), `.example.org` (any host below),
 * `_imaps.example.org` (SRV-ID), `192.0.2.1` or `2001:db8::1` (IP-ID). Letter case and a trailing dot do not matter.
 * Throws {@link UsageError} `argument-refused` for a text that is no such name; international names come as A-labels.
 */
export function referenceIdentifier(text: string): ReferenceIdentifier {
  const octets = ipOctets(text);
  if (octets) return { type: 'ip', octets };
  const name = withoutDot(text.toLowerCase());
  if (isHostName(name)) return { type: 'dns', name };
  if (name.startsWith('.') && isHostName(name.slice(1))) return { type: 'subdomain', domain: name.slice(1) };
  const dot = name.indexOf('.');
  if (/^_[a-z\d-]{1,62}$/.test(name.slice(0, dot)) && isHostName(name.slice(dot + 1)))
    return { type: 'srv', name };
  throw new UsageError(
    `not a name to expect in a certificate: ${JSON.stringify(text.slice(0, 260))}`,
    'RFC 9525 §6.1, names as A-labels',
    'argument-refused',
  );
}

/** Whether a certificate presents a name that was expected. One match suffices (RFC 9525 §6.2). */
export function matchesIdentity(
  references: readonly ReferenceIdentifier[],
  presented: readonly PresentedName[],
): boolean {
  return references.some((reference) => presented.some((name) => matches(reference, name)));
}

function matches(reference: ReferenceIdentifier, presented: PresentedName): boolean {
  switch (reference.type) {
    case 'dns':
      return presented.type === 'dns' && matchesHost(reference.name, presented.name);
    case 'subdomain':
      return presented.type === 'dns' && liesBelow(reference.domain, presented.name);
    case 'srv':
      // RFC 9525 §6.5: service and domain together. No wildcards: nobody issues them, so each is a mistake or a trick.
      return presented.type === 'srv' && withoutDot(presented.name.toLowerCase()) === reference.name;
    case 'ip':
      // RFC 9525 §6.4: octet for octet, and only against iPAddress.
      return presented.type === 'ip' && equalBytes(presented.octets, reference.octets);
  }
}

/** RFC 9525 §6.3. `host` is in lower case and without trailing dot. */
function matchesHost(host: string, presented: string): boolean {
  const pattern = withoutDot(presented.toLowerCase());
  if (!pattern.startsWith('*.')) return pattern === host;
  // The asterisk is a complete left-most label and stands for exactly one label. Ours: never for a whole top-level
  // domain. What holds another asterisk is no host name, so `*.*.example.test` falls out here.
  const parent = pattern.slice(2);
  return isHostName(parent) && parent.includes('.') && host.slice(host.indexOf('.') + 1) === parent;
}

function liesBelow(domain: string, presented: string): boolean {
  const pattern = withoutDot(presented.toLowerCase());
  const name = pattern.startsWith('*.') ? pattern.slice(2) : pattern;
  if (!isHostName(name)) return false;
  return name.endsWith(`.${domain}`) || (pattern !== name && name === domain);
}

/** Letters, digits, hyphens and, because they occur in real host names, underscores inside; never an IPv4 address. */
export function isHostName(name: string): boolean {
  return (
    name.length <= 253 &&
    name.split('.').every((label) => /^[a-z\d](?:[a-z\d_-]{0,61}[a-z\d])?$/.test(label)) &&
    !/(?:^|\.)\d+$/.test(name)
  );
}

/** Whether a name can be sent as SNI and stand in a certificate, or is an address. One out of the DNS may be anything. */
export function isServerName(text: string): boolean {
  return ipOctets(text) !== undefined || isHostName(withoutDot(text.toLowerCase()));
}

/** RFC 9525 §6.3 compares labels; the root's empty label is none of them. */
function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** How a server was found, which decides the names it has to prove. */
export type Discovery =
  /** Typed by a person or given by a configuration: that name, never what a CNAME or a PTR makes of it. */
  | { readonly type: 'host'; readonly host: string }
  /** Found by an SRV record (RFC 6186). */
  | {
      readonly type: 'srv';
      /** The service as in the record, without underscore: `imaps`, `pop3`, `submission`… */
      readonly service: string;
      /** The mail domain. */
      readonly domain: string;
      /** The host that the record names. */
      readonly target: string;
      /** Whether the person confirmed the target, or DNSSEC secured the answer on a trusted path. Default false. */
      readonly targetTrusted?: boolean;
    };

/**
 * The names a server must prove one of, for {@link Requirement}'s `names` (RFC 9525 §6.1, RFC 7817 §3, RFC 6186 §6).
 * For a server found by SRV these are the domain and the service of the domain; the target itself counts only if it lies
 * inside the domain or is trusted, for whoever can forge the record chooses the target.
 *
 * @example
 * ```ts
 * import { referenceNames } from '@postern/starttls';
 * referenceNames({ type: 'srv', service: 'imaps', domain: 'example.org', target: 'mail.host.net' });
 * // → ['example.org', '_imaps.example.org']
 * ```
 */
export function referenceNames(discovery: Discovery): readonly string[] {
  if (discovery.type === 'host') return [withoutDot(discovery.host.toLowerCase())];
  const domain = withoutDot(discovery.domain.toLowerCase());
  const target = withoutDot(discovery.target.toLowerCase());
  const names = [domain, `_${discovery.service.toLowerCase()}.${domain}`];
  const counts = discovery.targetTrusted === true || target.endsWith(`.${domain}`);
  return counts && target !== domain ? [...names, target] : names;
}
