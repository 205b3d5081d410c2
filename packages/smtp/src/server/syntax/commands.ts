import type { ServerDiagnostic } from '../events.ts';

/** A command line taken apart. */
export interface ClientCommand {
  /** Upper case. */
  readonly verb: string;
  /** What stands behind the verb, blanks at both ends taken off; `undefined` where nothing does. */
  readonly argument: string | undefined;
}

/** Takes a command line apart (RFC 5321 §4.1.1); verbs in any case. `undefined` for what cannot be a command. */
export function parseCommand(line: string): ClientCommand | undefined {
  // Control characters have no place in a command (RFC 5321 §4.1.2); blanks before the CRLF are tolerated (§4.1.1).
  const match = /^([A-Za-z]+)(?: ([ -~\u00a0-\uffff]*))?$/.exec(withoutBlanks(line));
  const verb = match?.[1]?.toUpperCase();
  if (verb === undefined) return undefined;
  const argument = match?.[2]?.trim() ?? '';
  return { verb, argument: argument === '' ? undefined : argument };
}

/** By hand, because an expression would try each blank of a line that is full of them: quadratic work for one client. */
function withoutBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
  return line.slice(0, end);
}

/** A path with the parameters behind it. */
export interface PathArgument {
  /** Without angle brackets and source route; empty for the null path. */
  readonly path: string;
  /** What was tolerated. */
  readonly tolerated: readonly ServerDiagnostic[];
  /** Values by keyword in upper case; `undefined` for a keyword without value. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
}

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\uffff-]+";
const quoted = '"(?:[^"\\\\\\u0000-\\u001f\\u007f]|\\\\[\\u0020-\\u007e])*"';
const domain = '(?:[A-Za-z0-9\\u0080-\\uffff-]+(?:\\.[A-Za-z0-9\\u0080-\\uffff-]+)*|\\[[A-Za-z0-9:.-]+\\])';
const mailbox = `(?:${atom}(?:\\.${atom})*|${quoted})@${domain}`;
// RFC 5321 §4.1.2: a source route is accepted and ignored.
const route = `(@${domain}(?:,@${domain})*:)?`;
const parameters = '(?: +(\\S.*))?';
// RFC 5321 §3.3: no space behind the colon; some clients write one.
const reversePath = new RegExp(`^FROM:( ?)<${route}((?:${mailbox})?)>${parameters}$`, 'i');
// RFC 5321 §4.5.1: `postmaster` without a domain is somebody everywhere.
const forwardPath = new RegExp(`^TO:( ?)<${route}(${mailbox}|postmaster)>${parameters}$`, 'i');

/** The argument of MAIL or RCPT; `undefined` where it is malformed (RFC 5321 §4.1.1.2, §4.1.1.3). */
export function parsePath(verb: 'MAIL' | 'RCPT', argument: string): PathArgument | undefined {
  const match = (verb === 'MAIL' ? reversePath : forwardPath).exec(argument);
  const [, space = '', routed, path, rest = ''] = match ?? [];
  if (path === undefined || path.length > 254) return undefined; // RFC 5321 §4.5.3.1.3
  const found = new Map<string, string | undefined>();
  for (const text of rest.split(' ')) {
    if (text === '') continue;
    const parameter = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u0080-\uffff]+))?$/.exec(text);
    const keyword = parameter?.[1]?.toUpperCase();
    if (keyword === undefined || found.has(keyword)) return undefined;
    found.set(keyword, parameter?.[2]);
  }
  const tolerated: ServerDiagnostic[] = [];
  if (space !== '') tolerated.push('space-after-colon');
  if (routed !== undefined) tolerated.push('source-route');
  return { path, parameters: found, tolerated };
}

/** Whether a text is printable ASCII: all that a command may hold without SMTPUTF8 (RFC 5321 §4.1.2). */
export function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}
