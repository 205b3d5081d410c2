import type { ClientAdvice, ClientId, Recommendation, Setting } from '../report/account-report.ts';
import type { Lang } from '../report/explanation.ts';
import { clients, clientWords } from './clients.ts';
import type { ClientOptions } from './clients.ts';

/** Says that the setting shown is not the recommended one, and why. */
function otherThan(setting: Setting, lang: Lang): string {
  const method = setting.method === 'starttls' ? 'STARTTLS' : 'SSL/TLS';
  return lang === 'de'
    ? `Die empfohlene Einstellung (Port ${setting.port} mit ${method}) kennt dieses Programm nicht; diese hier funktioniert auch.`
    : `This program cannot do the recommended setting (port ${setting.port} with ${method}); the one shown works too.`;
}

/** The chosen setting, or the best alternative where the program cannot do it. */
function bestFor(
  client: ClientId,
  chosen: Setting,
  alternatives: readonly Setting[],
  options: ClientOptions,
): ClientAdvice {
  const advice = clientWords(client, chosen, options);
  if (advice.status === 'possible') return advice;
  const second = alternatives
    .map((other) => clientWords(client, other, options))
    .find(({ status, service }) => status === 'possible' && service === advice.service);
  return second ? { ...second, notes: [otherThan(chosen, options.lang ?? 'en'), ...second.notes] } : advice;
}

/**
 * Says a whole recommendation in the words of every known program: receiving, then sending. Where a program cannot do the
 * chosen setting, the best alternative that it can do takes its place, if there is one. A note that holds for both
 * stands only with the first.
 *
 * @example
 * ```ts
 * import { adviseClients } from '@postern/probe';
 * import type { Recommendation } from '@postern/probe';
 *
 * export function forOutlook(recommendation: Recommendation): string[] {
 *   return adviseClients(recommendation, { lang: 'de', address: 'anna@example.org' })
 *     .filter(({ client }) => client === 'outlook-365')
 *     .flatMap(({ fields }) => fields.map(({ field, choose }) => `${field}: ${choose}`));
 * }
 * ```
 */
export function adviseClients(
  recommendation: Pick<Recommendation, 'incoming' | 'outgoing' | 'alternatives'>,
  options: ClientOptions = {},
): readonly ClientAdvice[] {
  const { incoming, outgoing, alternatives } = recommendation;
  const chosen = [incoming, outgoing].filter((setting) => setting !== null);
  return clients.flatMap((client) => {
    const [first, second] = chosen.map((setting) => bestFor(client, setting, alternatives, options));
    if (!first) return [];
    return second
      ? [first, { ...second, notes: second.notes.filter((note) => !first.notes.includes(note)) }]
      : [first];
  });
}
