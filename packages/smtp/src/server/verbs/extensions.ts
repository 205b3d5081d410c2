import { serverMechanisms } from '@postern/sasl';
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
  const mechanisms = serverMechanisms(rules.auth, session.tls);
  if (mechanisms.length > 0) lines.push(['AUTH', ...mechanisms].join(' '));
  return lines;
}

/** Whether an extension is listed. */
export function lists(rules: ServerRules, keyword: string): boolean {
  return rules.offered.has(keyword);
}

/** Whether enhanced codes are sent: where EHLO was said and they were listed in its reply (RFC 2034 §3). */
export function sendsEnhanced(session: ServerSession, rules: ServerRules): boolean {
  return session.extended && lists(rules, 'ENHANCEDSTATUSCODES');
}
