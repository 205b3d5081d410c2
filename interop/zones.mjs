// The names of the test world, from a root of its own, signed with ldnsutils.
import { X509Certificate, createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceZone } from '../packages/dns/src/testing/conformance-zone.ts';
import { argv, must } from './command.ts';
import { breakSignatures } from './dane/matrix.mjs';
import { stsRecords } from './mta-sts/matrix.mjs';
import { ADDRESSES } from './world.mjs';

/**
 * @typedef {object} Zones
 * @property {{ zone: string, file: string }[]} served
 * @property {string} rootHints
 * @property {string} trustAnchor
 * @property {{ zone: string, dnssec: 'secure' | 'insecure' | 'bogus' }[]} states what a validating resolver finds
 * @property {{ zone: string, address: string }[]} misnamed zones whose own NS records lead nowhere, and who serves them
 */

/**
 * @param {import('./state.mjs').Run} run
 * @param {object} options
 * @param {string} options.mxCertificate file of the certificate that the MX host of good.test shows
 * @param {import('./dane/matrix.mjs').Matrix} options.matrix
 * @returns {Promise<Zones>}
 */
export async function createZones(run, { mxCertificate, matrix }) {
  const directory = run.folder('zones');

  /** @type {Zones['served']} */
  const served = [];
  /**
   * @param {string} zone
   * @param {string} records
   */
  function write(zone, records) {
    const file = join(directory, `${zone === '.' ? 'root' : zone}zone`);
    writeFileSync(
      file,
      `$ORIGIN ${zone}\n$TTL 60\n@ SOA ns.test. tim.good.test. 1 3600 600 86400 5\n@ NS ns.test.\n${records}`,
    );
    return file;
  }
  /**
   * @param {string} zone
   * @param {string} records
   */
  function unsigned(zone, records) {
    served.push({ zone, file: write(zone, records) });
  }
  /**
   * @param {string} zone
   * @param {string} records
   * @param {object} [options]
   * @param {boolean} [options.stale] signatures that ran out on all but the zone's own key
   * @param {readonly import('./dane/row.ts').BrokenSignature[]} [options.broken] signatures made wrong
   * @returns {Promise<{ ds: string, key: string }>}
   */
  async function signed(zone, records, { stale = false, broken = [] } = {}) {
    const file = write(zone, records);
    const cwd = directory;
    const key = (await must(argv`ldns-keygen -a ECDSAP256SHA256 -k ${zone}`, { cwd })).trim();
    await must(argv`ldns-signzone -o ${zone} -f ${file}.signed ${file} ${key}`, { cwd });
    const signLongAgo = async (/** @type {string} */ into) => {
      await must(argv`ldns-signzone -i 20200101 -e 20200201 -o ${zone} -f ${into} ${file} ${key}`, { cwd });
    };
    await breakSignatures(`${file}.signed`, broken, signLongAgo);
    if (stale) {
      await signLongAgo(`${file}.stale`);
      writeFileSync(
        `${file}.signed`,
        keySignatureOf(`${file}.signed`) + withoutKeySignature(`${file}.stale`),
      );
    }
    served.push({ zone, file: `${file}.signed` });
    const ds = await must(argv`ldns-key2ds -n -2 ${key}.key`, { cwd });
    return { ds, key: join(directory, `${key}.key`) };
  }

  const [matrixSigned, good, bogus, stale] = await Promise.all([
    signed('signed.test.', matrix.signed.records, { broken: matrix.signed.broken }),
    signed('good.test.', goodTest(mxCertificate)),
    signed('bogus.test.', BOGUS),
    signed('stale.test.', STALE, { stale: true }),
  ]);
  unsigned('unsigned.test.', matrix.unsigned.records);
  unsigned('sts.test.', stsRecords());
  unsigned('plain.test.', PLAIN);
  unsigned('big.test.', bigTest());
  unsigned('null.test.', '@ MX 0 .\n');
  const conformance = { zone: 'conformance.test.', file: join(directory, 'conformance.test.zone') };
  writeFileSync(conformance.file, conformanceZone);
  served.push(conformance);

  const delegations = served.map(({ zone }) => `${zone} NS ns.test.\n`).join('');
  const test = await signed(
    'test.',
    `ns A ${ADDRESSES.authoritative}\n${delegations}${matrixSigned.ds}${good.ds}${withWrongDigest(bogus.ds)}${stale.ds}`,
  );
  const root = await signed('.', `ns.test. A ${ADDRESSES.authoritative}\ntest. NS ns.test.\n${test.ds}`);

  const rootHints = join(directory, 'root.hints');
  writeFileSync(rootHints, `. 3600 NS ns.test.\nns.test. 3600 A ${ADDRESSES.authoritative}\n`);
  const misnamed = [{ zone: conformance.zone, address: ADDRESSES.authoritative }];
  return { served, rootHints, trustAnchor: root.key, states: STATES, misnamed };
}

/** @type {Zones['states']} */
const STATES = [
  { zone: 'good.test', dnssec: 'secure' },
  { zone: 'plain.test', dnssec: 'insecure' },
  { zone: 'big.test', dnssec: 'insecure' },
  { zone: 'null.test', dnssec: 'insecure' },
  { zone: 'bogus.test', dnssec: 'bogus' },
  { zone: 'stale.test', dnssec: 'bogus' },
];

/** @param {string} mxCertificate */
function goodTest(mxCertificate) {
  const key = new X509Certificate(readFileSync(mxCertificate)).publicKey.export({
    type: 'spki',
    format: 'der',
  });
  const digest = createHash('sha256').update(key).digest('hex');
  return `
@                  MX    10 mx
@                  TXT   "v=spf1 mx -all"
mx                 A     ${ADDRESSES.postfix}
mail               A     ${ADDRESSES.postfix}
smtp               A     ${ADDRESSES.postfix}
imap               A     ${ADDRESSES.dovecot}
pop                A     ${ADDRESSES.dovecot}
mta-sts            A     ${ADDRESSES.policy}
_submissions._tcp  SRV   0 1 465 smtp
_submission._tcp   SRV   10 1 587 smtp
_imaps._tcp        SRV   0 1 993 imap
_imap._tcp         SRV   10 1 143 imap
_pop3s._tcp        SRV   20 1 995 pop
_pop3._tcp         SRV   30 1 110 pop
_25._tcp.mx        TLSA  3 1 1 ${digest}
_mta-sts           TXT   "v=STSv1; id=20260101T000000"
_smtp._tls         TXT   "v=TLSRPTv1; rua=mailto:tls-reports@good.test"
; hosts with a certificate that must be refused
expired            A     ${ADDRESSES.postfixExpired}
wrong-name         A     ${ADDRESSES.postfixWrongName}
imap-expired       A     ${ADDRESSES.dovecotExpired}
imap-wrong-name    A     ${ADDRESSES.dovecotWrongName}
; a chain that resolves, one that is longer than resolvers follow, and loops
${aliases('chain', 5)}
${aliases('long', 20)}
loop               CNAME loop
loop-a             CNAME loop-b
loop-b             CNAME loop-a
`;
}

/**
 * @param {string} name
 * @param {number} links
 */
function aliases(name, links) {
  const names = [name, ...Array.from({ length: links - 1 }, (_, index) => `${name}-${index + 1}`), 'mail'];
  return names
    .slice(1)
    .map((target, index) => `${names[index]} CNAME ${target}`)
    .join('\n');
}

// Not signed: a validating resolver answers, and does not set AD.
const PLAIN = `
@     MX  10 mx.good.test.
mail  A   ${ADDRESSES.postfix}
`;

// Its parent holds a DS record of another key: nothing in the zone can be believed.
const BOGUS = `
@     MX  10 mail
mail  A   ${ADDRESSES.postfix}
`;

// Signed, and the signatures ran out.
const STALE = BOGUS;

const KEY_SIGNATURE = /\sRRSIG\s+DNSKEY\s/;

/** @param {string} file */
function keySignatureOf(file) {
  return readFileSync(file, 'utf8').replaceAll(/^.*\n/gm, (line) => (KEY_SIGNATURE.test(line) ? line : ''));
}

/** @param {string} file */
function withoutKeySignature(file) {
  return readFileSync(file, 'utf8').replaceAll(/^.*\n/gm, (line) => (KEY_SIGNATURE.test(line) ? '' : line));
}

// Sixty exchanges with names long enough that the answer fits neither 512 nor 1232 bytes: UDP gets TC, TCP the whole.
function bigTest() {
  return Array.from({ length: 60 }, (_, index) => {
    const host = `mail-exchange-${String(index + 1).padStart(2, '0')}`;
    return `@ MX ${index + 1} ${host}\n${host} A ${ADDRESSES.postfix}\n`;
  }).join('');
}

/** @param {string} ds */
function withWrongDigest(ds) {
  return ds.replace(/([0-9a-f])(\s*)$/i, (_, digit, end) => (digit === '0' ? '1' : '0') + end);
}
