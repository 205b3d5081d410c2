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
