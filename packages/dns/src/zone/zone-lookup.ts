import { isWithin, normalName, parentName } from '../name.ts';
import { hasType } from '../records.ts';
import type { RecordOf, ResourceRecord, RecordType } from '../records.ts';
import type { Zone } from './zone-file.ts';

/** What a zone says about one name: its records, that it has none, or that it does not exist. No alias is followed. */
type ZoneNode =
  | { readonly status: 'node'; readonly records: readonly ResourceRecord[] }
  | { readonly status: 'no-such-domain' };

/** Answers from a zone. */
export interface ZoneIndex {
  /** What stands at a name, by wildcard where it must be (RFC 1034 §4.3.2, RFC 4592). */
  node(name: string): ZoneNode;
  /** The SOA of the closest zone a name lies in, if the text has one. */
  soa(name: string): RecordOf<'SOA'> | undefined;
}

/** Prepares a zone for look-ups. */
export function indexZone(zone: Zone): ZoneIndex {
  // RFC 4592 §2.2.2, RFC 8020 §2: names above an existing one exist too, with nothing in them.
  const existing = new Set<string>(['.']);
  const soas: RecordOf<'SOA'>[] = [];
  for (const [owner, records] of zone) {
    for (let name = owner; name !== '.'; name = parentName(name)) existing.add(name);
    for (const record of records) if (hasType(record, 'SOA')) soas.push(record);
  }
  soas.sort((one, other) => other.name.length - one.name.length);
  return {
    node(asked) {
      const name = normalName(asked);
      if (existing.has(name)) return { status: 'node', records: zone.get(name) ?? [] };
      let encloser = parentName(name);
      while (!existing.has(encloser)) encloser = parentName(encloser);
      const wildcard = zone.get(encloser === '.' ? '*' : `*.${encloser}`);
      if (wildcard === undefined) return { status: 'no-such-domain' };
      return { status: 'node', records: wildcard.map((record) => ({ ...record, name })) };
    },
    soa: (name) => soas.find((soa) => isWithin(normalName(name), soa.name)),
  };
}

/** The records of one type among those of a node. */
export function recordsOf<K extends RecordType>(
  records: readonly ResourceRecord[],
  type: K,
): readonly RecordOf<K>[] {
  return records.filter((record) => hasType(record, type));
}
