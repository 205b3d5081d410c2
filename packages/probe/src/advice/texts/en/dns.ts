import type { GroupTexts } from '../../text.ts';

/** Names and their records. */
export const dns: GroupTexts<'dns'> = {
  'dns-nxdomain': {
    summary: 'The name[ {hostName}] does not exist.',
    cause:
      'The domain name system (DNS) says so itself, so this is not a failure of your network: the name is mistyped, or it was only a guess.',
    action: 'Check the spelling of the name.',
  },
  'dns-nodata': {
    summary: 'The name[ {hostName}] exists but has no address.',
    cause: 'There is no A or AAAA record for it, so no server stands behind this name.',
    action: 'Check the server name; if it is right, its operator must publish an address.',
  },
  'dns-servfail': {
    summary: 'The DNS server could not look up the name[ {hostName}].',
    cause:
      'The name servers of the domain do not answer, or their answers do not pass the DNSSEC check. This says nothing about whether the name exists.',
    action: 'Try again later or with another resolver. If it stays, the domain’s operator must act.',
  },
  'dns-bogus': {
    summary: 'The DNS answer[ for {hostName}] is forged or wrongly signed.',
    cause:
      'The domain is protected by DNSSEC and the signature does not fit: usually an expired signature at the operator, in rare cases an attack.',
    action: 'Do not go around it. The domain’s operator must repair the signatures.',
  },
  'dns-refused': {
    summary: 'The DNS server refuses to answer.',
    cause: 'The resolver does not serve this network, or blocks this name.',
    action: 'Use the resolver of your network or provider.',
  },
  'dns-formerr': {
    summary: 'The DNS server did not understand the question.',
    cause: 'An old or faulty DNS server or home router cannot handle modern queries (EDNS).',
    action: 'Use another resolver, or update the router.',
  },
  'dns-notimp': {
    summary: 'The DNS server does not support this kind of question.',
    cause: 'A simple forwarder, often in a home router, knows only a few record types.',
    action: 'Use another resolver.',
  },
  'dns-unreachable': {
    summary: 'The DNS server cannot be reached.',
    cause: 'The network is down, or the configured resolver address is wrong.',
    action: 'Check the network connection and the DNS settings of this computer.',
  },
  'dns-timeout': {
    summary: 'The DNS server did not answer[ within {waited}].',
    cause: 'The network is down or very slow, or a firewall blocks DNS.',
    action: 'Check the network connection, then try again. The mail server was not even asked yet.',
  },
  'dns-malformed': {
    summary: 'The DNS answer could not be read.',
    cause:
      'The answer breaks the rules of the protocol: a faulty server, or a device on the way that rewrites DNS.',
    action: 'Use another resolver.',
  },
  'dns-cname-loop': {
    summary: 'The name[ {hostName}] leads back to itself.',
    cause: 'Its aliases (CNAME records) form a circle or a chain that never ends.',
    action: 'The domain’s operator must correct the records.',
  },
  'dns-bad-name': {
    summary: 'This is not a name the DNS can look up[: {hostName}].',
    cause: 'A part of it is empty, too long, or contains characters that no name may have.',
    action: 'Check the spelling.',
  },
  'null-mx': {
    summary: 'The domain[ {domain}] says that it takes no mail.',
    cause:
      'It publishes a “null MX” record (RFC 7505): addresses in this domain cannot receive anything. Sending may still be possible.',
    action: 'Check the part of the address after the @.',
    scenes: {
      'mail-exchanger': {
        cause:
          'It publishes a “null MX” record (RFC 7505): addresses in this domain cannot receive anything.',
      },
    },
  },
  'mx-is-address': {
    summary: 'The MX record holds an IP address in place of a host name.',
    cause: 'That is not allowed (RFC 5321 §5.1): some senders cope with it, many do not.',
    action: 'The domain’s operator must publish a host name there.',
  },
  'mx-loop': {
    summary: 'The MX records lead back to the sending server.',
    cause:
      'The best mail host of the domain is this very server, but it does not feel responsible for the domain.',
    action: 'Correct the MX records, or tell the mail server that the domain is its own.',
  },
  'srv-not-offered': {
    summary: 'The domain says that it does not offer this service.',
    cause: 'Its SRV record has the target “.”, which means “not available” (RFC 2782).',
    action: 'Use another service, such as IMAP in place of POP3.',
  },
  'srv-bad-port': {
    summary: 'The SRV record names an impossible port.',
    cause: 'The domain’s record is faulty.',
    action: 'The domain’s operator must correct the record; enter the settings by hand until then.',
  },
  'srv-other-domain': {
    summary: 'The settings point to a host in another domain[: {hostName}].',
    cause:
      'That is common when a provider hosts the mail, but without DNSSEC anyone who can forge DNS answers could do it too.',
    action: 'Check that this host belongs to your provider before you enter a password.',
  },
  'ad-untrusted': {
    summary: 'The DNSSEC status of the answer cannot be trusted.',
    cause:
      'It was checked by a resolver somewhere in the network; on the way from there anyone can set the mark “checked”.',
    action: 'Use a validating resolver on this computer, or one over an encrypted connection.',
  },
  'address-forbidden': {
    summary: 'The name[ {hostName}] points to an address that must not be contacted from here.',
    cause:
      'The address is private or reserved, and connecting to those is switched off so that nobody can use this service to look into the network behind it.',
    action: 'Run the probe on a computer inside that network.',
  },
};
