// Our client delivers by LMTP to Dovecot: each recipient has a verdict of its own (RFC 2033).
import { describe, expect, test } from 'vitest';
import { samples } from '../contents.ts';
import { openDelivery } from '../dialogue.ts';
import { readEnvironment } from '../environment.ts';
import { mailbox, withLf } from '../mailbox.ts';

const { account, addresses, full } = readEnvironment();
const me = account.user;

describe.each(['never', 'always'] as const)('contents, chunking: %s', async (chunking) => {
  await using smtp = await openDelivery(addresses.dovecot, { chunking });
  const submissions = await Promise.all(
    samples.map(({ content }, at) =>
      smtp.submit({ from: `lmtp-${chunking}-${at}@sender.test`, to: [me] }, content),
    ),
  );
  const delivered = mailbox(me);

  test.each(samples.map((sample, at) => ({ ...sample, at })))('$name', ({ arrives, inChunks, at }) => {
    expect(submissions[at]?.recipients).toMatchObject([{ status: 'accepted', reply: { code: 250 } }]);
    const copies = delivered.filter(({ from }) => from === `lmtp-${chunking}-${at}@sender.test`);
    expect(copies).toHaveLength(1);
    const wanted = withLf(chunking === 'always' ? inChunks : arrives);
    expect(copies[0]?.content.equals(wanted), 'octet for octet').toBe(true);
  });
});

describe.each(['never', 'always'] as const)('recipients, chunking: %s', (chunking) => {
  test('one has no room, one does not exist, and the others get the message', async () => {
    await using smtp = await openDelivery(addresses.dovecot, { chunking });
    const from = `verdicts-${chunking}@sender.test`;
    const to = [full, me, 'nobody@good.test', 'bulk@good.test'];
    const { recipients } = await smtp.submit({ from, to }, 'Subject: verdicts\r\n\r\nx\r\n');
    expect(recipients).toMatchObject([
      { recipient: full, status: 'refused', reason: 'over-quota', reply: { code: 552, enhanced: '5.2.2' } },
      { recipient: me, status: 'accepted' },
      { recipient: 'nobody@good.test', status: 'refused', reply: { code: 550, enhanced: '5.1.1' } },
      { recipient: 'bulk@good.test', status: 'accepted' },
    ]);
    const copies = (user: string): number => mailbox(user).filter((message) => message.from === from).length;
    expect([full, me, 'bulk@good.test'].map(copies)).toEqual([0, 1, 1]);
  });

  test('where none gets the message, the next one passes', async () => {
    await using smtp = await openDelivery(addresses.dovecot, { chunking });
    const from = `next-${chunking}@sender.test`;
    const [none, next] = await Promise.all([
      smtp.submit({ from, to: ['nobody@good.test'] }, 'none'),
      smtp.submit({ from, to: [me] }, 'Subject: next\r\n\r\nx\r\n'),
    ]);
    expect(none.recipients).toMatchObject([{ status: 'refused' }]);
    expect(next.recipients).toMatchObject([{ status: 'accepted' }]);
    expect(mailbox(me).filter((message) => message.from === from)).toHaveLength(1);
  });
});
