import { decodeBase64 } from '@postern/sasl';
import { latin1 } from '@postern/wire';
import { trimmedEnd } from './white-space.ts';

/** Takes the transfer encoding off a body (RFC 2045 §6), both held as latin1; `undefined` where that cannot be done. */
export function withoutTransferEncoding(body: string, encoding: string): string | undefined {
  switch (encoding.toLowerCase()) {
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return body;
    case 'base64': {
      const octets = decodeBase64(body.replaceAll(/\s/g, ''));
      return octets && latin1(octets);
    }
    case 'quoted-printable':
      return quotedPrintable(body);
    default:
      return undefined;
  }
}

/** RFC 2045 §6.7: white space at the end of a line is not part of it, and a `=` there joins it to the next. */
function quotedPrintable(body: string): string {
  return body
    .split('\n')
    .map((line, index, lines) => {
      const written = trimmedEnd(line);
      const joins = written.endsWith('=');
      const text = (joins ? written.slice(0, -1) : written).replaceAll(
        /=([\dA-F]{2})/gi,
        (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)),
      );
      if (joins || index === lines.length - 1) return text;
      return `${text}${line.endsWith('\r') ? '\r' : ''}\n`;
    })
    .join('');
}
