// The MTA-STS policy, fetched over HTTPS by a plain Node client.
import { argv, runCommand } from '../command.ts';
import { ADDRESSES } from '../world.mjs';
import { shows } from './check.mjs';

const FETCH = `
  const [host, ca] = process.argv.slice(1);
  const options = { host, servername: 'mta-sts.good.test', path: '/.well-known/mta-sts.txt', ca: fs.readFileSync(ca) };
  https.get(options, (response) => response.pipe(process.stdout));`;

/**
 * @param {import('../start.mjs').Environment} environment
 * @returns {import('./check.mjs').Check[]}
 */
export function policyChecks({ place, ca }) {
  const fetch = () =>
    runCommand(argv`${place.exec} ${process.execPath} -e ${FETCH} ${ADDRESSES.policy} ${ca.root}`);
  return [shows('MTA-STS policy over HTTPS', fetch, /^mode: enforce\r?$/m)];
}
