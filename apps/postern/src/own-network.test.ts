import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { networkName } from './own-network.ts';

/** An interface with these addresses. */
function link(...cidrs: readonly string[]): NetworkInterfaceInfo[] {
  return cidrs.map((cidr) => {
    const [address = ''] = cidr.split('/');
    const common = {
      address,
      cidr,
      mac: '00:00:00:00:00:00',
      netmask: '',
      internal: /^(127|::1)/.test(address),
    };
    return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
  });
}

test('a network is named by our IPv4 address and the prefix of our IPv6 addresses', () => {
  expect(
    networkName({
      lo: link('127.0.0.1/8', '::1/128'),
      eth0: link('192.0.2.7/24', '2001:db8:0:1:aaaa:bbbb:cccc:dddd/64', 'fe80::1/64'),
      eth1: undefined,
    }),
  ).toBe('192.0.2.7/24 2001:db8:0:1::/64');
});

test('a network with IPv6 only has a name, and another one another', () => {
  const here = networkName({ eth0: link('2001:db8:0:1::5/64', 'fe80::1/64') });
  expect(here).toBe('2001:db8:0:1::/64');
  expect(networkName({ eth0: link('2001:db8:0:2::5/64', 'fe80::1/64') })).not.toBe(here);
  // Neither a temporary address (RFC 8981) nor one by DHCP makes another network of it.
  expect(
    networkName({ eth0: link('2001:db8:0:1::5/64', '2001:db8:0:1:1234::9/64', '2001:db8:0:1::77/128') }),
  ).toBe(here);
});

test('of many networks the name is short, and each one of them counts', () => {
  const many = Array.from({ length: 40 }, (_, at) => `10.0.${at}.1/24`);
  const name = networkName({ eth0: link(...many) });
  expect(name.length).toBeLessThanOrEqual(100);
  expect(networkName({ eth0: link(...many.slice(0, -1)) })).not.toBe(name);
  expect(networkName({ eth0: link(...many.toReversed()) })).toBe(name);
});

test('without any network there is no name', () => {
  expect(networkName({ lo: link('127.0.0.1/8'), eth0: link('fe80::1/64', '169.254.3.4/16') })).toBe('');
});
