// A certification authority for one run: root, intermediate, and the servers' certificates, made with openssl.
import { writeFileSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { argv, must } from './command.ts';

const DAY = 86_400_000;

/**
 * @typedef {object} Certificate
 * @property {string} key file
 * @property {string} certificate file: the leaf alone
 * @property {string} chain file: leaf and intermediate
 * @property {string} bundle file: key, leaf, intermediate, in the order Postfix wants
 *
 * @typedef {object} Pki
 * @property {string} root file: what a client has to trust
 * @property {string} intermediate file
 * @property {(wanted: Wanted) => Promise<Certificate>} issue
 *
 * @typedef {object} Wanted
 * @property {string} name of its files
 * @property {readonly string[]} names
 * @property {string} [commonName] default: the first of them
 * @property {Date} [from]
 * @property {Date} [to]
 * @property {'itself'} [signedBy] default: the intermediate authority
 * @property {'client'} [for] default: for a server
 */

/**
 * @param {import('./state.mjs').Run} run
 * @returns {Promise<Pki>}
 */
export async function createPki(run) {
  const directory = run.folder('pki');
  const file = (/** @type {string} */ name) => join(directory, name);
  const config = file('openssl.cnf');
  writeFileSync(config, CONFIG);

  /** @param {{ name: string, subject: string, issuer: string, extensions: string, from?: Date, to?: Date }} wanted */
  async function sign({ name, subject, issuer, extensions, from, to }) {
    const now = Date.now();
    // `openssl ca` and not `openssl x509`: OpenSSL 3.0 can set both dates only here. It insists on a database; each
    // certificate has an empty one, since nothing is to be remembered.
    const database = file(`${name}.index`);
    const sections = file(`${name}.cnf`);
    writeFileSync(database, '');
    writeFileSync(sections, `${CONFIG.replace('DATABASE', database)}\n[extensions]\n${extensions}\n`);
    await must(argv`openssl req -new -config ${config} -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes
      -keyout ${file(`${name}.key`)} -subj ${subject} -out ${file(`${name}.csr`)}`);
    // A day back: a clock that is a little behind must not see a certificate from the future.
    const start = asn1Time(from ?? new Date(now - DAY));
    const end = asn1Time(to ?? new Date(now + 30 * DAY));
    await must(argv`openssl ca -batch -notext -config ${sections} -extensions extensions -outdir ${directory}
      -in ${file(`${name}.csr`)} -out ${file(`${name}.pem`)} -startdate ${start} -enddate ${end}
      -keyfile ${file(`${issuer}.key`)} ${issuer === name ? ['-selfsign'] : ['-cert', file(`${issuer}.pem`)]}`);
    return file(`${name}.pem`);
  }

  const root = await sign({
    name: 'root',
    subject: '/O=Postern interop/CN=Test root',
    issuer: 'root',
    extensions: authority(''),
  });
  const intermediate = await sign({
    name: 'intermediate',
    subject: '/O=Postern interop/CN=Test intermediate',
    issuer: 'root',
    extensions: authority(', pathlen:0'),
  });

  return {
    root,
    intermediate,
    async issue({ name, names, commonName = names[0], from, to, signedBy, for: side }) {
      const certificate = await sign({
        name,
        subject: `/CN=${commonName}`,
        issuer: signedBy === 'itself' ? name : 'intermediate',
        extensions: leaf(names, side === 'client' ? 'clientAuth' : 'serverAuth'),
        ...(from && { from }),
        ...(to && { to }),
      });
      const chain = file(`${name}.chain.pem`);
      const bundle = file(`${name}.bundle.pem`);
      const chainText = readFileSync(certificate, 'utf8') + readFileSync(intermediate, 'utf8');
      const key = file(`${name}.key`);
      writeFileSync(chain, chainText);
      writeFileSync(bundle, readFileSync(key, 'utf8') + chainText, { mode: 0o600 });
      return { key, certificate, chain, bundle };
    },
  };
}

const CONFIG = `
[req]
distinguished_name = subject
string_mask = utf8only
[subject]
[ca]
default_ca = authority
[authority]
database = DATABASE
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
[any]
organizationName = optional
commonName = supplied
`;

/** @param {string} pathLength */
function authority(pathLength) {
  return `basicConstraints = critical, CA:TRUE${pathLength}
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash`;
}

/** @param {readonly string[]} names @param {'clientAuth' | 'serverAuth'} usage */
function leaf(names, usage) {
  const extensions = `basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = ${usage}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid`;
  if (names.length === 0) return extensions;
  return `${extensions}
subjectAltName = ${names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(', ')}`;
}

/** @param {Date} date */
function asn1Time(date) {
  return `${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
}
