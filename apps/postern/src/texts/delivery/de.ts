import type { PlanStep } from '@postern/starttls';
import { listed } from '../listed.ts';
import type { DeliveryTexts } from './texts.ts';

/** German. */
export const delivery: DeliveryTexts = {
  missingEnvelope:
    'send braucht Absender und Empfänger: postern send --from sie@example.org --to jemand@example.net nachricht.eml',
  noLevel: (typed, levels) => `--level: „${typed}“ gibt es nicht. Es gibt ${listed(levels, 'und')}.`,
  noFingerprint: (typed) =>
    `--fingerprint: „${typed}“ ist kein SHA-256-Fingerabdruck: 64 Hexadezimalziffern, mit oder ohne Doppelpunkte.`,
  needsAddress: (option, typed) =>
    `${option}: „${typed}“ ist keine Mailadresse. Sie sieht aus wie anna@example.net.`,
  noSrvLabel: (typed) => `--srv-label: „${typed}“ ist kein Name eines SRV-Eintrags wie _smtp-tls.`,
  levelAndFingerprint: '--level fingerprint und --fingerprint ABDRUCK gehören zusammen.',
  heading: { ways: 'Die Wege, der Reihe nach', because: 'Warum', attempts: 'Was versucht wurde' },
  page: {
    plan: (domain) => `Mail für ${domain}`,
    send: (domains) => `Eine Nachricht für ${domains}`,
  },
  answer: {
    deliver: (domain) => `Post an ${domain} kann zugestellt werden.`,
    defer: (domain) => `Post an ${domain} müsste warten.`,
    refuse: (domain) => `Post an ${domain} kann nicht zugestellt werden.`,
  },
  result: {
    delivered: 'zugestellt',
    refused: 'abgelehnt',
    deferred: 'aufgeschoben',
    uncertain: 'ungewiss',
  },
  when: { 'at-once': '', 'after-failed-tls': 'nur nach gescheitertem Handshake' },
  demand: {
    nothing: 'kein TLS',
    opportunistic: 'TLS, wo es angeboten wird',
    encrypted: 'TLS, beliebiges Zertifikat',
    authenticated: 'TLS, Server weist sich aus',
  },
  by: {
    user: 'Ihre Stufe',
    dane: 'DANE',
    'mta-sts': 'MTA-STS',
    announcement: 'die Ankündigung',
    requiretls: 'REQUIRETLS',
    default: 'die Voreinstellung',
  },
  notBefore: (moment) => `nächster Versuch nicht vor ${moment}`,
  sending: (recipients) =>
    recipients === 1 ? 'Sende an einen Empfänger …' : `Sende an ${recipients} Empfänger …`,
  step,
};

const announcements = {
  announced: 'Die Domain kündigt mit SRV Mailserver mit TLS an',
  'not-offered': 'Die Domain kündigt mit SRV an, dass sie keine Post annimmt',
  'no-records': 'Die Domain kündigt mit SRV nichts an',
  unusable: 'Die Domain kündigt mit SRV Server an, die nicht zu gebrauchen sind',
  failed: 'Ob die Domain mit SRV Server ankündigt, hat niemand beantwortet',
} as const;

const routes = {
  exchangers: 'MX-Einträge nennen die Mailserver',
  implicit: 'Es gibt keinen MX-Eintrag, also ist die Domain selbst der Mailserver',
  'null-mx': 'Ein leerer MX-Eintrag sagt, dass die Domain keine Post annimmt',
  'no-such-domain': 'Die Domain gibt es nicht',
  unusable: 'Keiner der MX-Einträge ist zu gebrauchen',
  'address-literal': 'Es ist eine IP-Adresse angegeben, also wird nichts nachgeschlagen',
  failed: 'Die Frage nach MX-Einträgen hat niemand beantwortet',
} as const;

const policies = {
  enforce: 'Die MTA-STS-Richtlinie ist durchzusetzen',
  testing: 'Die MTA-STS-Richtlinie wird erprobt und verlangt daher nichts',
  none: 'Die MTA-STS-Richtlinie verlangt nichts (none)',
  absent: 'Es gibt keine MTA-STS-Richtlinie',
} as const;

function step(of: PlanStep): string {
  switch (of.type) {
    case 'policy': {
      const level =
        of.level === 'published'
          ? 'Was die Domain veröffentlicht, entscheidet'
          : `Sie verlangen die Stufe ${of.level}`;
      if (of.sender === undefined) return `${level}.`;
      return `${level}; der Absender ${of.sender === 'requiretls' ? 'verlangt TLS auf dem ganzen Weg' : 'zieht die Zustellung dem Schutz vor'}.`;
    }
    case 'announcement':
      if (of.found === 'no-records') return `${announcements[of.found]}.`;
      return `${announcements[of.found]}${why(of)}; ${of.effect === 'decides' ? 'das entscheidet' : 'das zählt hier nicht'}.`;
    case 'mail-route': {
      const proven = of.security === 'secure' ? 'durch DNSSEC belegt' : 'nicht durch DNSSEC belegt';
      const found = of.found === 'exchangers' || of.found === 'implicit' ? `, ${proven}` : '';
      return `${routes[of.found]}${found}${why(of)}.`;
    }
    case 'mta-sts':
      return `${policies[of.found]}${of.failure === undefined ? '' : `; eine neuere war nicht zu bekommen (${of.failure})`}.`;
    case 'tlsa':
      return tlsa[of.found](`${of.host}, Port ${of.port}`, why(of));
    case 'host-left-out': {
      const later = of.duration === 'temporary' ? ' jetzt' : '';
      const by = of.by === undefined ? '' : `, verlangt durch ${delivery.by[of.by]}`;
      return `${of.host} bekommt${later} keine Post (${of.reason}${by}).`;
    }
    case 'way-left-out':
      return `Port ${of.port} von ${of.host} fällt weg: ${leftOut[of.why]}${why(of)}.`;
    case 'way': {
      const by = of.by === undefined ? '' : `, verlangt durch ${delivery.by[of.by]}`;
      const standing = standings[of.standing];
      const when =
        of.when === 'at-once' ? '' : ', nur nach gescheitertem Handshake und auf einer neuen Verbindung';
      return `Port ${of.port} von ${of.host} darf versucht werden${standing}: ${delivery.demand[of.demand]}${by}${when}.`;
    }
    case 'conclusion':
      if (of.status === 'deliver') return 'Also gibt es einen Weg.';
      return of.status === 'defer'
        ? `Also wartet die Post (${of.reason}).`
        : `Also erfährt es der Absender (${of.reason}).`;
  }
}

const tlsa: Readonly<
  Record<Extract<PlanStep, { readonly type: 'tlsa' }>['found'], (at: string, why: string) => string>
> = {
  usable: (at) => `TLSA-Einträge sagen, welchen Schlüssel ${at} haben muss.`,
  unusable: (at) =>
    `Die TLSA-Einträge von ${at} sind von keiner prüfbaren Art; TLS versprechen sie trotzdem.`,
  none: (at, reason) => `Für ${at} gibt es keine TLSA-Einträge, die zählen${reason}.`,
  failed: (at, reason) =>
    `Die Frage nach TLSA-Einträgen von ${at} hat niemand beantwortet${reason}; das ist nicht dasselbe wie keine.`,
};

const leftOut = {
  weaker: 'dort würde weniger verlangt als am anderen Port',
  'unlike-25': 'dort würde nicht dasselbe verlangt wie an Port 25',
  'look-up-failed': 'seine TLSA-Einträge waren nicht zu bekommen',
} as const;

const standings = {
  standard: '',
  announced: ' wie angekündigt',
  nonstandard: ', obwohl zwischen Servern keine Norm,',
} as const;

function why({ reason }: { readonly reason?: string }): string {
  return reason === undefined ? '' : ` (${reason})`;
}
