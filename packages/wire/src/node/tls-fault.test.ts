import { describe, expect, it } from 'vitest';
import { handshakeFault, receivedAlert } from './tls-fault.ts';
import { utf8 } from '../bytes.ts';
import type { HandshakeScene } from './tls-fault.ts';

const scene: HandshakeScene = {
  endpoint: { address: '127.0.0.1', port: 465 },
  begun: 'implicit',
  after: 3,
  firstBytes: undefined,
  byteCount: 0,
};
const failure = (code: string | undefined, message = '', extra: object = {}): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code }, extra);

describe('handshakeFault', () => {
  it('takes the alert out of the packed error number, whatever the code is called', () => {
    const node20 = failure(
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      '0000:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure',
    );
    const node24 = failure(
      'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
      '0000:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure',
    );
    expect(receivedAlert(node20)).toBe(40);
    expect(handshakeFault(node20, scene).reason).toBe('tls-alert-handshake-failure');
    expect(handshakeFault(node24, scene).reason).toBe('tls-alert-handshake-failure');
  });

  it.each([
    ['ECONNRESET', { syscall: 'read' }, 'reset-during-tls'],
    ['ECONNRESET', {}, 'closed-during-tls'],
    ['EPIPE', {}, 'reset-during-tls'],
    ['ETIMEDOUT', { syscall: 'read' }, 'reset-during-tls'],
    ['EHOSTUNREACH', { syscall: 'write' }, 'reset-during-tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', {}, 'tls-not-spoken'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', {}, 'tls-version-too-old'],
    ['ERR_SSL_EE_KEY_TOO_SMALL', {}, 'cert-key-too-small'],
    ['ERR_SSL_CA_MD_TOO_WEAK', {}, 'cert-weak-signature'],
    ['ERR_SSL_SOMETHING_NEW', {}, 'tls-broken'],
    [undefined, {}, 'closed-during-tls'],
  ])('SETUP-032 %s %j is %s', (code, extra, reason) => {
    expect(handshakeFault(failure(code, '', extra), scene).reason).toBe(reason);
  });

  it('believes the bytes before the code', () => {
    const seen = { ...scene, firstBytes: utf8('220 mx\r\n'), byteCount: 8 };
    const fault = handshakeFault(failure('ERR_SSL_WRONG_VERSION_NUMBER'), seen);
    expect(fault).toMatchObject({
      reason: 'plaintext-on-tls-port',
      evidence: { byteCount: 8, code: 'ERR_SSL_WRONG_VERSION_NUMBER' },
    });
    expect(handshakeFault(failure('ECONNRESET'), { ...seen, begun: 'upgrade' }).reason).toBe(
      'plaintext-after-starttls',
    );
  });
});
