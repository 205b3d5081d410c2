import { latin1 } from '@postern/wire';
import type { PresentedName } from './alternative-names.ts';
import { context, DerReader, single, tag } from './der.ts';

/** The subtrees of names that a certification authority may vouch for, or may not (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

/** One subtree: a domain, or an address with its mask (8 or 32 octets). Other kinds of name are not read. */
type Subtree =
  { readonly type: 'dns'; readonly domain: string } | { readonly type: 'ip'; readonly network: Uint8Array };

/** Reads the content of a nameConstraints extension. */
export function readNameConstraints(extension: Uint8Array): NameConstraints {
  const reader = new DerReader(single(extension, tag.sequence).content);
  const permitted = readSubtrees(reader.optional(context(0, 'constructed'))?.content);
  const excluded = readSubtrees(reader.optional(context(1, 'constructed'))?.content);
  reader.end();
  return { permitted, excluded };
}

function readSubtrees(content: Uint8Array | undefined): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  const reader = new DerReader(content ?? new Uint8Array());
  while (reader.more) {
    const base = reader.enter(tag.sequence).next();
    if (base.tag === context(2, 'primitive')) subtrees.push({ type: 'dns', domain: latin1(base.content) });
    if (base.tag === context(7, 'primitive')) subtrees.push({ type: 'ip', network: base.content });
  }
  return subtrees;
}

/** Comparisons that are made; an honest chain needs a few hundred. OpenSSL gives up at four times as many. */
const MAX_COMPARISONS = 262_144;

/**
 * Whether a name lies outside what the constraints allow. It only explains a chain that the platform has refused without
 * saying why; it never makes a chain good. More names and subtrees than are compared count as a violation: that is why
 * the platform refused such a chain.
 */
export function violates(names: readonly PresentedName[], constraints: NameConstraints): boolean {
  const { permitted: allowed, excluded } = constraints;
  if (names.length * (allowed.length + excluded.length) > MAX_COMPARISONS) return true;
  return names.some((name) => {
    const permitted = allowed.filter((subtree) => subtree.type === name.type);
    if (permitted.length > 0 && !permitted.some((subtree) => lies(name, subtree))) return true;
    return excluded.some((subtree) => lies(name, subtree));
  });
}

function lies(name: PresentedName, subtree: Subtree): boolean {
  if (name.type === 'dns' && subtree.type === 'dns') {
    const [host, domain] = [name.name.toLowerCase(), subtree.domain.toLowerCase()];
    // "Zero or more labels to the left-hand side"; a leading dot, though not in the RFC, demands at least one.
    return domain === '' || host === domain || host.endsWith(domain.startsWith('.') ? domain : `.${domain}`);
  }
  if (name.type === 'ip' && subtree.type === 'ip') {
    const { octets } = name;
    const { network } = subtree;
    return (
      network.length === octets.length * 2 &&
      octets.every((octet, at) => {
        const mask = network[octets.length + at] ?? 0;
        return (octet & mask) === ((network[at] ?? 0) & mask);
      })
    );
  }
  return false;
}
