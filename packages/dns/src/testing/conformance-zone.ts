/**
 * The zone that {@link resolverConformance} asks about, as master-file text: complete with SOA and NS, so that a real name
 * server can serve it too. Everything lies in `conformance.test.`
 */
export const conformanceZone: string = `
$ORIGIN conformance.test.
$TTL 300
@            SOA   ns admin 1 3600 600 86400 60
@            NS    ns
ns           A     192.0.2.53
@            MX    10 mx1
@            MX    20 mx2
nomail       MX    0 .
mx1          A     192.0.2.1
mx1          A     192.0.2.2
mx1          AAAA  2001:DB8:0:0:0:0:0:1
mx2          A     192.0.2.3
alias        CNAME conformance.test.
alias1       30 CNAME alias2
alias2       CNAME alias3
alias3       CNAME mx2
dangling     CNAME nowhere
empty        CNAME text
loop1        CNAME loop2
loop2        CNAME loop1
text         TXT   "v=spf1 " "-all"
text         TXT   "a \\"quoted\\" text; with a semicolon"
_imaps._tcp  SRV   0 1 993 mx1
_imap._tcp   SRV   0 0 0 .
_25._tcp.mx1 TLSA  3 1 1 ( 00112233445566778899aabbccddeeff
                           00112233445566778899aabbccddeeff ) ; two lines
*.wild       A     192.0.2.4
a.b.deep     A     192.0.2.5
xn--mller-kva A    192.0.2.6
${Array.from({ length: 60 }, (_, index) => `big MX ${index} mail-exchanger-number-${index}.conformance.test.`).join('\n')}
`;
