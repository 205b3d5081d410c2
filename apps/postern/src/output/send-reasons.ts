import { escapeText, explain } from '@postern/probe';
import type { Explanation, Lang } from '@postern/probe/report';
import type { DeliveryResult, DomainDelivery } from '@postern/relay';

/** A recipient who did not get it. */
type Undelivered = Exclude<DeliveryResult, { readonly status: 'delivered' }>;

/** Why a message did not arrive, in words, and where that was: the host, or the domain where it came to none. */
export interface SendReason {
  readonly place: string;
  readonly explanation: Explanation;
}

/** Explains a result by the attempt that it rests on. */
export function sendReason(result: Undelivered, domains: readonly DomainDelivery[], lang: Lang): SendReason {
  const domain = domainOf(result.recipient, domains);
  const attempts = domain?.attempts ?? [];
  const decided =
    attempts.find(({ reason }) => reason === result.reason) ??
    attempts.find(({ host, outcome }) => host === result.host && outcome === 'granted');
  const host = result.host ?? decided?.host;
  const name = domain?.domain ?? '';
  const facts = {
    // Servers among themselves: no mail program is to be set up.
    protocol: 'smtp',
    ...(name !== '' && { domain: name }),
    ...(host !== undefined && { host }),
    ...(decided && { port: decided.endpoint.port, method: decided.method }),
  } as const;
  return { place: escapeText(host ?? name), explanation: explain(result.reason, { lang, facts }) };
}

/** By the domain as it was looked up; for one that is no name the recipient's own words. */
function domainOf(recipient: string, domains: readonly DomainDelivery[]): DomainDelivery | undefined {
  const typed = recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase();
  const [only, ...more] = domains;
  return domains.find(({ domain }) => domain === typed) ?? (more.length === 0 ? only : undefined);
}
