import { UsageError, utf8 } from '@postern/wire';
import { verbs } from '../commands.ts';
import type { LineCommand } from '../commands.ts';
import type { Session } from '../session.ts';
import { encodeMailParameters, encodeRcptParameters, lineLimit } from './parameters.ts';
import { encodePath, isAscii, refused, refuseControls } from './path.ts';

/** RFC 5321 §4.5.3.1.4: octets of a command line with its CRLF. AUTH keeps to it too (RFC 4954 §4). */
export const maxCommandBytes = 512;

/** What an encoder has to know. */
export type EncodeContext = Pick<Session, 'extensions' | 'tls'> & {
  /** Whether MAIL of this transaction says SMTPUTF8. */
  readonly utf8: boolean;
  readonly longAddresses: boolean;
};

/**
 * A command as a line with its CRLF. Throws a {@link UsageError} with code `argument-refused` for an argument that would
 * break the line; nothing has been sent then. The line of AUTH is made by its exchange.
 */
export function encodeLine(command: LineCommand, context: EncodeContext): string {
  switch (command.verb) {
    case 'EHLO':
    case 'HELO':
    case 'LHLO':
      return `${command.verb} ${domainArgument(command.domain)}\r\n`;
    case 'MAIL':
      return mail(command, context);
    case 'RCPT': {
      const path = encodePath(command.to, context);
      const parameters = encodeRcptParameters(command.parameters ?? {}, context.extensions, context.utf8);
      return limited('RCPT', `RCPT TO:<${path}>${parameters}\r\n`, context);
    }
    case 'VRFY': {
      refuseControls(command.name, 'the argument of VRFY');
      const text = `VRFY ${command.name}\r\n`;
      if (command.name === '' || !isAscii(text) || text.length > maxCommandBytes) {
        throw new UsageError('the argument of VRFY', 'RFC 5321 §4.1.1.6', 'argument-refused');
      }
      return text;
    }
    case 'OTHER':
      return otherLine(command.line);
    case 'BDAT': {
      // RFC 3030 §2
      const last = command.last === true ? ' LAST' : '';
      return `BDAT ${command.content.length}${last}\r\n`;
    }
    case 'DATA':
    case 'RSET':
    case 'NOOP':
    case 'QUIT':
    case 'STARTTLS':
      return `${command.verb}\r\n`;
  }
}

/** RFC 5321 §4.1.5. What has a name is refused, because the machine would not know that it was said. */
function otherLine(line: string): string {
  const verb = /^([a-z][a-z\d-]*)(?: [ -~]*)?$/i.exec(line)?.[1]?.toUpperCase();
  const text = `${line}\r\n`;
  if (verb === undefined || text.length > maxCommandBytes || verb in verbs || roleChanges.has(verb)) {
    throw refused('a line that is no other command', 'RFC 5321 §4.1.5');
  }
  return text;
}

/** RFC 5321 §F.1, RFC 2645 §5.2: the client becomes the server. */
const roleChanges: ReadonlySet<string> = new Set(['TURN', 'ATRN']);

function mail(command: Extract<LineCommand, { readonly verb: 'MAIL' }>, context: EncodeContext): string {
  const { extensions, longAddresses, tls } = context;
  const parameters = command.parameters ?? {};
  const verifiedTls = tls?.verification?.status === 'verified';
  const text = encodeMailParameters(parameters, { extensions, verifiedTls, longAddresses });
  // RFC 5321 §4.5.5: the null reverse-path of notifications. RFC 5321 §3.3: no space beside the colon.
  const path =
    command.from === ''
      ? ''
      : encodePath(command.from, { utf8: parameters.smtpUtf8 === true, longAddresses });
  return limited('MAIL', `MAIL FROM:<${path}>${text}\r\n`, context);
}

function limited(verb: 'MAIL' | 'RCPT', text: string, { extensions }: EncodeContext): string {
  const octets = isAscii(text) ? text.length : utf8(text).length;
  if (octets > maxCommandBytes && octets > lineLimit(verb, extensions)) {
    throw new UsageError(`the line of ${verb} is too long`, 'RFC 5321 §4.5.3.1.4', 'argument-refused');
  }
  return text;
}

/** RFC 5321 §4.1.2, §2.3.8: no octet outside 33 to 126 and no angle bracket can be part of a domain or address literal. */
function domainArgument(domain: string): string {
  // RFC 5321 §4.5.3.1.2: 255 octets. A name with other than ASCII letters goes out as A-labels (RFC 6531 §3.7.1).
  if (domain.length > 255 || !/^[!-;=?-~]+$/.test(domain)) {
    throw new UsageError(
      'the domain must be a host name or an address literal in printable ASCII',
      'RFC 5321 §4.1.1.1',
      'argument-refused',
    );
  }
  return domain;
}
