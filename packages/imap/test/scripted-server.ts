import { scriptedPeer, virtualClock } from '@postern/wire/testing';
import { openImap } from '../src/index.ts';
import type { Imap, Mailbox, OpenImapOptions } from '../src/index.ts';

/** What a server says to a command: lines, in which `$` stands for the tag. */
export type Says = (line: string) => readonly string[] | undefined;

/** A dialogue with a server that answers by a function; by default it selects a mailbox of three messages. */
export async function talk(
  says: Says,
  { capabilities = 'IMAP4rev1', ...options }: Partial<OpenImapOptions> & { capabilities?: string } = {},
): Promise<{ readonly imap: Imap; readonly heard: string[] }> {
  const heard: string[] = [];
  const connection = await scriptedPeer(async ({ send, line }) => {
    await send(`* PREAUTH [CAPABILITY ${capabilities}] hi\r\n`);
    for (let said = await line(); said !== undefined; said = await line()) {
      heard.push(said);
      const tag = /^a\d+(?= )/.exec(said)?.[0] ?? '';
      const rest = tag === '' ? said : said.slice(tag.length + 1);
      const given =
        says(rest) ??
        (/^(?:SELECT|EXAMINE)/.test(rest)
          ? ['* 3 EXISTS', '* OK [UIDVALIDITY 9] x', '$ OK [READ-WRITE] x']
          : ['$ OK done']);
      await send(given.map((text) => `${text.replace('$', tag)}\r\n`).join(''));
    }
  });
  return { imap: await openImap(connection, { clock: virtualClock(), ...options }), heard };
}

/** The same with a mailbox selected. */
export async function selected(
  ...given: Parameters<typeof talk>
): Promise<{ readonly imap: Imap; readonly heard: string[]; readonly mailbox: Mailbox }> {
  const { imap, heard } = await talk(...given);
  const answer = await imap.select('INBOX');
  if (!answer.ok) throw new Error(answer.reply.text);
  return { imap, heard, mailbox: answer.value };
}
