import { describe, expect, it } from 'vitest';
import { parseResolvConf } from './resolv-conf.ts';

describe('parseResolvConf', () => {
  it('DNS-013 reads the servers in order and nothing that changes names', () => {
    const text = `# comment
domain corp.test
search corp.test example.test
options ndots:5 timeout:1
nameserver 192.0.2.53
nameserver\t2001:DB8::53 ; comment
  nameserver 192.0.2.99
;nameserver 192.0.2.98
nameserver not-an-address
nameserver fe80::1%eth0\r
nameserver 192.0.2.54
`;
    expect(parseResolvConf(text)).toEqual([
      { address: '192.0.2.53', port: 53, trusted: false },
      { address: '2001:db8::53', port: 53, trusted: false },
      { address: 'fe80::1%eth0', port: 53, trusted: false },
    ]);
  });

  it('takes a zone identifier in printable characters only', () => {
    expect(parseResolvConf('nameserver fe80::1%\u001b[2J\nnameserver fe80::2%wg0')).toEqual([
      { address: 'fe80::2%wg0', port: 53, trusted: false },
    ]);
  });

  it('falls back to this machine, as the C library does', () => {
    expect(parseResolvConf('')).toEqual([{ address: '127.0.0.1', port: 53, trusted: true }]);
  });

  it('DNS-042 trusts the servers where the file says trust-ad, and those on this machine', () => {
    const trust = (text: string): readonly (boolean | undefined)[] =>
      parseResolvConf(text).map(({ trusted }) => trusted);
    expect(trust('nameserver 192.0.2.53\noptions edns0 trust-ad')).toEqual([true]);
    expect(trust('options trust-ad\noptions rotate\nnameserver 192.0.2.53\nnameserver 2001:db8::1')).toEqual([
      true,
      true,
    ]);
    expect(trust('nameserver 192.0.2.53\n#options trust-ad\n;options trust-ad\noptions no-trust-ad')).toEqual(
      [false],
    );
    expect(trust('nameserver 192.0.2.53\noptions rotate # trust-ad')).toEqual([false]);
    expect(trust('nameserver 127.0.0.53\nnameserver ::1\nnameserver ::ffff:127.0.0.1')).toEqual([
      true,
      true,
      true,
    ]);
    // By octets: what only begins like it is another address.
    expect(trust('nameserver 12.7.0.1\nnameserver 1::1')).toEqual([false, false]);
  });
});
