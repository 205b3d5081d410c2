// Who is where. Each server has a loopback address of its own, so that all of them keep the standard ports.

/** All of 127/8 is local: none of these has to be configured. */
export const ADDRESSES = {
  postfix: '127.0.1.10',
  postfixExpired: '127.0.1.11',
  postfixWrongName: '127.0.1.12',
  postfixWithoutChunking: '127.0.1.13',
  dovecot: '127.0.1.20',
  dovecotExpired: '127.0.1.21',
  dovecotWrongName: '127.0.1.22',
  policy: '127.0.1.30',
  ours: '127.0.1.40',
  oursWithoutChunking: '127.0.1.41',
  resolver: '127.0.1.53',
  authoritative: '127.0.1.54',
};

/** What stands behind the firewall, in documentation ranges (RFC 5737, RFC 3849): packets for it can leave no machine. */
export const WALLED = {
  client: '198.51.100.10',
  resolver: '198.51.100.2',
  dropping: '198.51.100.2',
  rejecting: '198.51.100.3',
  dovecot: '198.51.100.4',
  client6: '2001:db8::10',
  mail6: '2001:db8::2',
  dovecot6: '2001:db8::4',
  /** Swallows everything, on every port. */
  hole6: '2001:db8::6',
};

/** The account that tests log in with. */
export const ACCOUNT = { user: 'tim@good.test', password: 'tanstaaftanstaaf' };

/** Signs the tokens of OAuth (HS256) that Dovecot believes. */
export const TOKEN_KEY = 'a key that both ends of the test world know';

/** Mailboxes of their own for tests that count; same password. */
export const MAILBOXES = ['bulk@good.test', 'jörg@good.test', 'reader@good.test', 'changer@good.test'];

/** A mailbox that has no room. */
export const FULL = 'full@good.test';

/** Whose mail Dovecot hands on to our server, by LMTP: the second to where CHUNKING is not offered. */
export const HANDED = { ours: 'handed@good.test', oursWithoutChunking: 'unchunked@good.test' };

/** Domains that Postfix relays to our server: the second to where CHUNKING is not offered. */
export const RELAYED = { ours: 'ours.test', oursWithoutChunking: 'unchunked.ours.test' };

/** Names in the certificate that Postfix and Dovecot of good.test share. */
export const GOOD_NAMES = [
  'mx.good.test',
  'mail.good.test',
  'smtp.good.test',
  'imap.good.test',
  'pop.good.test',
  'good.test',
];

/** Name in the certificate of our own server; nowhere in DNS. */
export const OUR_NAME = 'ours.good.test';

/** The MTA-STS policy of good.test. */
export const POLICY = 'version: STSv1\r\nmode: enforce\r\nmx: mx.good.test\r\nmax_age: 604800\r\n';
