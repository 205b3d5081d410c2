import type { Limits } from '../extensions.ts';
import { domainOf } from '../mail/path.ts';
import type { Job } from './job.ts';

/** What a session has used up of the limits that its server announced (RFC 9422 §4). */
export class Quota {
  /** MAIL commands, failed ones too (RFC 9422 §4.1). */
  mails = 0;
  /** Domains of recipients; kept only where they are limited, and never more than the limit. */
  readonly #domains: Set<string> = new Set();

  /** Whether one more MAIL may be said. */
  hasRoom({ mailMax }: Limits): boolean {
    return mailMax === undefined || this.mails < mailMax;
  }

  /** The recipients of a job whose domains would be one too many (RFC 9422 §4.3); the others are counted. */
  tooMany(job: Job, { rcptDomainMax }: Limits): readonly number[] {
    if (rcptDomainMax === undefined) return [];
    return job.pending.filter((index) => {
      const domain = domainOf(job.recipients[index]?.address ?? '');
      if (!this.#domains.has(domain) && this.#domains.size >= rcptDomainMax) return true;
      this.#domains.add(domain);
      return false;
    });
  }
}
