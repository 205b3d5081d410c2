import { mayLogIn, serverMechanisms } from '@postern/sasl';
import type { StartTlsHabit } from './options.ts';
import type { ServerSession } from './states.ts';

/** What is told before a login. */
const early: readonly string[] = ['IMAP4rev1', 'SASL-IR', 'ID'];

/** What this server can do. */
const all: readonly string[] = [
  ...early,
  'IMAP4rev2',
  'LITERAL+',
  'ENABLE',
  'IDLE',
  'NAMESPACE',
  'CHILDREN',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'SPECIAL-USE',
  'CREATE-SPECIAL-USE',
  'STATUS=SIZE',
  'OBJECTID',
  'UTF8=ACCEPT',
  'UNSELECT',
  'UIDPLUS',
  'MOVE',
  'MULTIAPPEND',
  'ESEARCH',
  'SEARCHRES',
  'SORT',
  'ESORT',
  'THREAD=ORDEREDSUBJECT',
  'THREAD=REFERENCES',
  'CONDSTORE',
  'QRESYNC',
];

/** RFC 9051 §6.1.1. Logins are listed only where they would be let in. */
export function capabilities(session: ServerSession): string {
  const { rules, tls, name } = session;
  const before = name === 'start' || name === 'delay' || name === 'not-authenticated';
  const keyword = tls || !before ? undefined : startTlsKeyword(rules.startTls);
  const mechanisms = before ? serverMechanisms(rules.auth, tls) : [];
  return [
    ...(rules.capabilities ?? (before ? early : [...all, `APPENDLIMIT=${rules.limits.maxAppendBytes}`])),
    ...(!before && rules.compress === 'offered' && !session.compressed ? ['COMPRESS=DEFLATE'] : []),
    ...(keyword === undefined ? [] : [keyword]),
    ...(before && !mayLogIn(rules.auth, tls) ? ['LOGINDISABLED'] : []),
    ...mechanisms.map((mechanism) => `AUTH=${mechanism}`),
  ].join(' ');
}

function startTlsKeyword(habit: StartTlsHabit): string | undefined {
  if (habit.type === 'absent') return undefined;
  return habit.type === 'masked' ? (habit.keyword ?? 'XXXXXXXX') : 'STARTTLS';
}

/** What can be enabled, in upper case: nothing that is not told (RFC 9051 §6.3.1). */
export function offeredExtensions({ rules }: ServerSession): ReadonlySet<string> {
  return new Set((rules.capabilities ?? all).map((name) => name.toUpperCase()));
}
