import type { HostPlan, ProviderPlan } from './plan.ts';

const domain = 'listed.test';

const incoming: HostPlan = {
  hostName: `in.${domain}`,
  addresses: ['192.0.2.70'],
  ports: { 143: 'works', 993: 'works' },
};
const outgoing: HostPlan = {
  hostName: `out.${domain}`,
  addresses: ['192.0.2.71'],
  ports: { 25: 'works', 587: 'works' },
};

/** The settings as mail programs fetch them (draft-ietf-mailmaint-autoconfig). */
const config = `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${domain}">
    <domain>${domain}</domain>
    <incomingServer type="imap">
      <hostname>${incoming.hostName}</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>${outgoing.hostName}</hostname>
      <port>587</port>
      <socketType>STARTTLS</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </outgoingServer>
  </emailProvider>
</clientConfig>
`;

/** A provider whose servers have names that nobody guesses, and stand in its autoconfig file alone. */
export const listed: ProviderPlan = {
  domain,
  hosts: [incoming, outgoing],
  account: {
    address: `gustav@${domain}`,
    password: 'gustav-in-the-lab',
    token: 'gustav-token-of-the-lab',
    provider: domain,
    lesson: {
      en: 'Its servers are called in and out, which nobody guesses; its autoconfig file lists them.',
      de: 'Seine Server heißen in und out, was niemand errät; seine Autoconfig-Datei nennt sie.',
    },
  },
  records: [`${domain}. MX 10 ${outgoing.hostName}.`],
  webHosts: [
    { hostName: `autoconfig.${domain}`, address: '192.0.2.72', files: { '/mail/config-v1.1.xml': config } },
  ],
};
