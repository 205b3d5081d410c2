import type { Reason } from '@postern/wire';
import type { LabText } from '../endpoint.ts';

/** A domain whose trouble is in the DNS. */
export interface LabDomain {
  readonly domain: string;
  /** What a look-up of its mail route, or of its services where it has no route, must report; `none` where nothing is wrong. */
  readonly reason: Reason | 'none';
  readonly lesson: LabText;
}

/** A domain and how its oddity is made. */
export interface Oddity extends LabDomain {
  readonly records: readonly string[];
  /** The failure of every look-up of the domain; names of `@postern/dns`. */
  readonly failure?: 'dns-servfail' | 'dns-bogus' | 'dns-timeout' | 'dns-refused';
}

/** What can be odd about a domain before any server is asked. */
export const oddities: readonly Oddity[] = [
  {
    domain: 'nowhere.test',
    reason: 'dns-nxdomain',
    records: [],
    lesson: { en: 'There is no such domain.', de: 'Diese Domain gibt es nicht.' },
  },
  {
    domain: 'nomail.test',
    reason: 'null-mx',
    // RFC 7505 §3
    records: ['nomail.test. MX 0 .'],
    lesson: {
      en: 'The domain says that it takes no mail at all.',
      de: 'Die Domain sagt, dass sie keine Mail annimmt.',
    },
  },
  {
    domain: 'servfail.test',
    reason: 'dns-servfail',
    records: ['servfail.test. MX 10 mail.allgood.test.'],
    failure: 'dns-servfail',
    lesson: {
      en: 'The name server has trouble: whether the domain takes mail cannot be told.',
      de: 'Der Nameserver hat Probleme: Ob die Domain Mail annimmt, lässt sich nicht sagen.',
    },
  },
  {
    domain: 'bogus.test',
    reason: 'dns-bogus',
    records: ['bogus.test. MX 10 mail.allgood.test.'],
    failure: 'dns-bogus',
    lesson: {
      en: 'The signatures of the domain do not fit: a validating resolver gives no answer.',
      de: 'Die Signaturen der Domain passen nicht: Ein prüfender Resolver gibt keine Antwort.',
    },
  },
  {
    domain: 'slow.test',
    reason: 'dns-timeout',
    records: ['slow.test. MX 10 mail.allgood.test.'],
    failure: 'dns-timeout',
    lesson: { en: 'The name server never answers.', de: 'Der Nameserver antwortet nie.' },
  },
  {
    domain: 'ipmx.test',
    reason: 'mx-is-address',
    records: ['ipmx.test. MX 10 192.0.2.10.'],
    lesson: {
      en: 'The MX is an address where a name belongs (RFC 5321 §5.1).',
      de: 'Der MX ist eine Adresse, wo ein Name hingehört (RFC 5321 §5.1).',
    },
  },
  {
    domain: 'loop.test',
    reason: 'dns-cname-loop',
    records: ['loop.test. CNAME loop2.test.', 'loop2.test. CNAME loop.test.'],
    lesson: {
      en: 'Two aliases point at each other.',
      de: 'Zwei Aliasnamen zeigen aufeinander.',
    },
  },
  {
    domain: 'dangling.test',
    reason: 'dns-nxdomain',
    records: ['dangling.test. MX 10 gone.dangling.test.'],
    lesson: {
      en: 'The MX names a host that does not exist.',
      de: 'Der MX nennt einen Rechner, den es nicht gibt.',
    },
  },
  {
    domain: 'withdrawn.test',
    reason: 'srv-not-offered',
    // RFC 2782: a target of "." says that the service is decidedly not available.
    records: ['_submissions', '_submission', '_imaps', '_imap', '_pop3s', '_pop3'].map(
      (service) => `${service}._tcp.withdrawn.test. SRV 0 0 0 .`,
    ),
    lesson: {
      en: 'The domain announces that it offers no mail services to mail programs.',
      de: 'Die Domain gibt bekannt, dass sie Mailprogrammen keine Dienste anbietet.',
    },
  },
  {
    domain: 'alias.test',
    reason: 'none',
    records: ['alias.test. CNAME allgood.test.'],
    lesson: {
      en: 'The domain is an alias of allgood.test; its mail goes there.',
      de: 'Die Domain ist ein Alias von allgood.test; ihre Mail geht dorthin.',
    },
  },
];
