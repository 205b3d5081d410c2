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

/** The dialogue whose waits are counted. @param {import('../waits.mjs').Dialogue} dialogue */
export async function converse({ port, ca, serverName, user, password, count }) {
  const client = new Imap({
    host: '127.0.0.1',
    port,
    tls: true,
    tlsOptions: { ca, servername: serverName },
    user,
    password,
    keepalive: false,
  });
  const failed = new Promise((_, reject) => {
    client.once('error', reject);
  });
  failed.catch(() => undefined);
  /** @param {(done: (failure?: unknown) => void) => void} begin */
  const over = (begin) =>
    Promise.race([
      failed,
      new Promise((resolve, reject) => {
        begin((failure) => {
          if (failure) reject(failure);
          else resolve(undefined);
        });
      }),
    ]);
  await over((done) => {
    client.once('ready', () => done());
    client.connect();
  });
  return {
    async list() {
      await over((done) => client.openBox('INBOX', true, done));
      let seen = 0;
      await over((done) => {
        const fetching = client.seq.fetch('1:*', { envelope: true });
        fetching.on('message', (/** @type {any} */ message) => {
          message.on('attributes', (/** @type {any} */ { envelope }) => {
            if (envelope) seen += 1;
          });
        });
        fetching.once('end', () => done());
      });
      if (seen !== count) throw new Error(`${seen} of ${count} messages`);
    },
    /** @param {string} name @param {() => number} waits */
    async download(name, waits) {
      await over((done) => client.openBox(name, true, done));
      const before = waits();
      let seen = 0;
      await over((done) => {
        const fetching = client.seq.fetch('1', { bodies: '' });
        fetching.on('message', (/** @type {any} */ message) => {
          message.on('body', (/** @type {any} */ stream) => {
            stream.on('data', (/** @type {Buffer} */ piece) => {
              seen += piece.length;
            });
          });
        });
        fetching.once('end', () => done());
      });
      return { before, seen, leave: () => over((done) => client.once('close', () => done()).end()) };
    },
  };
}
