import { rcodes } from '../message.ts';
import type { Message } from '../message.ts';
import { hasType } from '../records.ts';
import type { RememberedFailure } from './servers.ts';

/** What a reply failed with, or `undefined` where it is an answer: records, an alias or an absence. */
export function failureOf(message: Message): RememberedFailure | undefined {
  const { extendedErrors } = message;
  switch (message.rcode) {
    case rcodes.NOERROR:
      // A referral comes from a server that does not recurse. It denies nothing, so it must not pass for an absence.
      if (isReferral(message)) return { reason: 'dns-refused', code: 'referral', extendedErrors };
      return isUnasked(message) ? { reason: 'dns-refused', code: 'no recursion', extendedErrors } : undefined;
    case rcodes.NXDOMAIN:
      return undefined;
    case rcodes.FORMERR:
      return { reason: 'dns-formerr', code: 'FORMERR', extendedErrors };
    case rcodes.NOTIMP:
      return { reason: 'dns-notimp', code: 'NOTIMP', extendedErrors };
    case rcodes.BADVERS:
      return { reason: 'dns-notimp', code: 'BADVERS', extendedErrors };
    case rcodes.REFUSED:
      return { reason: 'dns-refused', code: 'REFUSED', extendedErrors };
    case rcodes.SERVFAIL:
      return { reason: 'dns-servfail', code: 'SERVFAIL', extendedErrors };
    default:
      return { reason: 'dns-servfail', code: `RCODE ${message.rcode}`, extendedErrors };
  }
}

/**
 * Nothing at all, from a server that does not recurse (RFC 1035 §4.1.1, RA) and does not speak for the zone: it has asked nobody. An
 * absence from it would send mail for the domain to the domain's own address.
 */
function isUnasked({ answers, authorities, authoritative, recursionAvailable }: Message): boolean {
  return (
    answers.length === 0 &&
    !authoritative &&
    !recursionAvailable &&
    !authorities.some((record) => hasType(record, 'SOA'))
  );
}

/** RFC 2308 §2.1, §2.2: name servers, but neither an answer nor an SOA, and no claim of authority. */
function isReferral(message: Message): boolean {
  return (
    message.answers.length === 0 &&
    message.hasNameServers &&
    !message.authoritative &&
    !message.authorities.some((record) => hasType(record, 'SOA'))
  );
}
