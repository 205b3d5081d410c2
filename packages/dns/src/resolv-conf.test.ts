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
      { address: '192.0.2.53', port: 53 },
      { address: '2001:db8::53', port: 53 },
      { address: 'fe80::1%eth0', port: 53 },
    ]);
  });

  it('takes a zone identifier in printable characters only', () => {
    expect(parseResolvConf('nameserver fe80::1%\u001b[2J\nnameserver fe80::2%wg0')).toEqual([
      { address: 'fe80::2%wg0', port: 53 },
    ]);
  });

  it('falls back to this machine, as the C library does', () => {
    expect(parseResolvConf('')).toEqual([{ address: '127.0.0.1', port: 53 }]);
  });
});
