// Makes what the rows of the MTA-STS matrix want: the records of sts.test, and the answers of its policy hosts.
import { addressOf } from '../dane/servers.ts';
import { ADDRESSES, POLICY } from '../world.mjs';
import { domainOf, policy } from './row.ts';
import { stsRows } from './rows.ts';

/**
 * @typedef {import('./row.ts').PolicyAnswer} PolicyAnswer
 * @typedef {Readonly<Record<import('./row.ts').PolicyCertificate, import('../pki.mjs').Certificate>>} Certificates
 */

/** @returns {string} records of sts.test. */
export function stsRecords() {
  return [`policy-host A ${ADDRESSES.policy}\n`, ...stsRows.map(recordsOf)].join('');
}

/** @param {import('./row.ts').StsRow} row */
function recordsOf({ name, texts, zone = '', server = 'good' }) {
  const record = texts ?? [`v=STSv1; id=${name.replaceAll('-', '')};`];
  const further = zone.split('\n').map(addressMeant);
  // A row that says something about its policy host says all.
  const host = /^mta-sts /m.test(zone) ? '' : `mta-sts A ${ADDRESSES.policy}\n`;
  return [
    `$ORIGIN ${name}.sts.test.\n`,
    `@ MX 10 mx-${name}.sts.test.\n`,
    `mx-${name}.sts.test. A ${addressOf(server)}\n`,
    host,
    ...record.map((text) => `_mta-sts TXT "${text}"\n`),
    ...further,
  ].join('');
}

/** @param {string} line */
function addressMeant(line) {
  const [, owner, server] = /^(\S+) A (\S+)$/.exec(line) ?? [];
  return owner === undefined ? `${line}\n` : `${owner} A ${addressOf(server ?? '') ?? server}\n`;
}

/** @returns {Record<string, PolicyAnswer>} by the name of the policy host */
export function stsAnswers() {
  const answers = stsRows.map((row) => [`mta-sts.${domainOf(row)}`, row.answer ?? { body: policy({}) }]);
  return { 'mta-sts.good.test': { body: POLICY }, ...Object.fromEntries(answers) };
}

/**
 * The certificates that policy hosts show.
 *
 * @param {import('../pki.mjs').Pki} pki
 * @returns {Promise<Certificates>}
 */
export async function issuePolicyCertificates(pki) {
  const names = ['mta-sts.good.test', ...stsRows.map((row) => `mta-sts.${domainOf(row)}`)];
  const past = { from: new Date('2020-01-01'), to: new Date('2020-02-01') };
  const [good, expired, elsewhere, itself, commonName] = await Promise.all([
    pki.issue({ name: 'policy', names }),
    pki.issue({ name: 'policy-expired', names, ...past }),
    pki.issue({ name: 'policy-elsewhere', names: ['elsewhere.test'] }),
    pki.issue({ name: 'policy-itself', names, signedBy: 'itself' }),
    pki.issue({ name: 'policy-common-name', names: [], commonName: 'mta-sts.cert-common-name.sts.test' }),
  ]);
  return { good, expired, elsewhere, itself, 'common-name': commonName };
}
