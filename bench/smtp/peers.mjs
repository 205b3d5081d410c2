// Who is compared.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'clients');

/** @param {string} name of a package */
function version(name) {
  try {
    const manifest = join(import.meta.dirname, '..', '..', 'node_modules', name, 'package.json');
    return ` ${JSON.parse(readFileSync(manifest, 'utf8')).version}`;
  } catch {
    return '';
  }
}

/**
 * @typedef {object} Client
 * @property {string} name
 * @property {string} module
 * @property {object} [how] options of this project's own client
 */

/** @type {Client} */
export const postern = { name: 'Postern', module: join(folder, 'postern.mjs') };

/** @type {readonly Client[]} */
export const peers = [
  { name: `nodemailer${version('nodemailer')}`, module: join(folder, 'nodemailer.mjs') },
  { name: `@upyo/smtp${version('@upyo/smtp')}`, module: join(folder, 'upyo.mjs') },
  { name: `emailjs${version('emailjs')}`, module: join(folder, 'emailjs.mjs') },
];
