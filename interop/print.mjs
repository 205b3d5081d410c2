// What a person sees of a run.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from './server.mjs';

/**
 * @param {import('./start.mjs').Environment} environment
 * @param {string} file
 */
export function explain({ account, ca, resolver, endpoints, refused, walled }, file) {
  const rows = [
    ...endpoints.map(({ endpoint, address }) => [endpoint, address, '']),
    ...refused.map(({ endpoint, address, reason }) => [endpoint, address, reason]),
  ];
  const width = Math.max(...rows.map(([endpoint = '']) => endpoint.length));
  console.log(`
${rows.map(([endpoint = '', address, note]) => `  ${endpoint.padEnd(width)}  ${address}  ${note}`.trimEnd()).join('\n')}

  account      ${account.user} / ${account.password}
  CA           ${ca.root}
  resolver     ${resolver.address}
  description  ${file}

Behind the firewall (${walled.domains.map(({ domain, port465 }) => `${domain}: 465 ${port465}`).join(', ')}):
  ${walled.client.exec.join(' ')} COMMAND

Ctrl-C, or kill ${process.pid}, stops all of it.`);
}

/**
 * The logs are removed with the run: what they say about a failed test has to be shown now.
 *
 * @param {import('./state.mjs').Run} run
 */
export function printLogs(run) {
  for (const name of readdirSync(run.directory)) {
    for (const file of ['log', 'output']) {
      const text = lastLines(join(run.directory, name, file), 15);
      if (text !== '') console.log(`\n--- last lines of ${name}/${file} ---\n${text}`);
    }
  }
}
