import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse-config.ts';

const imap = (host: string, port: string, socket = 'SSL', more = ''): string => `
  <incomingServer type="imap">
    <hostname>${host}</hostname><port>${port}</port><socketType>${socket}</socketType>${more}
  </incomingServer>`;

function file(servers: string, before = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${before}
<clientConfig version="1.1"><emailProvider id="example.test"><domain>example.test</domain>${servers}
</emailProvider></clientConfig>`;
}

describe('reading an autoconfig file', () => {
  it('SETUP-012 keeps the order of preference and passes over what is unknown', () => {
    const text = file(`
      ${imap('first.example.test', '993', 'SSL', '<username>%EMAILLOCALPART%</username><novelty>x<y/></novelty>')}
      ${imap('%EMAILDOMAIN%', '143', 'STARTTLS', '<authentication>OAuth2</authentication><authentication>password-cleartext</authentication>')}
      <incomingServer type="jmap"><hostname>jmap.example.test</hostname></incomingServer>
      <outgoingServer type="smtp">
        <hostname>SMTP.example.test.</hostname> <port> 587 </port> <socketType>STARTTLS</socketType>
      </outgoingServer>`);
    expect(parseConfig(text, 'example.test')).toEqual([
      {
        protocol: 'imap',
        host: 'first.example.test',
        port: 993,
        method: 'implicit-tls',
        userName: '%EMAILLOCALPART%',
        authentication: [],
      },
      {
        protocol: 'imap',
        host: 'example.test',
        port: 143,
        method: 'starttls',
        userName: '%EMAILADDRESS%',
        authentication: ['OAuth2', 'password-cleartext'],
      },
      {
        protocol: 'submission',
        host: 'smtp.example.test',
        port: 587,
        method: 'starttls',
        userName: '%EMAILADDRESS%',
        authentication: [],
      },
    ]);
  });

  it.each([
    ['no host', imap('', '993')],
    ['a host that is none', imap('a..b', '993')],
    ['a host with an element in it', imap('mail<b/>', '993').replace('mail', '')],
    ['a port that is none', imap('h.test', '0x3e1')],
    ['port 0', imap('h.test', '0')],
    ['port 65536', imap('h.test', '65536')],
    ['an unknown way to begin TLS', imap('h.test', '993', 'TLS')],
    ['a way that every object has', imap('h.test', '993', 'constructor')],
  ])('passes over a server with %s', (_, server) => {
    expect(parseConfig(file(server), 'example.test')).toEqual([]);
  });

  it('takes sixteen servers and no more', () => {
    const many = Array.from({ length: 40 }, (_, at) => imap(`h${at}.test`, '993')).join('');
    expect(parseConfig(file(many), 'example.test')).toHaveLength(16);
  });

  const bomb = '<!DOCTYPE clientConfig [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';
  it.each([
    ['nothing', ''],
    ['a page of the web', '<!doctype html><html><body>no</body></html>'],
    ['other XML', '<autodiscover><clientConfig/></autodiscover>'],
    ['a policy', 'version: STSv1\nmode: enforce\n'],
    ['a document type', file(imap('h.test', '993'), bomb)],
    ['an entity of its own', file(imap('&b;', '993'))],
    ['half a file', file(imap('h.test', '993')).slice(0, -40)],
    ['tags that do not fit', file('<a></b>')],
    ['one that is nested too deep', file('<a>'.repeat(20) + '</a>'.repeat(20))],
    ['JSON', '{}'],
  ])('SETUP-012 %s is no such file', (_, text) => {
    expect(parseConfig(text, 'example.test')).toBeUndefined();
  });

  it('never throws, whatever a web server sends', () => {
    const piece = oneof(
      string({ unit: 'binary' }),
      constantFrom('<', '>', '&', '</', '<!', ']]>', '<?', '<clientConfig>', '<emailProvider>', '\0', '"'),
    );
    assert(
      property(array(piece, { maxLength: 30 }), (parts) => {
        const found = parseConfig(parts.join(''), 'example.test');
        expect(found?.length ?? 0).toBeLessThanOrEqual(16);
      }),
    );
  });
});
