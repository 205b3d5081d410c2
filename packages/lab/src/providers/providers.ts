import type { ProviderPlan } from './plan.ts';
import { provider } from './provider.ts';

/** The providers one meets, first of all those three that differ only in what stands between. */
export const providers: readonly ProviderPlan[] = [
  provider(
    'allgood.test',
    'anna',
    ['192.0.2.10', '2001:db8::10'],
    { 25: 'works', 465: 'works', 587: 'works', 143: 'works', 993: 'works', 110: 'works', 995: 'works' },
    {
      en: 'Everything works, by both methods; TLS from the first octet is the one to choose.',
      de: 'Alles funktioniert, mit beiden Methoden; zu wählen ist TLS ab dem ersten Byte.',
    },
  ),
  provider(
    'walled.test',
    'ben',
    ['192.0.2.20'],
    { 25: 'works', 465: 'swallowed', 587: 'works', 143: 'works', 993: 'works' },
    {
      en: 'A firewall swallows port 465 in silence; sending works on 587 with STARTTLS.',
      de: 'Eine Firewall verschluckt Port 465 wortlos; Senden geht auf 587 mit STARTTLS.',
    },
  ),
  provider(
    'stripped.test',
    'clara',
    ['192.0.2.30'],
    {
      25: 'starttls-masked',
      465: 'works',
      587: 'starttls-masked',
      143: 'starttls-stripped',
      993: 'works',
      110: 'starttls-stripped',
      995: 'works',
    },
    {
      en: 'A device on the way removes STARTTLS; only the ports with TLS from the first octet protect.',
      de: 'Ein Gerät auf dem Weg entfernt STARTTLS; nur die Ports mit TLS ab dem ersten Byte schützen.',
    },
  ),
  provider(
    'halfway.test',
    'dora',
    // The address of version 6 is announced and leads nowhere: the zone has it, no host does.
    ['192.0.2.40'],
    { 25: 'works', 465: 'works', 587: 'works', 143: 'works', 993: 'works' },
    {
      en: 'The host also announces an IPv6 address that cannot be reached; everything works by IPv4.',
      de: 'Der Rechner nennt auch eine IPv6-Adresse, die nicht erreichbar ist; über IPv4 funktioniert alles.',
    },
  ),
];
