/** The zone most tests ask about: one domain with everything, and one for each thing that can be odd about MX. */
export const sampleZone: string = `
example.test.      MX 10 mx1.example.test.
example.test.      MX 10 mx2.example.test.
example.test.      MX 20 backup.other.test.
nomail.test.       MX 0 .
mx1.example.test.  A 192.0.2.1
mx1.example.test.  AAAA 2001:db8::1
mx2.example.test.  A 192.0.2.2
mail.example.test. A 192.0.2.3
imap.example.test. A 192.0.2.4
pop.example.test.  A 192.0.2.5
implicit.test.     A 192.0.2.10
alias.test.        CNAME example.test.
dangling.test.     MX 10 gone.test.
ipmx.test.         MX 10 192.0.2.1.
_submissions._tcp.example.test. SRV 0 1 465 mail.example.test.
_submission._tcp.example.test.  SRV 10 1 587 mail.example.test.
_imaps._tcp.example.test.       SRV 0 1 993 imap.example.test.
_imap._tcp.example.test.        SRV 0 0 0 .
_pop3s._tcp.example.test.       SRV 10 1 995 pop.example.test.
_pop3._tcp.example.test.        SRV 0 0 0 .
_mta-sts.example.test.          TXT "v=STSv1; id=20250101T000000;"
_smtp._tls.example.test.        TXT "v=TLSRPTv1; rua=mailto:tls@example.test"
_25._tcp.mx1.example.test.      TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000000
_smtp-tls._tcp.example.test.    SRV 10 0 465 mx1.example.test.
_smtp-tls._tcp.example.test.    SRV 20 0 25 mx2.example.test.
_smtp-tls._tcp.nomail.test.     SRV 0 0 0 .
`;
