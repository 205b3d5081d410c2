import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPort } from './endpoint.ts';
import { parseEndpoint, printEndpoint } from './endpoint-url.ts';

// Any code point, controls and lone surrogates more often than chance would have them.
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x10ffff }),
      fc.integer({ min: 0, max: 0x9f }),
      fc.integer({ min: 0xd800, max: 0xdfff }),
    ),
  )
  .map((codes) => String.fromCodePoint(...codes));

function messageOf(text: string, lang: 'en' | 'de' = 'en'): string {
  const parsed = parseEndpoint(text, { lang });
  return parsed.ok ? 'accepted' : `${parsed.problem}: ${parsed.message}`;
}

describe('parseEndpoint', () => {
  it.each([
    ['smtps://h.example', 'smtp', 465, 'implicit-tls'],
    ['submissions://h.example', 'submission', 465, 'implicit-tls'],
    ['imaps://h.example', 'imap', 993, 'implicit-tls'],
    ['pop3s://h.example', 'pop3', 995, 'implicit-tls'],
    ['smtp+starttls://h.example', 'smtp', 25, 'starttls'],
    ['submission+starttls://h.example', 'submission', 587, 'starttls'],
    ['imap+starttls://h.example', 'imap', 143, 'starttls'],
    ['pop3+starttls://h.example', 'pop3', 110, 'starttls'],
  ])('reads %s with its default port', (text, protocol, port, method) => {
    expect(parseEndpoint(text)).toEqual({
      ok: true,
      endpoint: { protocol, host: 'h.example', port, method },
    });
  });

  it('takes port, IPv6 literal, IPv4, capitals, final dot, slash and letters beyond ASCII', () => {
    const hosts = [
      'IMAPS://Mail.Example.ORG.:1993/',
      'imaps://[2001:DB8::1]:1993',
      'imaps://192.0.2.7:1993',
      'imaps://bücher.example:1993',
      'imaps://[::ffff:192.0.2.7]:1993',
    ].map((text) => {
      const parsed = parseEndpoint(text);
      return parsed.ok ? `${parsed.endpoint.host} ${parsed.endpoint.port}` : parsed.message;
    });
    expect(hosts).toEqual([
      'mail.example.org 1993',
      '2001:db8::1 1993',
      '192.0.2.7 1993',
      'xn--bcher-kva.example 1993',
      '::ffff:192.0.2.7 1993',
    ]);
  });

  it('names the typing mistake in one line', () => {
    const mistakes = [
      '',
      'imapss://h.example',
      'imap://h.example',
      'smtp+tls://h.example',
      'mail.example.org:587',
      'imaps:/h.example',
      'IMAPS:h.example:993',
      'imaps:993',
      'imaps://',
      'imaps://:993',
      'imaps://h.example:',
      'imaps://h.example:0',
      'imaps://h.example:70000',
      'imaps://h.example:imap',
      'imaps://2001:db8::1',
      'imaps://[2001:db8::1',
      'imaps://[2001:db8::1::2]',
      'imaps://[::1]993',
      'imaps://192.0.2.700',
      'imaps://h.exa\u0000mple',
      'imaps://h.exa\u001b[31mmple',
      'imaps://h exa.example',
      'imaps://anna:secret@h.example',
      'imaps://h.example/INBOX',
      'imaps://-h.example',
      'imaps://h..example',
      'constructor://h.example',
    ];
    expect(mistakes.map((text) => messageOf(text))).toMatchInlineSnapshot(`
      [
        "empty: No endpoint given. Type one such as imaps://mail.example.org.",
        "unknown-scheme: Unknown scheme "imapss". Did you mean imaps?",
        "unknown-scheme: Unknown scheme "imap". Did you mean imap+starttls or imaps?",
        "unknown-scheme: Unknown scheme "smtp+tls". Did you mean smtps?",
        "no-scheme: "mail.example.org:587" does not say which protocol to probe. Write for example submission+starttls://mail.example.org:587.",
        "no-scheme: "imaps:/h.example" does not say which protocol to probe. Write for example imaps://h.example.",
        "no-scheme: "IMAPS:h.example:993" does not say which protocol to probe. Write for example imaps://h.example:993.",
        "no-scheme: "imaps:993" does not say which protocol to probe. Write for example imaps://imaps:993.",
        "empty-host: The host name is missing after "://".",
        "empty-host: The host name is missing after "://".",
        "empty-port: The port is missing after the colon. Leave out the colon to use the usual port.",
        "bad-port: "0" is not a port. A port is a number from 1 to 65535.",
        "bad-port: "70000" is not a port. A port is a number from 1 to 65535.",
        "bad-port: "imap" is not a port. A port is a number from 1 to 65535.",
        "bare-ipv6: "2001:db8::1" has several colons. Put an IPv6 address in brackets: [2001:db8::1] or [2001:db8::1]:993.",
        "open-bracket: The closing bracket is missing in "[2001:db8::1".",
        "bad-ipv6: "2001:db8::1::2" is not an IPv6 address.",
        "after-bracket: Between the closing bracket and "993" a colon is missing, as in [2001:db8::1]:993.",
        "bad-ipv4: "192.0.2.700" is not an IPv4 address: it takes four numbers from 0 to 255.",
        "control-character: There is an invisible or control character (\\x00) at position 14. Remove it.",
        "control-character: There is an invisible or control character (\\x1b) at position 14. Remove it.",
        "white-space: There is a space at position 10. Remove it.",
        "user-name: There is an @ in it. An endpoint has no user name and no password; leave out everything up to the @.",
        "path: An endpoint ends after host and port; remove "/INBOX".",
        "bad-host: "-h.example" is not a host name.",
        "bad-host: "h..example" is not a host name.",
        "unknown-scheme: Unknown scheme "constructor". Known are imaps, imap+starttls, pop3s, pop3+starttls, submissions, submission+starttls, smtps, smtp+starttls.",
      ]
    `);
  });

  it('says it in German too', () => {
    expect(messageOf('imapss://h.example', 'de')).toBe(
      'unknown-scheme: Unbekanntes Schema „imapss“. Meinten Sie imaps?',
    );
  });

  it('never throws and never prints a raw control character, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.string().map((tail) => `imaps://${tail}`),
        ),
        (text) => {
          expect(messageOf(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        },
      ),
    );
  });
});

describe('printEndpoint', () => {
  const endpoints = fc.record({
    protocol: fc.constantFrom('smtp', 'submission', 'imap', 'pop3'),
    host: fc.oneof(
      fc.domain().map((name) => name.toLowerCase()),
      fc.ipV4(),
      fc.ipV6().map((ip) => ip.toLowerCase()),
    ),
    port: fc.integer({ min: 1, max: 65535 }),
    method: fc.constantFrom('implicit-tls', 'starttls'),
  } as const);

  it('prints what parseEndpoint reads back', () => {
    fc.assert(
      fc.property(endpoints, (endpoint) => {
        expect(parseEndpoint(printEndpoint(endpoint))).toEqual({ ok: true, endpoint });
      }),
    );
  });

  it('leaves out the default port and brackets IPv6', () => {
    expect(printEndpoint({ protocol: 'pop3', host: '::1', port: 110, method: 'starttls' })).toBe(
      'pop3+starttls://[::1]',
    );
    expect(printEndpoint({ protocol: 'imap', host: 'h.example', port: 143, method: 'plaintext' })).toBe(
      'imap+plaintext://h.example',
    );
    expect(defaultPort('smtp', 'starttls')).toBe(25);
  });
});
