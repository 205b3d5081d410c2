// A Dovecot of its own: IMAP, POP3 and LMTP, and the password check for Postfix.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from '../command.ts';
import { startServer } from '../server.mjs';
import { TOKEN_KEY } from '../world.mjs';

const PORTS = [143, 993, 110, 995, 24];

/** Owner of all mail; a bare number, so that no account has to be made. */
const MAIL_OWNER = '5000:5000';

/**
 * @param {import('../state.mjs').Run} run
 * @param {string} name
 * @returns {{ directory: string, authSocket: string, mailFolder: string }} what Postfix has to know, before either starts
 */
export function prepareDovecot(run, name) {
  const directory = run.folder(name);
  const mailFolder = run.folder(`${name}/mail`, MAIL_OWNER);
  return { directory, mailFolder, authSocket: join(directory, 'auth-for-postfix') };
}

/**
 * @param {import('../state.mjs').Run} run
 * @param {ReturnType<typeof prepareDovecot>} prepared
 * @param {object} options
 * @param {string} options.name
 * @param {import('../namespace.mjs').Place} options.place
 * @param {readonly { user: string, password: string, full?: boolean, handedTo?: string }[]} options.accounts
 *   `full`: a mailbox without room. `handedTo`: address of the server, port 24, that LMTP hands the messages on to
 * @param {readonly { address: string, certificate: import('../pki.mjs').Certificate }[]} options.listens
 */
export async function startDovecot(run, prepared, { name, place, accounts, listens }) {
  const { directory } = prepared;
  const users = accounts.map(({ user, password, full, handedTo }) => {
    const fields = full ? 'userdb_quota_rule=*:bytes=1' : handedTo ? `proxy=y host=${handedTo} port=24` : '';
    return `${user}:{PLAIN}${password}::::::${fields}\n`;
  });
  writeFileSync(join(directory, 'users'), users.join(''));
  // Where Dovecot looks for the key of a token without `azp` and `kid`: by its algorithm, in base64.
  const keys = run.folder(`${name}/keys/default/HS256`);
  writeFileSync(join(keys, 'default'), Buffer.from(TOKEN_KEY).toString('base64'));
  writeFileSync(
    join(directory, 'oauth2.conf'),
    `introspection_mode = local
local_validation_key_dict = fs:posix:prefix=${directory}/keys/
username_attribute = sub
`,
  );
  writeFileSync(join(directory, 'dovecot.conf'), settings(prepared, listens));
  await startServer(run, {
    name,
    directory,
    place,
    command: argv`dovecot -F -c ${directory}/dovecot.conf`,
    listens: listens.flatMap(({ address }) => PORTS.map((port) => ({ address, port }))),
  });
}

/**
 * @param {ReturnType<typeof prepareDovecot>} prepared
 * @param {readonly { address: string, certificate: import('../pki.mjs').Certificate }[]} listens
 */
function settings({ directory, authSocket, mailFolder }, listens) {
  const [first] = listens;
  if (first === undefined) throw new Error('Dovecot needs an address');
  return `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${directory}/log
protocols = imap pop3 lmtp
listen = ${listens.map(({ address }) => address).join(', ')}

ssl = yes
${certificateLines(first.certificate)}
${listens
  .slice(1)
  .map(({ address, certificate }) => `local ${address} {\n${certificateLines(certificate)}\n}`)
  .join('\n')}

# LOGINDISABLED and no USER before TLS.
disable_plaintext_auth = yes
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 oauthbearer xoauth2
# A wrong password costs 2 s by default, and every later login from that address a growing time: all tests come from
# one address. Both off.
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
mail_max_userip_connections = 100

first_valid_uid = 1
mail_location = maildir:${mailFolder}/%d/%n
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = ${directory}/oauth2.conf
}
# "none" is the look-up without a login: LMTP asks where to hand a message on.
passdb {
  driver = passwd-file
  mechanisms = none plain login cram-md5 scram-sha-1 scram-sha-256
  args = ${directory}/users
}
userdb {
  driver = passwd-file
  args = ${directory}/users
  default_fields = uid=5000 gid=5000 home=${mailFolder}/%d/%n
}
lmtp_proxy = yes
service lmtp {
  inet_listener lmtp {
    port = 24
  }
}
protocol lmtp {
  mail_plugins = quota
}
# COMPRESS=DEFLATE
protocol imap {
  mail_plugins = zlib imap_zlib
}
plugin {
  quota = maildir:room
  quota_grace = 0
}
service auth {
  unix_listener ${authSocket} {
    mode = 0660
    user = postfix
    group = postfix
  }
}
`;
}

/** @param {import('../pki.mjs').Certificate} certificate */
function certificateLines({ chain, key }) {
  return `ssl_cert = <${chain}\nssl_key = <${key}`;
}
