import { describe, expect, it } from 'vitest';
import { alertInRecord, alertReason } from './alerts.ts';
import { utf8 } from './bytes.ts';
import { isNoise, isTlsRecord, judgeNonTls, recogniseProtocol } from './first-bytes.ts';

describe('recogniseProtocol', () => {
  it.each([
    ['220 mx.example.test ESMTP\r\n', 'smtp'],
    ['554-no\r\n', 'smtp'],
    ['220 ProFTPD Server\r\n', 'ftp'],
    ['+OK ready\r\n', 'pop3'],
    ['-ERR busy\r\n', 'pop3'],
    ['* OK IMAP4rev1\r\n', 'imap'],
    ['* PREAUTH hi\r\n', 'imap'],
    ['HTTP/1.1 400 Bad Request\r\n', 'http'],
    ['SSH-2.0-OpenSSH_9\r\n', 'ssh'],
    ['"IMPLEMENTATION" "Dovecot"\r\n', 'managesieve'],
    ['\u0015\u0003\u0003\u0000\u0002\u0002\n', 'tls'],
    ['nonsense', undefined],
    ['', undefined],
  ])('%j is %s', (text, protocol) => {
    expect(recogniseProtocol(utf8(text))).toBe(protocol);
  });

  it('takes the first byte of a record alone for TLS, and 0x15 0x02 not', () => {
    expect(isTlsRecord(Uint8Array.of(0x16))).toBe(true);
    expect(isTlsRecord(Uint8Array.of(0x15, 0x02))).toBe(false);
  });
});

describe('isNoise', () => {
  it('is what can begin neither a TLS record nor a line of text', () => {
    const noise = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) =>
      isNoise(Uint8Array.of(byte)),
    );
    const control = Array.from({ length: 32 }, (_, byte) => byte);
    const text = [9, 10, 11, 12, 13];
    const records = [0x14, 0x15, 0x16, 0x17];
    expect(noise.filter((byte) => byte < 32)).toEqual(
      control.filter((byte) => !text.includes(byte) && !records.includes(byte)),
    );
    expect(noise.filter((byte) => byte >= 32)).toEqual(Array.from({ length: 129 }, (_, at) => 127 + at));
    expect(isNoise(new Uint8Array(0))).toBe(false);
  });
});

describe('judgeNonTls', () => {
  it('F-01 a mail greeting on a port where TLS was begun at once wants STARTTLS', () => {
    expect(judgeNonTls(utf8('220 mx\r\n'), 'implicit')).toBe('plaintext-on-tls-port');
    expect(judgeNonTls(utf8('+OK\r\n'), 'implicit')).toBe('plaintext-on-tls-port');
    expect(judgeNonTls(utf8('* OK\r\n'), 'implicit')).toBe('plaintext-on-tls-port');
  });
  it('another protocol or noise on such a port is no TLS', () => {
    expect(judgeNonTls(utf8('HTTP/1.1 400\r\n'), 'implicit')).toBe('tls-not-spoken');
    expect(judgeNonTls(Uint8Array.of(0, 1, 2), 'implicit')).toBe('tls-not-spoken');
  });
  it('TLS-012 text behind a go-ahead is an injection, noise is no TLS', () => {
    expect(judgeNonTls(utf8('250 x\r\n'), 'upgrade')).toBe('plaintext-after-starttls');
    expect(judgeNonTls(Uint8Array.of(0, 1, 2), 'upgrade')).toBe('tls-not-spoken');
  });
});

describe('alerts', () => {
  it('reads the number of a fatal alert record', () => {
    expect(alertInRecord(Uint8Array.of(0x15, 3, 3, 0, 2, 2, 40))).toBe(40);
    expect(alertInRecord(Uint8Array.of(0x16, 3, 3, 0, 2, 2, 40))).toBeUndefined();
  });
  it.each([
    [40, 'tls-alert-handshake-failure'],
    [70, 'tls-version-too-old'],
    [71, 'tls-no-shared-cipher'],
    [112, 'tls-alert-unrecognized-name'],
    [116, 'tls-client-cert-required'],
    [0, 'closed-during-tls'],
    [255, 'tls-broken'],
  ])('alert %i is %s', (alert, reason) => {
    expect(alertReason(alert)).toBe(reason);
  });
});
