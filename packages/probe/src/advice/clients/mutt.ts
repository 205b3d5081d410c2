import type { ClientField, Setting } from '../../report/account-report.ts';

/** What mutt's configuration is called in its three protocols: the URL and the user name beside it. */
const variables = {
  imap: { url: 'folder', user: 'imap_user', scheme: 'imap' },
  pop3: { url: 'pop_host', user: 'pop_user', scheme: 'pop' },
  submission: { url: 'smtp_url', user: undefined, scheme: 'smtp' },
} as const;

/**
 * mutt has no dialog but a file of `set` lines, and its URLs name the method. The words were not confirmed in its
 * manual here.
 */
export function muttFields(
  setting: Pick<Setting, 'host' | 'port' | 'method'> & { readonly protocol: keyof typeof variables },
  user: string,
): readonly ClientField[] {
  const { url, user: userVariable, scheme } = variables[setting.protocol];
  const host = setting.host.includes(':') ? `[${setting.host}]` : setting.host;
  const fields: ClientField[] = [];
  if (setting.method === 'implicit-tls') {
    fields.push({ field: `set ${url}`, choose: `${scheme}s://${host}:${setting.port}/` });
  } else {
    fields.push({ field: `set ${url}`, choose: `${scheme}://${host}:${setting.port}/` });
    fields.push({ field: 'set ssl_starttls', choose: 'yes' });
  }
  // Without this one mutt goes on in the clear where STARTTLS is missing.
  fields.push({ field: 'set ssl_force_tls', choose: 'yes' });
  fields.push({
    field: userVariable === undefined ? 'set smtp_url (user@)' : `set ${userVariable}`,
    choose: user,
  });
  return fields;
}
