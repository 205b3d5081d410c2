// Installs the Debian packages that are missing.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { argv, runCommand } from './command.ts';

const PACKAGES = argv`
  postfix
  dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd
  unbound nsd ldnsutils dnsutils
  nftables iproute2 openssl
  curl python3 isync gsasl fetchmail
  swaks libnet-ssleay-perl`; // without the last, which is only recommended, swaks knows no TLS

const POLICY = '/usr/sbin/policy-rc.d';

/** @param {(line: string) => void} say */
export async function installPackages(say) {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  say(`installing ${missing.join(' ')}`);
  // Debian starts a service as soon as it is installed. Here that would be a mail server on all addresses.
  const forbidden = !existsSync(POLICY);
  if (forbidden) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    // The lists may be absent or older than the mirror; only then is the slow update needed.
    if ((await install(missing)).status === 0) return;
    say('updating the package lists');
    await aptGet(['update']);
    const { status, stderr } = await install(missing);
    if (status !== 0) throw new Error(`could not install ${missing.join(' ')}\n${stderr.trim()}`);
  } finally {
    if (forbidden) rmSync(POLICY);
  }
}

async function missingPackages() {
  const { stdout } = await runCommand(
    argv`dpkg-query -W -f ${'${Package} ${db:Status-Status}\n'} ${PACKAGES}`,
  );
  const installed = new Set(stdout.split('\n'));
  return PACKAGES.filter((name) => !installed.has(`${name} installed`));
}

/** @param {readonly string[]} names */
function install(names) {
  return aptGet(argv`install --yes --no-install-recommends ${names}`);
}

/** @param {readonly string[]} args */
function aptGet(args) {
  return runCommand(argv`apt-get -qq -o DPkg::Lock::Timeout=120 ${args}`, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 900_000,
  });
}
