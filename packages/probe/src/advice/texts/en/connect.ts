import type { GroupTexts } from '../../text.ts';

/** The way to the server. */
export const connect: GroupTexts<'connect'> = {
  'connection-refused': {
    summary: '{Host} refuses {port}: it does not offer this method.',
    cause:
      'The machine answered at once that nothing listens on {port}; more rarely a firewall says so for it.',
    action: '[Use {other}; it works. ]Check server name and port against your provider’s instructions.',
    scenes: {
      'elsewhere-works': {
        action: 'Use {other}; it works.',
      },
      'mail-exchanger': {
        summary: '{Host} accepts no connection on {port}.',
        cause:
          'Nothing listens there. On port 465 that is normal for a host that takes mail for a domain; on port 25 no mail can arrive.',
        action: 'Port 25: the operator must start the mail server or open the port. Port 465: nothing to do.',
      },
    },
  },
  'timeout-connect': {
    summary: '{Port} does not answer[ ({waited} without a reply)]; it is probably blocked by a firewall.',
    cause:
      'Connection requests vanish without any reply. That is what a firewall, an internet provider or an antivirus program does to a blocked port; a server that is only switched off looks the same.',
    action:
      'Try another port or another network, for example a mobile phone’s hotspot. If it works there, the block is in your network.',
    scenes: {
      'elsewhere-works': {
        summary: '{Port} is blocked on the way: no reply[ within {waited}]. {Other} works.',
        cause:
          'Connection requests to {port} vanish while another port answers, so the server is running and a firewall between you and it swallows this port.',
        action: 'Use {other}. It protects your mail just as well.',
      },
      'everything-silent': {
        summary: 'No port of any mail server answers; {port} is only one of them.',
        cause:
          'When every port of every host stays silent, the block is most likely close to you: a firewall or antivirus program on this computer, or a network that lets no mail through (guest Wi-Fi, company, VPN).',
        action:
          'Switch off the mail scanning of your antivirus program for a test, check the firewall and the VPN, or try another network. Your account data are not the problem.',
      },
      'only-port-25': {
        summary: 'Port 25 does not answer from this network.',
        cause:
          'Most internet providers block outgoing port 25 to stop spam from infected computers. Servers use it among themselves; mail programs need port 465 or 587.',
        action:
          'Nothing to do for a mail account. To test port 25 itself, run the probe from a server on the internet.',
      },
      'mail-exchanger': {
        summary: '{Host} does not answer on {port}[ ({waited} without a reply)].',
        cause:
          'Either a firewall on the way swallows {port} (home and office networks often block 25), or the host is down, or it filters the port.',
        action:
          'Run the probe from a server on the internet before concluding anything. Port 465 is not required for receiving mail.',
      },
    },
  },
  unreachable: {
    summary: 'There is no route to {host}.',
    cause:
      'A router reported that the network or host cannot be reached. Often only one address family fails: the name has an IPv6 address and your network has no IPv6, or a VPN has taken the route away.',
    action:
      'This is a network problem, not an account problem. Check the connection and the VPN; try another network.',
  },
  prohibited: {
    summary: 'This computer itself forbids the connection to {port}.',
    cause:
      'A local rule (firewall, security software, container policy) refused the connection before a packet left.',
    action: 'Allow outgoing connections to {port} in the local firewall or security software.',
  },
  'local-block': {
    summary: 'Your own network blocks {port}.',
    cause:
      'Servers in several unrelated networks are silent on {port} too, while other ports of the same servers answer; {port} answered nowhere. So the block is on your side: in this network or at its provider.',
    action: '[Use {other}; it works.|Ask whoever runs the network, or use another one.]',
  },
  'connect-failed': {
    summary: 'No connection to {host} came about, for an unusual reason.',
    cause: 'The operating system reported an error that says neither “refused” nor “no answer”.',
    action: 'Try again; if it stays, look at the error code in the detailed report.',
  },
};
