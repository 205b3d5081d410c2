// Unbound and NSD: every zone as the resolver sees it.
import { argv, runCommand } from '../command.ts';
import { shows, text } from './check.mjs';

const AUTHENTIC = /flags: [^;]*\bad\b/;

const VERDICTS = {
  secure: /status: NOERROR[^]*flags: [^;]*\bad\b/,
  insecure: /status: NOERROR.*\n;; flags: (?![^;]*\bad\b)/,
  bogus: /status: SERVFAIL/,
};

/**
 * @param {import('../start.mjs').Environment} environment
 * @returns {import('./check.mjs').Check[]}
 */
export function dnsChecks({ place, resolver, authoritative, zones, endpoints }) {
  const dig = (/** @type {string} */ question, server = resolver) =>
    runCommand(
      argv`${place.exec} dig @${server.address} -p ${server.port} +tries=1 +time=5 ${question.split(' ')}`,
    );
  const answers = (
    /** @type {string} */ what,
    /** @type {string} */ question,
    /** @type {RegExp} */ wanted,
  ) => shows(`${what}: ${question}`, () => dig(question), wanted);
  const service = (/** @type {string} */ name, /** @type {number} */ port, /** @type {string} */ target) =>
    answers(
      'service',
      `+short _${name}._tcp.good.test SRV`,
      new RegExp(`^\\d+ 1 ${port} ${target}\\.good\\.test\\.$`, 'm'),
    );

  return [
    ...zones.map(({ zone, dnssec }) => answers(dnssec, `+dnssec ${zone} MX`, VERDICTS[dnssec])),
    // The first answer about a zone with a wrong DS says 9, "DNSKEY missing"; from then on 6, "bogus", is all it says.
    answers('wrong DS record is told', 'mail.bogus.test A', /EDE: [69] /),
    answers('expired signature is told', 'mail.stale.test A', /EDE: 7 /),
    answers('absence, proven', '+dnssec nothing.good.test A', AUTHENTIC),
    answers('absence, proven', '+dnssec nothing.good.test A', /status: NXDOMAIN/),
    answers('null MX', '+short null.test MX', /^0 \.$/m),
    answers('60 exchanges do not fit UDP', '+ignore big.test MX', /flags: [^;]*\btc\b/),
    answers('60 exchanges come over TCP', 'big.test MX', /ANSWER: 60,/),
    answers('chain of aliases', '+short chain.good.test A', /^127\.0\.1\.10$/m),
    answers('chain too long', 'long.good.test A', /status: SERVFAIL/),
    answers('loop of one', 'loop.good.test A', /status: SERVFAIL/),
    answers('loop of two', 'loop-a.good.test A', /status: SERVFAIL/),
    answers('MTA-STS', '+short _mta-sts.good.test TXT', /^"v=STSv1; /m),
    answers('TLSRPT', '+short _smtp._tls.good.test TXT', /^"v=TLSRPTv1; /m),
    service('submissions', 465, 'smtp'),
    service('submission', 587, 'smtp'),
    service('imaps', 993, 'imap'),
    service('imap', 143, 'imap'),
    service('pop3s', 995, 'pop'),
    service('pop3', 110, 'pop'),
    shows('authoritative: good.test SOA', () => dig('good.test SOA', authoritative), /flags: [^;]*\baa\b/),
    {
      what: 'TLSA of port 25 is the hash of the key shown there',
      async holds() {
        const hash = `openssl s_client -connect ${endpoints[0]?.address}:25 -starttls smtp </dev/null 2>/dev/null |
          openssl x509 -noout -pubkey | openssl pkey -pubin -outform DER | openssl sha256 -r | cut -d' ' -f1`;
        const [shown, published] = await Promise.all([
          runCommand(argv`${place.exec} sh -c ${hash}`),
          dig('+short _25._tcp.mx.good.test TLSA'),
        ]);
        const wanted = `311${text(shown)}`;
        return (
          text(published).replaceAll(' ', '').toLowerCase() === wanted ||
          `${text(published)} is not ${wanted}`
        );
      },
    },
  ];
}
