import { parseCapabilities as parseImap } from '@postern/imap';
import { parseCapabilities as parsePop3 } from '@postern/pop3';
import { parseExtensions } from '@postern/smtp';
import type { Protocol } from '../report/endpoint.ts';

/** The SASL mechanisms that a capability list offers, upper case; each protocol reads its own. */
export function mechanismsOf(protocol: Protocol, offered: readonly string[]): readonly string[] {
  switch (protocol) {
    case 'smtp':
    case 'submission':
      // The list is what follows the first line of the EHLO reply, which names the server.
      return parseExtensions(['', ...offered]).auth;
    case 'imap':
      return parseImap(offered.join(' ')).auth;
    case 'pop3':
      return parsePop3(offered).auth;
  }
}
