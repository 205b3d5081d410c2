#!/usr/bin/env node
// node scripts/secrets-in-output.mjs FILE_OR_FOLDER…: looks into captured output of test runs for the passwords, tokens and
// keys that the tests use, as they are and in base64, wherever in it they stand. Tells where one is and ends with status 1.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { testSecrets } from './test-secrets.mjs';

/**
 * How a secret may look: itself, and what base64 makes of it behind 0, 1 or 2 other octets of a group of three. The
 * characters that its neighbours have a part in are left out.
 *
 * @param {string} secret
 */
function shapes(secret) {
  const octets = Buffer.from(secret);
  const encoded = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), octets]).toString('base64url');
    const first = Math.ceil((before * 4) / 3);
    const whole = Math.floor(((before + octets.length) * 4) / 3);
    return text.slice(first, whole);
  });
  return [secret, ...encoded];
}

/**
 * Where secrets stand in a text; each as the number of the line and the secret.
 *
 * @param {string} text
 * @param {readonly string[]} [secrets]
 */
export function findSecrets(text, secrets = testSecrets) {
  const sought = secrets.map((secret) => ({ secret, looks: shapes(secret) }));
  return text.split('\n').flatMap((raw, index) => {
    // Colours of a comparison may stand in the middle of a word; base64 comes in two alphabets.
    const plain = stripVTControlCharacters(raw);
    const line = `${plain} ${plain.replaceAll('+', '-').replaceAll('/', '_')}`;
    return sought
      .filter(({ looks }) => looks.some((look) => line.includes(look)))
      .map(({ secret }) => ({ line: index + 1, secret }));
  });
}

/**
 * @param {string} path
 * @returns {string[]} the files at a path
 */
function filesAt(path) {
  return statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
}

if (process.argv[1] === import.meta.filename) {
  const files = process.argv.slice(2).flatMap(filesAt);
  const texts = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const octets = texts.reduce((sum, { text }) => sum + text.length, 0);
  const found = texts.flatMap(({ file, text }) =>
    findSecrets(text).map(({ line, secret }) => `${file}:${line}: ${secret}`),
  );
  for (const place of found) console.error(place);
  if (octets === 0) console.error('secrets: nothing was captured, so nothing is known');
  if (octets === 0 || found.length > 0) process.exitCode = 1;
  else console.log(`secrets: none of ${testSecrets.length} in ${octets} characters of output`);
}
