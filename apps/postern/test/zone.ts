/** The host that most tests look at, and what its domain announces. */
export const host = 'mail.example.test';
export const address = '192.0.2.1';

export const exchanger: string = `
${host}. A ${address}
example.test. MX 10 ${host}.
`;

/** With services by both methods. */
export const services: string = `${exchanger}
_imaps._tcp.example.test. SRV 0 1 993 ${host}.
_imap._tcp.example.test. SRV 10 1 143 ${host}.
_submissions._tcp.example.test. SRV 0 1 465 ${host}.
_submission._tcp.example.test. SRV 10 1 587 ${host}.
`;
