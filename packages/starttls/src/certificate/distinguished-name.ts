import { latin1, peerText } from '@postern/wire';
import { DerReader, hex, readOid, tag } from './der.ts';
import type { DerElement } from './der.ts';

// RFC 4514 §3 and, for people, the names that certificate viewers use for the rest.
const attributeNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/**
 * A Name as text in the form of RFC 4514 §2: the most specific part first, special characters escaped. Control characters
 * are escaped too, so the text is safe on a terminal; it is for people, never for a decision.
 */
export function readDistinguishedName(name: DerElement): string {
  const parts: string[] = [];
  const reader = new DerReader(name.content);
  while (reader.more) {
    const relative = reader.enter(tag.set);
    const pairs: string[] = [];
    while (relative.more) {
      const pair = relative.enter(tag.sequence);
      const oid = readOid(pair.next(tag.oid).content);
      pairs.push(`${attributeNames[oid] ?? oid}=${readValue(pair.next())}`);
      pair.end();
    }
    parts.push(pairs.join('+'));
  }
  return parts.toReversed().join(',');
}

function readValue(value: DerElement): string {
  switch (value.tag) {
    case tag.utf8String:
      return escape(peerText(value.content));
    case tag.printableString:
    case tag.ia5String:
    case tag.teletexString:
      return escape(latin1(value.content));
    case tag.bmpString:
      return escape(utf16(value.content));
    default:
      // RFC 4514 §2.4: whatever has no text form is shown as the octets of its encoding.
      return `#${hex(value.whole)}`;
  }
}

/** BMPString: two octets per character, high octet first. */
function utf16(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    text += String.fromCharCode((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0));
  }
  return text;
}

/** RFC 4514 §2.4. */
function escape(text: string): string {
  return text
    .replaceAll(/["+,;<>\\=]/g, String.raw`\$&`)
    .replaceAll(/^[ #]| $/g, String.raw`\$&`)
    .replaceAll(/\p{Cc}/gu, (character) => `\\${hex(new TextEncoder().encode(character)).toUpperCase()}`);
}
