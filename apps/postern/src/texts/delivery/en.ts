import type { PlanStep } from '@postern/starttls';
import { listed } from '../listed.ts';
import type { DeliveryTexts } from './texts.ts';

/** English. */
export const delivery: DeliveryTexts = {
  missingEnvelope:
    'send needs a sender and a recipient: postern send --from you@example.org --to somebody@example.net message.eml',
  noLevel: (typed, levels) => `--level: "${typed}" is not known. There are ${listed(levels, 'and')}.`,
  noFingerprint: (typed) =>
    `--fingerprint: "${typed}" is no SHA-256 digest: 64 hexadecimal digits, with or without colons.`,
  needsAddress: (option, typed) => `${option}: "${typed}" is no mail address. It looks like ann@example.net.`,
  noSrvLabel: (typed) => `--srv-label: "${typed}" is no label of an SRV record, such as _smtp-tls.`,
  levelAndFingerprint: '--level fingerprint and --fingerprint DIGEST belong together.',
  heading: { ways: 'The ways, in their order', because: 'Because', attempts: 'What was tried' },
  page: {
    plan: (domain) => `Mail for ${domain}`,
    send: (domains) => `A message for ${domains}`,
  },
  answer: {
    deliver: (domain) => `Mail for ${domain} can be sent.`,
    defer: (domain) => `Mail for ${domain} would have to wait.`,
    refuse: (domain) => `Mail for ${domain} cannot be sent.`,
  },
  result: {
    delivered: 'delivered',
    refused: 'refused',
    deferred: 'deferred',
    uncertain: 'uncertain',
  },
  when: { 'at-once': '', 'after-failed-tls': 'only after a failed handshake' },
  demand: {
    nothing: 'no TLS',
    opportunistic: 'TLS where it is offered',
    encrypted: 'TLS, any certificate',
    authenticated: 'TLS, proven host',
  },
  by: {
    user: 'your level',
    dane: 'DANE',
    'mta-sts': 'MTA-STS',
    announcement: 'the announcement',
    requiretls: 'REQUIRETLS',
    default: 'the default',
  },
  notBefore: (moment) => `next try not before ${moment}`,
  sending: (recipients) =>
    recipients === 1 ? 'Sending to one recipient …' : `Sending to ${recipients} recipients …`,
  step,
};

const announcements = {
  announced: 'The domain announces mail servers with TLS by SRV',
  'not-offered': 'The domain announces by SRV that it takes no mail',
  'no-records': 'The domain announces nothing by SRV',
  unusable: 'The domain announces servers by SRV that cannot be used',
  failed: 'Nobody answered whether the domain announces servers by SRV',
} as const;

const routes = {
  exchangers: 'MX records name the mail servers',
  implicit: 'There is no MX record, so the domain itself is the mail server',
  'null-mx': 'A null MX says that the domain takes no mail',
  'no-such-domain': 'The domain does not exist',
  unusable: 'None of the MX records can be used',
  'address-literal': 'The address is a literal, so nothing is looked up',
  failed: 'Nobody answered the question for MX records',
} as const;

const policies = {
  enforce: 'The MTA-STS policy is to be enforced',
  testing: 'The MTA-STS policy is being tested, so it demands nothing',
  none: 'The MTA-STS policy demands nothing (none)',
  absent: 'There is no MTA-STS policy',
} as const;

function step(of: PlanStep): string {
  switch (of.type) {
    case 'policy': {
      const level =
        of.level === 'published' ? 'What the domain publishes decides' : `You demand the level ${of.level}`;
      if (of.sender === undefined) return `${level}.`;
      return `${level}; the sender ${of.sender === 'requiretls' ? 'demands TLS all the way' : 'prefers delivery to TLS'}.`;
    }
    case 'announcement':
      if (of.found === 'no-records') return `${announcements[of.found]}.`;
      return `${announcements[of.found]}${why(of)}; ${of.effect === 'decides' ? 'that decides' : 'that does not count here'}.`;
    case 'mail-route': {
      const proven = of.security === 'secure' ? 'proven by DNSSEC' : 'not proven by DNSSEC';
      const found = of.found === 'exchangers' || of.found === 'implicit' ? `, ${proven}` : '';
      return `${routes[of.found]}${found}${why(of)}.`;
    }
    case 'mta-sts':
      return `${policies[of.found]}${of.failure === undefined ? '' : `; a newer one was not to be had (${of.failure})`}.`;
    case 'tlsa':
      return tlsa[of.found](`${of.host} at port ${of.port}`, why(of));
    case 'host-left-out': {
      const later = of.duration === 'temporary' ? ' now' : '';
      const by = of.by === undefined ? '' : `, by ${delivery.by[of.by]}`;
      return `${of.host} gets no mail${later} (${of.reason}${by}).`;
    }
    case 'way-left-out':
      return `Port ${of.port} of ${of.host} is left out: ${leftOut[of.why]}${why(of)}.`;
    case 'way': {
      const by = of.by === undefined ? '' : `, by ${delivery.by[of.by]}`;
      const standing = standings[of.standing];
      const when = of.when === 'at-once' ? '' : ', only after a failed handshake and on a new connection';
      return `Port ${of.port} of ${of.host} may be tried${standing}: ${delivery.demand[of.demand]}${by}${when}.`;
    }
    case 'conclusion':
      if (of.status === 'deliver') return 'So there is a way.';
      return of.status === 'defer'
        ? `So mail waits (${of.reason}).`
        : `So the sender is told (${of.reason}).`;
  }
}

const tlsa: Readonly<
  Record<Extract<PlanStep, { readonly type: 'tlsa' }>['found'], (at: string, why: string) => string>
> = {
  usable: (at) => `TLSA records say which key ${at} must have.`,
  unusable: (at) => `The TLSA records of ${at} are of no kind that can be checked; they still promise TLS.`,
  none: (at, reason) => `${at} has no TLSA records that count${reason}.`,
  failed: (at, reason) =>
    `Nobody answered the question for TLSA records of ${at}${reason}; that is not the same as none.`,
};

const leftOut = {
  weaker: 'less would be demanded there than at the other port',
  'unlike-25': 'not the same would be demanded there as at port 25',
  'look-up-failed': 'its TLSA records were not to be had',
} as const;

const standings = {
  standard: '',
  announced: ' as announced',
  nonstandard: ', although it is no standard between servers,',
} as const;

function why({ reason }: { readonly reason?: string }): string {
  return reason === undefined ? '' : ` (${reason})`;
}
