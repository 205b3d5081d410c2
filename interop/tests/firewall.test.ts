// The firewall between client and servers: does it do what the environment says?
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';

const { walled } = readEnvironment();

/** Dials from the client's namespace and tells the first thing that happens within half a second. */
const DIAL = `
  const [host, port] = process.argv.slice(1);
  const socket = require('node:net').connect({ host, port });
  const tell = (what) => { console.log(what); process.exit(); };
  socket.on('error', (error) => tell(error.code));
  socket.on('data', (bytes) => tell(bytes.toString('latin1').slice(0, 3)));
  setTimeout(() => tell(socket.connecting ? 'nothing' : 'silence'), 500);`;

async function dial(address: string, port: number): Promise<string> {
  const [file, ...args] = [...walled.client.exec, process.execPath, '-e', DIAL, address, String(port)];
  const { stdout } = await promisify(execFile)(file, args);
  return stdout.trim();
}

describe.each(walled.domains)('$domain', ({ mail, imap, port465 }) => {
  test(`465 is ${port465}`, async () => {
    expect(await dial(mail, 465)).toBe({ dropped: 'nothing', rejected: 'ECONNREFUSED' }[port465]);
  });

  test.each([
    { port: 587, address: mail, greeting: '220' },
    { port: 25, address: mail, greeting: '220' },
    { port: 143, address: imap, greeting: '* O' },
    { port: 110, address: imap, greeting: '+OK' },
  ])('$port is open', async ({ port, address, greeting }) => {
    expect(await dial(address, port)).toBe(greeting);
  });
});
