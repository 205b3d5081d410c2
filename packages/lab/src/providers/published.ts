import { provider } from './provider.ts';
import type { ProviderPlan } from './plan.ts';

const everything = {
  25: 'works',
  465: 'works',
  587: 'works',
  143: 'works',
  993: 'works',
  110: 'works',
  995: 'works',
} as const;

type WebHost = NonNullable<ProviderPlan['webHosts']>[number];

/** The host of a policy that names one exchanger (RFC 8461 §3.2, §3.3). */
function policyHost(address: string, mx: string): WebHost {
  const policy = `version: STSv1\nmode: enforce\nmx: ${mx}\nmax_age: 604800\n`;
  const domain = mx.slice(mx.indexOf('.') + 1);
  return { hostName: `mta-sts.${domain}`, address, files: { '/.well-known/mta-sts.txt': policy } };
}

/** Two providers whose servers all work. What they publish for other servers differs: all of it fits, or none. */
export const publishing: readonly ProviderPlan[] = [
  {
    ...provider('wellkept.test', 'emil', ['192.0.2.50', '2001:db8::50'], everything, {
      en: 'All that protects its mail is published, and fits: DANE, MTA-STS, TLS reports.',
      de: 'Alles, was ihre Mail schützt, ist veröffentlicht und passt: DANE, MTA-STS, TLS-Berichte.',
    }),
    webHosts: [policyHost('192.0.2.51', 'mail.wellkept.test')],
    published: (key) => [
      `_25._tcp.mail.wellkept.test. TLSA 3 1 1 ${key}`,
      '_mta-sts.wellkept.test. TXT "v=STSv1; id=20300101T000000Z;"',
      '_smtp._tls.wellkept.test. TXT "v=TLSRPTv1; rua=mailto:tls-reports@wellkept.test"',
      '_smtp-tls._tcp.wellkept.test. SRV 10 1 465 mail.wellkept.test.',
    ],
  },
  {
    ...provider('neglected.test', 'frida', ['192.0.2.60'], everything, {
      en: 'All of it was published once, and nothing fits any more: other servers deliver nothing.',
      de: 'Alles wurde einmal veröffentlicht, und nichts passt mehr: Andere Server stellen nichts zu.',
    }),
    webHosts: [policyHost('192.0.2.61', 'old.neglected.test')],
    published: () => [
      `_25._tcp.mail.neglected.test. TLSA 3 1 1 ${'00'.repeat(32)}`,
      '_mta-sts.neglected.test. TXT "v=STSv1; id=20200101T000000Z;"',
      // RFC 8460 §3: more than one record, and nobody reports.
      '_smtp._tls.neglected.test. TXT "v=TLSRPTv1; rua=mailto:postmaster@neglected.test"',
      '_smtp._tls.neglected.test. TXT "v=TLSRPTv1; rua=mailto:tls-reports@neglected.test"',
      '_smtp-tls._tcp.neglected.test. SRV 10 1 465 mail.neglected.test.',
    ],
  },
];
