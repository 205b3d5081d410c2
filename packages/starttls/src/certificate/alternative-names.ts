import { ipText, latin1 } from '@postern/wire';
import { context, DerReader, DerError, readOid, single, tag } from './der.ts';

/** A name that a certificate is for (RFC 9525 §2, presented identifier). Other kinds of name say nothing about a server. */
export type PresentedName =
  | { readonly type: 'dns'; readonly name: string }
  | { readonly type: 'srv'; readonly name: string }
  | { readonly type: 'ip'; readonly octets: Uint8Array };

/** RFC 4985 §2: id-on-dnsSRV. */
const srvName = '1.3.6.1.5.5.7.8.7';

/**
 * Reads the content of a subjectAltName extension (RFC 5280 §4.2.1.6). Names stay as they stand in the certificate, octet
 * for octet: a comma, a quotation mark or a NUL within one never makes it two, and never ends it early.
 */
export function readAlternativeNames(extension: Uint8Array): readonly PresentedName[] {
  const names: PresentedName[] = [];
  const reader = new DerReader(single(extension, tag.sequence).content);
  while (reader.more) {
    const { tag: kind, content } = reader.next();
    switch (kind) {
      case context(0, 'constructed'): {
        const other = new DerReader(content);
        const type = readOid(other.next(tag.oid).content);
        const value = single(other.next(context(0, 'constructed')).content);
        other.end();
        if (type !== srvName) break;
        if (value.tag !== tag.ia5String) throw new DerError('a SRVName that is no IA5String');
        names.push({ type: 'srv', name: latin1(value.content) });
        break;
      }
      case context(2, 'primitive'):
        names.push({ type: 'dns', name: latin1(content) });
        break;
      case context(7, 'primitive'):
        // RFC 5280 §4.2.1.6: four octets or sixteen; with a mask behind them they belong to name constraints.
        if (content.length !== 4 && content.length !== 16)
          throw new DerError('an address of no known length');
        names.push({ type: 'ip', octets: content });
        break;
      default:
        // e-mail addresses, directory names, URIs: RFC 7817 §3 lets mail clients look at none of them.
        break;
    }
  }
  return names;
}

/**
 * A presented name as text, for reports: `mail.example.org`, `_imaps.example.org`, `192.0.2.1`. A host name that poses as an
 * address is shown with its kind, as `DNS:192.0.2.1`, because it is none.
 */
export function presentedText(name: PresentedName): string {
  if (name.type === 'ip') return ipText(name.octets);
  return name.type === 'dns' && /^[\d.]+$|:/.test(name.name) ? `DNS:${name.name}` : name.name;
}
