import type { ServerRules } from '../options.ts';
import type { ServerSession } from '../session.ts';

/** The lines of an EHLO reply behind the first (RFC 5321 §4.1.1.1). */
export function extensionLines(session: ServerSession, rules: ServerRules): readonly string[] {
  // RFC 8689 §2: REQUIRETLS makes sense inside TLS only.
  const lines = rules.keywords.filter((line) => session.tls !== undefined || !/^REQUIRETLS\b/i.test(line));
  const { startTls } = rules;
  // RFC 3207 §4.2: inside TLS the keyword is not listed.
  if (!session.tls) {
    if (startTls.type === 'masked') lines.push(startTls.keyword ?? 'XXXXXXXA');
    else if (startTls.type !== 'absent') lines.push('STARTTLS');
  }
  if (offersAuth(session, rules)) lines.push(['AUTH', ...authMechanisms(rules)].join(' '));
  return lines;
}

/** Whether a login is possible now (RFC 4954 §4: in general inside TLS only). */
export function offersAuth(session: ServerSession, rules: ServerRules): boolean {
  return rules.auth !== undefined && (session.tls !== undefined || rules.auth.insideTlsOnly === false);
}

/** The mechanisms of a server, upper case. */
export function authMechanisms({ auth }: ServerRules): readonly string[] {
  return (auth?.mechanisms ?? ['PLAIN', 'LOGIN']).map((name) => name.toUpperCase());
}

/** Whether an extension is listed. */
export function lists(rules: ServerRules, keyword: string): boolean {
  return rules.offered.has(keyword);
}

/** Whether enhanced codes are sent: where EHLO was said and they were listed in its reply (RFC 2034 §3). */
export function sendsEnhanced(session: ServerSession, rules: ServerRules): boolean {
  return session.extended && lists(rules, 'ENHANCEDSTATUSCODES');
}
