import type { EndpointResult } from '../context.ts';
import { factsAround } from '../context.ts';
import type { Recommendation, Setting, Source } from '../report/account-report.ts';
import { escapeText } from '../report/escape.ts';
import type { Explanation, Lang } from '../report/explanation.ts';
import { explain } from './explain.ts';

interface Hints {
  readonly onlyInTheClear: string;
  readonly popOnly: string;
  readonly confirm: (hosts: string) => string;
  readonly sources: Readonly<Record<Source, string>>;
}

const hints: Readonly<Record<Lang, Hints>> = {
  en: {
    onlyInTheClear:
      'The provider offers mail only without encryption: anyone on the way can read password and mail. Ask it for SSL/TLS, or look for another provider.',
    popOnly: 'Only POP3 works here: mail is fetched to one device, and folders are not kept in step.',
    confirm: (hosts) =>
      `Before you enter a password, check that this server belongs to your provider: ${hosts}.`,
    sources: {
      autoconfig: 'from the provider’s autoconfig file',
      ispdb: 'from the public provider database',
      srv: 'from a DNS record of the domain',
      mx: 'from the provider of the mail exchanger',
      guess: 'guessed',
    },
  },
  de: {
    onlyInTheClear:
      'Der Anbieter bietet Mail nur ohne Verschlüsselung an: Jeder auf dem Weg kann Passwort und Mail lesen. Bitten Sie ihn um SSL/TLS, oder suchen Sie einen anderen Anbieter.',
    popOnly: 'Hier funktioniert nur POP3: Mail wird auf ein Gerät geholt, Ordner werden nicht abgeglichen.',
    confirm: (hosts) =>
      `Vergewissern Sie sich, bevor Sie ein Passwort eingeben, dass dieser Server Ihrem Anbieter gehört: ${hosts}.`,
    sources: {
      autoconfig: 'aus der Autoconfig-Datei des Anbieters',
      ispdb: 'aus der öffentlichen Anbieterdatenbank',
      srv: 'aus einem DNS-Eintrag der Domain',
      mx: 'vom Anbieter des Mailservers der Domain',
      guess: 'geraten',
    },
  },
};

/** How a setting is introduced that works, but with a certificate that does not count. */
export const wouldWork: Readonly<Record<Lang, (why: string) => string>> = {
  en: (why) => `Would work, but: ${why}`,
  de: (why) => `Würde funktionieren, aber: ${why}`,
};

function together({ summary, cause, action }: Explanation): string {
  return `${summary} ${cause} ${action}`;
}

/** What is said of an endpoint that works, but in the clear. */
export const inTheClear: Readonly<Record<Lang, string>> = {
  en: 'Works only without encryption. No password should ever travel like that.',
  de: 'Funktioniert nur ohne Verschlüsselung. So darf kein Passwort auf die Reise gehen.',
};

/** Sentences that belong to the whole account, not to one endpoint. */
export function hintsFor(
  decided: Omit<Recommendation, 'hints'>,
  results: readonly EndpointResult[],
  lang: Lang,
): readonly string[] {
  const say = hints[lang];
  const chosen = [decided.incoming, decided.outgoing].filter(
    (setting): setting is Setting => setting !== null,
  );
  const found: string[] = [];

  const everything = results
    .map((result) => factsAround(result, results))
    .find(({ scene }) => scene === 'everything-silent');
  if (everything) {
    const { cause, action } = explain('timeout-connect', { lang, facts: everything });
    return [`${cause} ${action}`];
  }
  const tried = results.map(({ endpoint }) => endpoint.protocol);
  const clear = decided.rejected.filter(
    ({ reason, endpoint }) => reason === 'plaintext-login-refused' && endpoint.method === 'plaintext',
  );
  const missing = clear.some(
    ({ endpoint }) => (endpoint.protocol === 'submission' ? decided.outgoing : decided.incoming) === null,
  );
  if (missing) found.push(say.onlyInTheClear);
  if (decided.incoming?.protocol === 'pop3' && tried.includes('imap')) found.push(say.popOnly);
  if (chosen.some(({ login }) => login === 'oauth-only'))
    found.push(together(explain('oauth-required', { lang })));

  const doubtful = new Map<string, Source>();
  for (const { host, source, needsConfirmation } of chosen) if (needsConfirmation) doubtful.set(host, source);
  if (doubtful.size > 0) {
    const hosts = Array.from(
      doubtful,
      ([host, source]) => `${escapeText(host, { maxLength: 255 })} (${say.sources[source]})`,
    );
    found.push(say.confirm(hosts.join(', ')));
  }
  return found;
}
