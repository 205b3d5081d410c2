import { describe, expect, it } from 'vitest';
import { exchangerDomains, exchangerPlaces, placesOf } from './places.ts';

describe('where an autoconfig file may be', () => {
  it('SETUP-010 the order, and the address for the own host of the domain only', () => {
    expect(placesOf('example.test', 'a+b@example.test').map(({ url }) => url)).toEqual([
      'https://autoconfig.example.test/mail/config-v1.1.xml?emailaddress=a%2Bb%40example.test',
      'https://example.test/.well-known/autoconfig/mail/config-v1.1.xml',
      'https://v1.ispdb.net/example.test',
    ]);
    expect(placesOf('example.test', undefined)[0]?.url).toBe(
      'https://autoconfig.example.test/mail/config-v1.1.xml',
    );
    expect(exchangerPlaces('mx.premium.europe.example.com', 'example.test').map(({ url }) => url)).toEqual([
      'https://autoconfig.premium.europe.example.com/mail/config-v1.1.xml',
      'https://autoconfig.example.com/mail/config-v1.1.xml',
      'https://v1.ispdb.net/premium.europe.example.com',
      'https://v1.ispdb.net/example.com',
    ]);
  });

  it('does not ask the domain itself twice', () => {
    expect(exchangerPlaces('mx.example.com', 'example.com')).toEqual([]);
  });

  it.each([
    ['mx.premium.europe.example.com', ['premium.europe.example.com', 'example.com']],
    ['mx.example.co.uk', ['example.co.uk']],
    ['example.com', ['example.com']],
    ['co.uk', []],
    ['192.0.2.1', []],
  ])('SETUP-011 %s belongs to %j', (exchanger, expected) => {
    expect(exchangerDomains(exchanger)).toEqual(expected);
  });
});
