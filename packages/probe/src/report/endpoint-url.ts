import { parseHost } from './host.ts';
import { defaultPort } from './endpoint.ts';
import type { Protocol, ServiceEndpoint, TlsEndpoint, TlsMethod } from './endpoint.ts';
import { escapeText } from './escape.ts';
import type { Lang } from './explanation.ts';
import { nearestSchemes } from './nearest-scheme.ts';
import { say } from './endpoint-problems.ts';
import type { EndpointProblem } from './endpoint-problems.ts';

export type { EndpointProblem } from './endpoint-problems.ts';

/** An endpoint that was understood. */
export interface AcceptedEndpoint {
  /** Understood. */
  readonly ok: true;
  /** What to probe; never without TLS. */
  readonly endpoint: TlsEndpoint;
}

/** A text that is no endpoint. */
export interface RefusedEndpoint {
  /** Not understood. */
  readonly ok: false;
  /** What is wrong, as a word for programs. */
  readonly problem: EndpointProblem;
  /** What is wrong, as a sentence for people; the typed text in it is escaped. */
  readonly message: string;
}

/** An endpoint as typed, or what is wrong with it. */
export type ParsedEndpoint = AcceptedEndpoint | RefusedEndpoint;

/** The eight forms an endpoint can be typed in. */
const schemes: Readonly<Record<string, { readonly protocol: Protocol; readonly method: TlsMethod }>> = {
  smtps: { protocol: 'smtp', method: 'implicit-tls' },
  submissions: { protocol: 'submission', method: 'implicit-tls' },
  imaps: { protocol: 'imap', method: 'implicit-tls' },
  pop3s: { protocol: 'pop3', method: 'implicit-tls' },
  'smtp+starttls': { protocol: 'smtp', method: 'starttls' },
  'submission+starttls': { protocol: 'submission', method: 'starttls' },
  'imap+starttls': { protocol: 'imap', method: 'starttls' },
  'pop3+starttls': { protocol: 'pop3', method: 'starttls' },
};

const schemeOfPort: Readonly<Record<string, string>> = {
  '25': 'smtp+starttls',
  '110': 'pop3+starttls',
  '143': 'imap+starttls',
  '465': 'submissions',
  '587': 'submission+starttls',
  '993': 'imaps',
  '995': 'pop3s',
};

/** Printable part of a typed text, short enough for one line of an error. */
function shown(text: string): string {
  return escapeText(text, { maxLength: 80 });
}

/**
 * Reads an endpoint such as `imaps://mail.example.org` or `submission+starttls://[2001:db8::25]:2587`.
 *
 * Schemes: `smtps`, `submissions`, `imaps`, `pop3s` (implicit TLS, RFC 8314 §3) and `smtp+starttls`,
 * `submission+starttls`, `imap+starttls`, `pop3+starttls`. Default ports are those of {@link defaultPort}. A name with
 * letters beyond ASCII is turned into its A-label form. Never throws.
 *
 * @param options - `lang`: language of the message. Default `en`.
 *
 * @example
 * ```ts run
 * import { parseEndpoint } from '@postern/probe/report';
 * const typed = parseEndpoint('imaps://mail.example.org');
 * console.log(typed.ok && typed.endpoint.port); // 993
 * const mistyped = parseEndpoint('imapss://mail.example.org');
 * console.log(mistyped.ok ? '' : mistyped.message); // Unknown scheme "imapss". Did you mean imaps?
 * ```
 */
export function parseEndpoint(text: string, options: { readonly lang?: Lang } = {}): ParsedEndpoint {
  const lang = options.lang ?? 'en';
  const refuse = (problem: EndpointProblem, about = '', hint = ''): ParsedEndpoint => ({
    ok: false,
    problem,
    message: say(problem, lang, shown(about), hint),
  });

  if (text === '') return refuse('empty');
  const control = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.exec(text);
  if (control) return refuse('control-character', control[0], String(control.index + 1));
  const space = /\s/.exec(text);
  if (space) return refuse('white-space', '', String(space.index + 1));
  if (text.includes('@')) return refuse('user-name');

  const mark = text.indexOf('://');
  if (mark === -1) {
    // "imaps:/host": only the slashes are wrong.
    const [, head = '', tail = ''] = /^([a-z\d+]+):\/?(?!\d+$)(.+)$/.exec(text.toLowerCase()) ?? [];
    if (Object.hasOwn(schemes, head)) return refuse('no-scheme', text, `${head}://${shown(tail)}`);
    const port = /:(\d+)$/.exec(text)?.[1] ?? '993';
    return refuse('no-scheme', text, `${schemeOfPort[port] ?? 'imaps'}://${shown(text)}`);
  }
  const scheme = text.slice(0, mark).toLowerCase();
  const known = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (!known) {
    const or = lang === 'de' ? ' oder ' : ' or ';
    return refuse('unknown-scheme', scheme, nearestSchemes(scheme, Object.keys(schemes)).join(or));
  }

  const rest = text.slice(mark + 3).replace(/\/$/, '');
  const extra = /[/?#\\]/.exec(rest);
  if (extra) return refuse('path', rest.slice(extra.index));

  const split = splitPort(rest);
  if (split.status === 'refused') return refuse(split.problem, split.about);
  const host = parseHost(split.host);
  if (!host.ok) return refuse(host.problem, host.about);

  let port = defaultPort(known.protocol, known.method);
  if (split.port !== undefined) {
    if (split.port === '') return refuse('empty-port');
    port = /^\d{1,5}$/.test(split.port) ? Number(split.port) : 0;
    if (port < 1 || port > 65535) return refuse('bad-port', split.port);
  }
  return { ok: true, endpoint: { protocol: known.protocol, host: host.host, port, method: known.method } };
}

type Split =
  | { readonly status: 'split'; readonly host: string; readonly port: string | undefined }
  | { readonly status: 'refused'; readonly problem: EndpointProblem; readonly about: string };

/** Takes host and port apart; a colon inside the host is only possible in brackets (RFC 3986 §3.2.2). */
function splitPort(text: string): Split {
  if (text.startsWith('[')) {
    const closing = text.indexOf(']');
    if (closing === -1) return { status: 'refused', problem: 'open-bracket', about: text };
    const after = text.slice(closing + 1);
    if (after !== '' && !after.startsWith(':'))
      return { status: 'refused', problem: 'after-bracket', about: after };
    return {
      status: 'split',
      host: text.slice(0, closing + 1),
      port: after === '' ? undefined : after.slice(1),
    };
  }
  const first = text.indexOf(':');
  if (first === -1) return { status: 'split', host: text, port: undefined };
  if (first !== text.lastIndexOf(':')) return { status: 'refused', problem: 'bare-ipv6', about: text };
  return { status: 'split', host: text.slice(0, first), port: text.slice(first + 1) };
}

/**
 * Prints an endpoint in the form that {@link parseEndpoint} reads; the port is left out where it is the default one.
 * An endpoint without TLS has no form that can be probed; it is printed with `+plaintext` for reports.
 *
 * @example
 * ```ts run
 * import { printEndpoint } from '@postern/probe/report';
 * const endpoint = { protocol: 'imap', host: '2001:db8::1', port: 993, method: 'implicit-tls' } as const;
 * console.log(printEndpoint(endpoint)); // imaps://[2001:db8::1]
 * ```
 */
export function printEndpoint(endpoint: ServiceEndpoint): string {
  const { protocol, method } = endpoint;
  const scheme = method === 'implicit-tls' ? `${protocol}s` : `${protocol}+${method}`;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  const port = endpoint.port === defaultPort(protocol, method) ? '' : `:${endpoint.port}`;
  return `${scheme}://${host}${port}`;
}
