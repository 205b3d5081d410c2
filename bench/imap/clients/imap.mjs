import Imap from 'imap';

/** @param {{ login: number, count: number }} job */
export function envelopes({ login, count }) {
  return () =>
    new Promise((resolve, reject) => {
      const client = new Imap({
        host: '127.0.0.1',
        port: login,
        tls: false,
        user: 'ann',
        password: 'x',
        keepalive: false,
      });
      client.once('error', reject);
      client.once('ready', () => {
        client.openBox('INBOX', true, (/** @type {unknown} */ failure) => {
          if (failure) {
            reject(failure);
            return;
          }
          let seen = 0;
          const fetching = client.seq.fetch('1:*', { envelope: true, struct: true, size: true });
          fetching.on('message', (/** @type {any} */ message) => {
            message.on('attributes', (/** @type {any} */ { uid, flags }) => {
              if (uid && flags) seen += 1;
            });
          });
          fetching.once('end', () => {
            client.once('close', () => {
              if (seen === count) resolve(undefined);
              else reject(new Error(`${seen} of ${count} messages`));
            });
            client.end();
          });
        });
      });
      client.connect();
    });
}

/** @param {{ login: number, octets: number }} job */
export function content({ login, octets }) {
  const client = new Imap({
    host: '127.0.0.1',
    port: login,
    tls: false,
    user: 'ann',
    password: 'x',
    keepalive: false,
  });
  return new Promise((ready, reject) => {
    client.once('error', reject);
    client.once('ready', () => {
      client.openBox('INBOX', true, (/** @type {unknown} */ failure) => {
        if (failure) reject(failure);
        else ready(() => download(client, octets));
      });
    });
    client.connect();
  });
}

/** @param {any} client @param {number} octets */
function download(client, octets) {
  return new Promise((resolve, reject) => {
    let seen = 0;
    const fetching = client.fetch('1001', { bodies: '' });
    fetching.on('message', (/** @type {any} */ message) => {
      message.on('body', (/** @type {any} */ stream) => {
        stream.on('data', (/** @type {Buffer} */ piece) => {
          seen += piece.length;
        });
      });
    });
    fetching.once('end', () => {
      client.once('close', () => {
        if (seen === octets) resolve(undefined);
        else reject(new Error(`${seen} of ${octets} octets`));
      });
      client.end();
    });
  });
}
