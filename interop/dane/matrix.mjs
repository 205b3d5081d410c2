// Makes what the rows of the DANE matrix want: certificates, the Postfix that shows them, and the records of two zones.
import { X509Certificate, createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { domainOf } from './row.ts';
import { daneRows } from './rows.ts';
import { addressOf, certificates, servers } from './servers.ts';

/**
 * @typedef {import('./row.ts').BrokenSignature} BrokenSignature
 * @typedef {import('../pki.mjs').Certificate} Certificate
 * @typedef {import('../pki.mjs').Pki} Pki
 *
 * @typedef {object} Matrix
 * @property {readonly import('../servers/postfix.mjs').Listen[]} listens
 * @property {readonly string[]} domains whose mail is taken and thrown away
 * @property {readonly string[]} daneOnly domains for the level `dane-only`
 * @property {{ records: string, broken: readonly BrokenSignature[] }} signed
 * @property {{ records: string }} unsigned
 */

/**
 * @param {import('../state.mjs').Run} run
 * @param {Pki} pki
 * @returns {Promise<Matrix>}
 */
export async function prepareMatrix(run, pki) {
  const directory = run.folder('dane');
  /** @type {Map<string, Certificate>} */
  const issued = new Map();
  await Promise.all(
    Object.entries(certificates).map(async ([name, { names, from, to, signedBy }]) => {
      const certificate = await pki.issue({
        name: `dane-${name}`,
        names: names.flatMap(namesMeant),
        ...(from && { from: new Date(from) }),
        ...(to && { to: new Date(to) }),
        ...(signedBy && { signedBy }),
      });
      issued.set(name, certificate);
    }),
  );

  const listens = Object.entries(servers).map(([name, server]) => ({
    address: addressOf(name) ?? '',
    bundle: writeBundle(join(directory, `${name}.pem`), server, issued, pki),
    smtpd: { ...server.settings, ...sniSettings(directory, name, server) },
  }));
  const files = new Map([...issued].map(([name, { certificate }]) => [name, certificate]));
  files.set('root', pki.root).set('intermediate', pki.intermediate);
  return {
    listens,
    daneOnly: daneRows.filter(({ level }) => level === 'dane-only').map(domainOf),
    domains: ['signed.test', 'unsigned.test', 'plain.test', 'sts.test'],
    signed: {
      records: daneRows.map((row) => zoneText(row, 'signed', files)).join(''),
      broken: daneRows.flatMap(({ name, broken = [] }) =>
        broken.map((one) => {
          const below = one.owner === '@' ? '' : `${one.owner}.`;
          return { ...one, owner: `${below}${name}.signed.test.` };
        }),
      ),
    },
    unsigned: { records: daneRows.map((row) => zoneText(row, 'unsigned', files)).join('') },
  };
}

/**
 * `end.*` is the host `end` of every row that has a zone of its own.
 *
 * @param {string} name
 */
function namesMeant(name) {
  if (!name.endsWith('.*')) return [name];
  return daneRows.flatMap((row) =>
    row.name.includes('.') ? [] : `${name.slice(0, -1)}${row.name}.signed.test`,
  );
}

/**
 * Key and certificates in the order Postfix wants them.
 *
 * @param {string} file
 * @param {import('./servers.ts').MatrixServer} server
 * @param {ReadonlyMap<string, Certificate>} issued
 * @param {Pki} pki
 */
function writeBundle(file, { certificate, sends = ['intermediate'] }, issued, pki) {
  const own = issued.get(certificate);
  if (own === undefined) throw new Error(`no certificate ${certificate}`);
  const parts = [own.key, own.certificate, ...sends.map((authority) => pki[authority])];
  writeFileSync(file, parts.map((part) => readFileSync(part, 'utf8')).join(''), { mode: 0o600 });
  return file;
}

/**
 * @param {string} directory where the bundles of all servers are
 * @param {string} name
 * @param {import('./servers.ts').MatrixServer} server
 */
function sniSettings(directory, name, { sni }) {
  if (sni === undefined) return {};
  const table = join(directory, `${name}.sni`);
  const lines = Object.entries(sni).map(([host, other]) => `${host} ${join(directory, `${other}.pem`)}\n`);
  writeFileSync(table, lines.join(''));
  return { tls_server_sni_maps: `texthash:${table}` };
}

/**
 * The records of a row, with the addresses and digests that its words stand for.
 *
 * @param {import('./row.ts').DaneRow} row
 * @param {'signed' | 'unsigned'} zone
 * @param {ReadonlyMap<string, string>} files certificates by name
 */
function zoneText(row, zone, files) {
  const records = row[zone];
  if (records === undefined) return '';
  const lines = records
    .trim()
    .split('\n')
    .map((line) => {
      const [owner = '', type = '', ...data] = line.trim().split(/\s+/);
      return `${owner} ${type} ${dataMeant(type, data, files)}\n`;
    });
  return `$ORIGIN ${row.name}.${zone}.test.\n${lines.join('')}`;
}

/**
 * @param {string} type
 * @param {readonly string[]} data
 * @param {ReadonlyMap<string, string>} files
 */
function dataMeant(type, data, files) {
  const [first = '', selector = '', matching = '', last = ''] = data;
  if (type === 'A') return addressOf(first) ?? first;
  if (type !== 'TLSA') return data.join(' ');
  const file = files.get(last);
  if (file === undefined && !last.startsWith('#')) throw new Error(`no certificate ${last}`);
  const octets = file === undefined ? last.slice(1) : association(file, selector, matching);
  return `${first} ${selector} ${matching} ${octets}`;
}

/**
 * RFC 6698 §2.1.4: what a record says about a certificate, as hexadecimal digits.
 *
 * @param {string} file
 * @param {string} selector
 * @param {string} matching
 */
function association(file, selector, matching) {
  const certificate = new X509Certificate(readFileSync(file));
  const selected =
    selector === '0' ? certificate.raw : certificate.publicKey.export({ type: 'spki', format: 'der' });
  if (matching === '0') return selected.toString('hex');
  return createHash(matching === '1' ? 'sha256' : 'sha512')
    .update(selected)
    .digest('hex');
}

/**
 * Makes signatures of a signed zone wrong. The resolver then believes nothing of what they stand for, and all else.
 *
 * @param {string} file
 * @param {readonly BrokenSignature[]} broken
 * @param {(into: string) => Promise<void>} signLongAgo
 */
export async function breakSignatures(file, broken, signLongAgo) {
  if (broken.length === 0) return;
  const expired = `${file}.expired`;
  await signLongAgo(expired);
  const old = readFileSync(expired, 'utf8');
  let text = readFileSync(file, 'utf8');
  for (const { owner, type, how } of broken) {
    const line = new RegExp(
      String.raw`^${owner.replaceAll('.', '[.]')}\s+\d+\s+IN\s+RRSIG\s+${type} .*$`,
      'm',
    );
    const [good] = line.exec(text) ?? [];
    const bad = how === 'expired' ? line.exec(old)?.[0] : good?.replace(/(.)(.{10})$/, flipped);
    if (good === undefined || bad === undefined) throw new Error(`no signature of ${type} at ${owner}`);
    text = text.replace(good, () => bad);
  }
  writeFileSync(file, text);
}

/**
 * Another digit in the middle of a signature.
 *
 * @param {string} _
 * @param {string} digit
 * @param {string} end
 */
function flipped(_, digit, end) {
  return `${digit === 'A' ? 'B' : 'A'}${end}`;
}
