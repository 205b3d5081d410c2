// Which name is proved: aliases, base domains, the names that count under usage 2, and insecure MX records.
import { host } from './row.ts';
import type { DaneRow } from './row.ts';

/** RFC 7672 §3.2.2 has an example of three hosts for a domain behind two aliases. The first `closed` of them are down. */
function threeHosts(name: string, closed: number): Pick<DaneRow, 'signed' | 'unsigned'> {
  const server = (index: number): string => (index < closed ? 'closed' : 'end');
  return {
    signed: `
      @               CNAME  mail
      mail            CNAME  com
      com             MX     10 end
      com             MX     15 mx15
      com             MX     20 mx20
      end             A      ${server(0)}
      _25._tcp.end    TLSA   2 0 1 intermediate
      mx15            CNAME  end.backup
      end.backup      A      ${closed === 1 ? 'expansion' : 'closed'}
      _25._tcp.mx15   TLSA   2 0 1 intermediate
      mx20            CNAME  mx20.${name}.unsigned.test.
      _25._tcp.mx20   TLSA   3 1 1 end`,
    unsigned: `
      mx20            A      ${server(2)}
      _25._tcp.mx20   TLSA   3 1 1 elsewhere`,
  };
}

export const nameRows: readonly DaneRow[] = [
  {
    name: 'ta-other-name',
    ids: 'TLS-054, TLS-059',
    shows: '2 1 1: names count',
    signed: host('elsewhere', '2 1 1 intermediate'),
    postern: 'deferred cert-name-mismatch',
    finger: 'mismatch',
  },
  {
    name: 'ta-domain',
    ids: 'TLS-054',
    shows: '2 1 1: the name of the domain is as good as that of the host',
    signed: host('domain', '2 1 1 intermediate'),
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'ta-domain-insecure',
    zone: 'unsigned',
    ids: 'TLS-052, TLS-054',
    shows: '2 1 1: but not where nobody signed the MX record',
    unsigned: '@ MX 10 mx.ta-domain-insecure.signed.test.',
    signed: 'mx A domain\n_25._tcp.mx TLSA 2 1 1 intermediate',
    postern: 'deferred cert-name-mismatch',
    postfix: 'host verified',
    finger: 'host verified',
    because:
      'RFC 7672 §3.2.2 lets nothing but the name of the host count where the MX record is insecure, as ours does; Postfix and posttls-finger take the name of the domain as well',
  },
  {
    name: 'ta-canonical',
    ids: 'TLS-054',
    shows: '2 1 1: the name at the end of the domain’s alias',
    signed: '@ CNAME ta-canonical-end.signed.test.',
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'ta-canonical-end',
    ids: 'TLS-054',
    shows: '2 1 1: the same domain by its own name',
    signed: host('canonical', '2 1 1 intermediate'),
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'alias-end',
    ids: 'TLS-053, TLS-059',
    shows: 'the exchanger is an alias, the record at its end',
    signed: '@ MX 10 mx\nmx CNAME end\nend A end\n_25._tcp.end TLSA 2 1 1 intermediate',
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'sni',
    ids: 'TLS-023, TLS-057',
    shows: 'a server with many certificates is asked for the base domain, not for the exchanger',
    signed: '@ MX 10 mx\nmx CNAME end\nend A sni\n_25._tcp.end TLSA 3 1 1 good',
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'alias-own',
    ids: 'TLS-053',
    shows: 'the exchanger is an alias, the record at its own name',
    signed: '@ MX 10 mx\nmx CNAME end\nend A good\n_25._tcp.mx TLSA 2 1 1 intermediate',
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'alias-name',
    ids: 'TLS-053, TLS-054',
    shows: 'the record at the end of the alias, and the certificate for the exchanger’s own name',
    signed: '@ MX 10 mx\nmx CNAME end\nend A alias\n_25._tcp.end TLSA 2 1 1 intermediate',
    postern: 'deferred cert-name-mismatch',
    finger: 'mismatch',
  },
  {
    name: 'alias-both',
    ids: 'TLS-053, TLS-059',
    shows: 'records at both ends of the alias: that at the end counts, and is right',
    signed:
      '@ MX 10 mx\nmx CNAME end\nend A good\n_25._tcp.end TLSA 3 1 1 good\n_25._tcp.mx TLSA 3 1 1 elsewhere',
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'alias-both-wrong',
    ids: 'TLS-053, TLS-059',
    shows: 'records at both ends of the alias: that at the end counts, and is wrong',
    signed:
      '@ MX 10 mx\nmx CNAME end\nend A good\n_25._tcp.end TLSA 3 1 1 elsewhere\n_25._tcp.mx TLSA 3 1 1 good',
    postern: 'deferred dane-mismatch',
    finger: 'mismatch',
  },
  {
    name: 'alias-between',
    ids: 'TLS-053',
    shows: 'a record in the middle of an alias counts for nothing',
    signed: '@ MX 10 mx\nmx CNAME way\nway CNAME end\nend A good\n_25._tcp.way TLSA 3 1 1 elsewhere',
    postern: 'opportunistic',
    finger: 'no DANE',
  },
  {
    name: 'alias-to-insecure',
    ids: 'TLS-053, TLS-059',
    shows: 'a signed alias to a host that is not: its own name counts, the end does not',
    signed: '@ MX 10 mx\nmx CNAME mx.alias-to-insecure.unsigned.test.\n_25._tcp.mx TLSA 3 1 1 good',
    unsigned: 'mx A good\n_25._tcp.mx TLSA 3 1 1 elsewhere',
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'alias-from-insecure',
    ids: 'TLS-053',
    shows: 'an alias that nobody signed to a host that is signed',
    signed: '@ MX 10 mx.alias-from-insecure.unsigned.test.\nend A good\n_25._tcp.end TLSA 3 1 1 elsewhere',
    unsigned: 'mx CNAME end.alias-from-insecure.signed.test.',
    postern: 'opportunistic',
    finger: 'no DANE',
  },
  {
    name: 'tlsa-alias',
    ids: 'TLS-053',
    shows: 'the record itself is an alias: the base domain stays',
    signed: `${host('good')}\n_25._tcp.mx CNAME shared\nshared TLSA 2 1 1 intermediate`,
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'tlsa-alias-insecure',
    ids: 'TLS-053, TLS-059',
    shows: 'the record is an alias into a zone that nobody signed: no record',
    signed: `${host('good')}\n_25._tcp.mx CNAME shared.tlsa-alias-insecure.unsigned.test.`,
    unsigned: 'shared TLSA 3 1 1 elsewhere',
    postern: 'opportunistic',
    finger: 'no DANE',
  },
  {
    name: 'no-mx',
    ids: 'TLS-053',
    shows: 'no MX record: the domain is its own base domain',
    signed: '@ A domain\n_25._tcp TLSA 3 1 1 domain',
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'no-mx-alias',
    ids: 'TLS-053',
    shows: 'no MX record, and the domain is an alias',
    signed: '@ CNAME end\nend A end\n_25._tcp.end TLSA 2 1 1 intermediate',
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'insecure-mx',
    zone: 'unsigned',
    ids: 'TLS-052',
    shows: 'an MX record that nobody signed, to a host with a record',
    unsigned: '@ MX 10 mx.insecure-mx.signed.test.',
    signed: 'mx A good\n_25._tcp.mx TLSA 3 1 1 good',
    postern: 'host verified',
    finger: 'host verified',
  },
  {
    name: 'insecure-mx-wrong',
    zone: 'unsigned',
    ids: 'TLS-052',
    shows: 'the same, and the record does not match',
    unsigned: '@ MX 10 mx.insecure-mx-wrong.signed.test.',
    signed: 'mx A good\n_25._tcp.mx TLSA 3 1 1 elsewhere',
    postern: 'deferred dane-mismatch',
    finger: 'mismatch',
  },
  {
    name: 'insecure-alias',
    zone: 'unsigned',
    ids: 'TLS-052',
    shows: 'an alias that nobody signed to a domain that is signed',
    unsigned: '@ CNAME insecure-alias.signed.test.',
    signed: host('good', '3 1 1 good'),
    postern: 'host verified',
    finger: 'host verified',
  },
  {
    name: 'three-hosts-10',
    ids: 'TLS-059',
    shows: 'the example of RFC 7672 §3.2.2, first host: its own name',
    ...threeHosts('three-hosts-10', 0),
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'three-hosts-15',
    ids: 'TLS-059',
    shows: 'second host: an alias with the record at its own name, proven by the end of the domain’s alias',
    ...threeHosts('three-hosts-15', 1),
    postern: 'verified',
    finger: 'verified',
  },
  {
    name: 'three-hosts-20',
    ids: 'TLS-059',
    shows: 'third host: an alias that leaves the signed zone, with the record at its own name',
    ...threeHosts('three-hosts-20', 2),
    postern: 'verified',
    finger: 'verified',
  },
];
