import type { Lang } from './explanation.ts';

/** What can be wrong with a typed endpoint. */
export type EndpointProblem =
  | 'empty'
  | 'control-character'
  | 'white-space'
  | 'no-scheme'
  | 'unknown-scheme'
  | 'user-name'
  | 'path'
  | 'empty-host'
  | 'bad-host'
  | 'bad-ipv4'
  | 'bad-ipv6'
  | 'bare-ipv6'
  | 'open-bracket'
  | 'after-bracket'
  | 'empty-port'
  | 'bad-port';

const known =
  'imaps, imap+starttls, pop3s, pop3+starttls, submissions, submission+starttls, smtps, smtp+starttls';

type Sentence = (about: string, hint: string) => string;

const sentences: Readonly<Record<EndpointProblem, Readonly<Record<Lang, Sentence>>>> = {
  empty: {
    en: () => 'No endpoint given. Type one such as imaps://mail.example.org.',
    de: () => 'Kein Endpunkt angegeben. Er sieht zum Beispiel so aus: imaps://mail.example.org.',
  },
  'control-character': {
    en: (about, hint) =>
      `There is an invisible or control character (${about}) at position ${hint}. Remove it.`,
    de: (about, hint) =>
      `An Stelle ${hint} steht ein unsichtbares oder Steuerzeichen (${about}). Entfernen Sie es.`,
  },
  'white-space': {
    en: (_, hint) => `There is a space at position ${hint}. Remove it.`,
    de: (_, hint) => `An Stelle ${hint} steht ein Leerzeichen. Entfernen Sie es.`,
  },
  'no-scheme': {
    en: (about, hint) => `"${about}" does not say which protocol to probe. Write for example ${hint}.`,
    de: (about, hint) =>
      `„${about}“ nennt kein Protokoll, das geprüft werden soll. Schreiben Sie zum Beispiel ${hint}.`,
  },
  'unknown-scheme': {
    en: (about, hint) =>
      `Unknown scheme "${about}". ${hint === '' ? `Known are ${known}.` : `Did you mean ${hint}?`}`,
    de: (about, hint) =>
      `Unbekanntes Schema „${about}“. ${hint === '' ? `Bekannt sind ${known}.` : `Meinten Sie ${hint}?`}`,
  },
  // The text is not repeated: what stands before the @ may hold a password.
  'user-name': {
    en: () =>
      'There is an @ in it. An endpoint has no user name and no password; leave out everything up to the @.',
    de: () =>
      'Darin steht ein @. Ein Endpunkt hat weder Benutzernamen noch Passwort; lassen Sie alles bis zum @ weg.',
  },
  path: {
    en: (about) => `An endpoint ends after host and port; remove "${about}".`,
    de: (about) => `Ein Endpunkt endet nach Server und Port; entfernen Sie „${about}“.`,
  },
  'empty-host': {
    en: () => 'The host name is missing after "://".',
    de: () => 'Nach „://“ fehlt der Servername.',
  },
  'bad-host': {
    en: (about) => `"${about}" is not a host name.`,
    de: (about) => `„${about}“ ist kein gültiger Servername.`,
  },
  'bad-ipv4': {
    en: (about) => `"${about}" is not an IPv4 address: it takes four numbers from 0 to 255.`,
    de: (about) => `„${about}“ ist keine IPv4-Adresse: Sie besteht aus vier Zahlen von 0 bis 255.`,
  },
  'bad-ipv6': {
    en: (about) => `"${about}" is not an IPv6 address.`,
    de: (about) => `„${about}“ ist keine IPv6-Adresse.`,
  },
  'bare-ipv6': {
    en: (about) =>
      `"${about}" has several colons. Put an IPv6 address in brackets: [2001:db8::1] or [2001:db8::1]:993.`,
    de: (about) =>
      `„${about}“ enthält mehrere Doppelpunkte. Setzen Sie eine IPv6-Adresse in eckige Klammern: [2001:db8::1] oder [2001:db8::1]:993.`,
  },
  'open-bracket': {
    en: (about) => `The closing bracket is missing in "${about}".`,
    de: (about) => `In „${about}“ fehlt die schließende eckige Klammer.`,
  },
  'after-bracket': {
    en: (about) => `Between the closing bracket and "${about}" a colon is missing, as in [2001:db8::1]:993.`,
    de: (about) =>
      `Zwischen der schließenden Klammer und „${about}“ fehlt ein Doppelpunkt, wie in [2001:db8::1]:993.`,
  },
  'empty-port': {
    en: () => 'The port is missing after the colon. Leave out the colon to use the usual port.',
    de: () => 'Nach dem Doppelpunkt fehlt der Port. Ohne den Doppelpunkt gilt der übliche Port.',
  },
  'bad-port': {
    en: (about) => `"${about}" is not a port. A port is a number from 1 to 65535.`,
    de: (about) => `„${about}“ ist kein Port. Ein Port ist eine Zahl von 1 bis 65535.`,
  },
};

/** A problem as a sentence; `about` must be escaped already. */
export function say(problem: EndpointProblem, lang: Lang, about: string, hint: string): string {
  return sentences[problem][lang](about, hint);
}
