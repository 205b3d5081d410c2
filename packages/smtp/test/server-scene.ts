import { latin1, utf8 } from '@postern/wire';
import type { Clock, Connection } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { serveSmtp } from '../src/server/index.ts';
import type { ServeSmtpOptions, SmtpServerEvent } from '../src/server/index.ts';

const endpoint = { address: '192.0.2.25', port: 25 };

/** The client's end, by hand. */
export interface Client {
  readonly clock: Clock;
  readonly connection: Connection;
  say(text: string): Promise<void>;
  /** What has come once it ends like this. */
  hear(end: string): Promise<string>;
  /** One segment. */
  segment(): Promise<string | undefined>;
  readonly events: SmtpServerEvent[];
  /** How serving ended. */
  readonly served: Promise<unknown>;
}

/** A server and a client in virtual time. */
export async function serverScene(
  options: Partial<ServeSmtpOptions>,
  run: (client: Client) => Promise<void>,
): Promise<void> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 5 } });
  const events: SmtpServerEvent[] = [];
  const ended = Promise.withResolvers<unknown>();
  await network.listen(endpoint, async (connection) => {
    const onEvent = (event: SmtpServerEvent): void => {
      events.push(event);
    };
    await serveSmtp(connection, { domain: 'mx', clock, onEvent, ...options }).then(
      () => {
        ended.resolve('well');
      },
      (error: unknown) => {
        ended.resolve(error);
      },
    );
  });
  const dialogue = async (): Promise<void> => {
    const connection = await network.connect(endpoint);
    const segment = async (): Promise<string | undefined> => {
      const bytes = await connection.read();
      return bytes && latin1(bytes);
    };
    const client: Client = {
      clock,
      connection,
      events,
      served: ended.promise,
      segment,
      say: (text) => connection.write(utf8(text)),
      async hear(end) {
        let all = '';
        while (!all.endsWith(end)) {
          const more = await segment();
          if (more === undefined) throw new Error(`closed after ${JSON.stringify(all)}`);
          all += more;
        }
        return all;
      },
    };
    try {
      await run(client);
    } finally {
      connection.reset();
    }
  };
  await clock.run(dialogue());
}

/** Says EHLO and hears what it brings. */
export async function hello(client: Client): Promise<void> {
  await client.hear('220 mx ESMTP ready\r\n');
  await client.say('EHLO c\r\n');
  await client.hear('250 LIMITS RCPTMAX=100\r\n');
}

/** An envelope with two recipients, up to DATA. */
export const group = 'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n';
