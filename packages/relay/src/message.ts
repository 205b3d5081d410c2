import { domainName } from '@postern/dns';
import type { Content, ContentOnce, MailParameters, Recipient } from '@postern/smtp';
import type { DeliveryPolicy } from '@postern/starttls';
import { isWireError, UsageError } from '@postern/wire';

/** Content that can be read as often as there are hosts: text, octets, or a function that gives it afresh each time. */
export type RepeatableContent = string | Uint8Array | (() => ContentOnce);

/** A message to be delivered. */
export interface Message {
  /** The reverse-path without angle brackets; empty for notifications. */
  readonly sender: string;
  /** At least one. */
  readonly recipients: readonly (string | Recipient)[];
  /** Header section, empty line, body. It is read once for each domain, and again for each further host. */
  readonly content: RepeatableContent;
  /** What is demanded of the hosts: of all domains, or of each its own. Default: what the domains publish decides. */
  readonly policy?: DeliveryPolicy | ((domain: string) => DeliveryPolicy);
  /** ESMTP parameters. `requireTls` is the same as `sender: 'requiretls'` of the policy. */
  readonly parameters?: MailParameters;
}

/** The recipients in one domain. */
export interface DomainRecipients {
  /** As A-labels, or an address literal; as it was typed where it is no name at all. */
  readonly domain: string;
  readonly recipients: readonly Recipient[];
}

/** The recipients as values of their own, so that two of one address are two. Throws a `UsageError` where there are none. */
export function recipientsOf({ recipients }: Message): readonly Recipient[] {
  if (recipients.length === 0) throw refused('a message needs a recipient', 'recipients');
  return recipients.map((given) => (typeof given === 'string' ? { address: given } : { ...given }));
}

/** Recipients by domain, in their order. Throws a `UsageError` for an address without a domain. */
export function byDomain(recipients: readonly Recipient[]): readonly DomainRecipients[] {
  const domains = new Map<string, Recipient[]>();
  for (const recipient of recipients) {
    const domain = domainOf(recipient.address);
    const list = domains.get(domain);
    if (list) list.push(recipient);
    else domains.set(domain, [recipient]);
  }
  return [...domains].map(([domain, list]) => ({ domain, recipients: list }));
}

function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  const typed = address.slice(at + 1);
  if (at < 1 || typed === '') throw refused('a recipient needs a domain', 'RFC 5321 §4.1.2');
  if (typed.startsWith('[')) return typed.toLowerCase();
  try {
    return domainName(typed);
  } catch (error) {
    // The plan says what is wrong with it, to this recipient alone.
    if (isWireError(error)) return typed;
    throw error;
  }
}

/** Refuses content that could be read only once: the second host would get nothing. */
export function repeatable(content: RepeatableContent): Content {
  const given: unknown = content;
  if (typeof given === 'string' || given instanceof Uint8Array || typeof given === 'function') return content;
  throw refused(
    'content must be text, bytes, or a function that gives it afresh for each host',
    'RepeatableContent',
  );
}

function refused(message: string, rule: string): UsageError {
  return new UsageError(message, rule, 'argument-refused');
}
