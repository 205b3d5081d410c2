import type { GroupTexts } from '../../text.ts';

/** The login. */
export const auth: GroupTexts<'auth'> = {
  'auth-not-offered': {
    summary: 'The server offers no login here that can be used.',
    cause: 'Its list of methods is empty or holds only ones that are not supported.',
    action: 'Check that this is the server for mail programs (for sending: port 465 or 587, not 25).',
  },
  'auth-required': {
    summary: 'The server wants a login first[: {reply}].',
    cause: 'The outgoing server does not take mail from strangers.',
    action: 'Switch on authentication for the outgoing server, with the same user name as for receiving.',
  },
  'auth-only-after-tls': {
    summary: 'Logging in is possible only after encryption.',
    cause: 'The server protects your password: before encryption it accepts none.',
    action: 'Choose {implicit} or {starttls} as connection security, not “None”.[ {Other} works.]',
  },
  'auth-failed': {
    summary: 'The server did not accept user name and password[: {reply}].',
    cause:
      'A typing mistake, the wrong form of the user name, a provider that demands an app password, or IMAP/POP3 not switched on in the provider’s settings.',
    action:
      'Enter the full mail address as user name. Check the password on the provider’s web page, and create an app password there if the provider uses them.',
  },
  'auth-temporary': {
    summary: 'The login cannot be checked right now[: {reply}].',
    cause: 'A temporary fault at the provider. Your password may well be right.',
    action: 'Try again later, without changing the password.',
  },
  'auth-expired': {
    summary: 'The password has expired.',
    cause: 'The provider or administrator demands a new one.',
    action: 'Set a new password on the provider’s web page and enter it here.',
  },
  'auth-mechanism-too-weak': {
    summary: 'The server finds this way of logging in too weak.',
    cause: 'It demands a stronger method than the one used.',
    action: 'Choose another authentication method in the mail program, or let it choose by itself.',
  },
  'auth-password-transition': {
    summary: 'The account must first be moved to a newer password method.',
    cause:
      'The server asks for one login with the plain password, inside encryption, to set up the new method (RFC 4954 §6).',
    action: 'Log in once with “Normal password” over an encrypted connection.',
  },
  'auth-exchange-too-long': {
    summary: 'The login data are too long for the server.',
    cause: 'A token or ticket exceeds its limits.',
    action: 'Use another authentication method, or ask the operator.',
  },
  'oauth-required': {
    summary: 'The provider does not accept an ordinary password here.',
    cause: 'The login runs through the provider’s web page (OAuth2).',
    action:
      'Choose “OAuth2” as authentication in the mail program, or create an app password if the provider offers them.',
  },
  'account-disabled': {
    summary: 'The account is blocked, or may not be used this way[: {reply}].',
    cause: 'The provider has locked it, or IMAP/POP3 is not switched on for it.',
    action: 'Log in on the provider’s web page and look for a notice there; else ask support.',
  },
  'server-not-verified': {
    summary: 'The server could not prove that it knows your password.',
    cause:
      'Its final signature is wrong or missing: it may be an impostor that wanted to get hold of the login.',
    action: 'Do not use this connection. Compare from another network, and tell the operator.',
  },
  'channel-binding-mismatch': {
    summary: 'Login and encryption do not belong to the same connection.',
    cause:
      'Something in between opens the encryption: a TLS-inspecting firewall or antivirus program, or an attacker.',
    action: 'Try without the inspecting device or from another network.',
  },
};
