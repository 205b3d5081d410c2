// Our SMTP client hands messages to Postfix: on every port and in every manner, and what arrives is what was sent.
import { latin1 } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { samples } from '../contents.ts';
import { openDialogue } from '../dialogue.ts';
import type { DialogueOptions, Target } from '../dialogue.ts';
import { readEnvironment } from '../environment.ts';
import { mailbox, queueEmpty, withLf } from '../mailbox.ts';

const { account, addresses, ca: files, endpoints } = readEnvironment();
const ca = files.root;
const me = account.user;

function exchanger(address: string): Target {
  return { address, port: 25, host: 'mx.good.test', method: 'starttls' };
}

const manners: readonly {
  manner: string;
  sender: string;
  address: string;
  options?: Partial<DialogueOptions>;
}[] = [
  { manner: 'with DATA', sender: 'data', address: addresses.postfix },
  { manner: 'with BDAT', sender: 'bdat', address: addresses.postfix, options: { chunking: 'always' } },
  {
    manner: 'in a window, content with the envelope',
    sender: 'window',
    address: addresses.postfix,
    options: { window: true },
  },
  {
    manner: 'with DATA, because CHUNKING is not offered',
    sender: 'unoffered',
    address: addresses.postfixWithoutChunking,
    options: { chunking: 'always' },
  },
];

describe.each(manners)('contents sent $manner', async ({ sender, address, options }) => {
  const written: string[] = [];
  const smtp = await openDialogue(exchanger(address), {
    ca,
    ...options,
    observe: { wrote: (bytes) => written.push(latin1(bytes)) },
  });
  // All at once: they share the connection, and groups.
  const submissions = await Promise.all(
    samples.map(({ content }, at) => smtp.submit({ from: `${sender}-${at}@sender.test`, to: [me] }, content)),
  );
  await smtp.quit();
  await queueEmpty();
  const delivered = mailbox(me);

  test.each(samples.map((sample, at) => ({ ...sample, at })))('$name', ({ arrives, at }) => {
    expect(submissions[at]?.recipients).toMatchObject([{ status: 'accepted', reply: { code: 250 } }]);
    const copies = delivered.filter(({ from }) => from === `${sender}-${at}@sender.test`);
    expect(copies).toHaveLength(1);
    expect(copies[0]?.content.equals(withLf(arrives)), 'octet for octet').toBe(true);
  });

  test('the verb was the expected one', () => {
    const all = written.join('');
    const chunks = sender === 'bdat' || sender === 'window';
    expect(/^BDAT \d+ LAST\r$/m.test(all)).toBe(chunks);
    expect(/^DATA\r$/m.test(all)).toBe(!chunks);
  });

  test('envelopes went in groups, as PIPELINING allows', () => {
    expect(written.some((group) => /^MAIL FROM:.*\r\nRCPT TO:/m.test(group))).toBe(true);
  });
});

describe.each(endpoints.filter(({ protocol, port }) => protocol === 'smtp' && port !== 25))(
  'submission on $endpoint',
  (endpoint) => {
    const login = { user: account.user, password: account.password };

    test('takes a message after the login', async () => {
      await using smtp = await openDialogue(endpoint, { ca, account: login });
      const from = `submission-${endpoint.port}@sender.test`;
      const { recipients } = await smtp.submit({ from, to: [me] }, 'Subject: login\r\n\r\nx\r\n');
      expect(recipients).toMatchObject([{ status: 'accepted' }]);
      await queueEmpty();
      expect(mailbox(me).filter((message) => message.from === from)).toHaveLength(1);
    });

    test('says auth-failed for a wrong password, and goes on with the right one', async () => {
      await using smtp = await openDialogue(endpoint, { ca });
      const wrong = await smtp.login({ type: 'password', ...login, password: 'wrong' });
      expect(wrong).toMatchObject({ ok: false, reason: 'auth-failed', reply: { code: 535 } });
      expect(await smtp.login({ type: 'password', ...login })).toMatchObject({ ok: true });
    });

    test('takes nothing before the login', async () => {
      await using smtp = await openDialogue(endpoint, { ca });
      const { recipients } = await smtp.submit({ from: me, to: ['a@elsewhere.test'] }, 'x');
      expect(recipients).toMatchObject([{ status: 'refused', reply: { code: 554 } }]);
    });
  },
);

describe('one recipient of several is refused', () => {
  test.each(['never', 'always'] as const)('the others get the message, chunking: %s', async (chunking) => {
    await using smtp = await openDialogue(exchanger(addresses.postfix), { ca, chunking });
    const from = `partly-${chunking}@sender.test`;
    const to = ['nobody@good.test', me, 'a@elsewhere.test'];
    const { recipients } = await smtp.submit({ from, to }, 'Subject: partly\r\n\r\nx\r\n');
    expect(recipients).toMatchObject([
      { recipient: 'nobody@good.test', status: 'refused', reply: { code: 550, enhanced: '5.1.1' } },
      { recipient: me, status: 'accepted' },
      { recipient: 'a@elsewhere.test', status: 'refused', reply: { code: 554, enhanced: '5.7.1' } },
    ]);
    await queueEmpty();
    expect(mailbox(me).filter((message) => message.from === from)).toHaveLength(1);
  });

  test('where all are, nobody gets anything, and the next message passes', async () => {
    await using smtp = await openDialogue(exchanger(addresses.postfix), { ca, window: true });
    const [none, next] = await Promise.all([
      smtp.submit({ from: 'none@sender.test', to: ['nobody@good.test', 'no@good.test'] }, 'none'),
      smtp.submit({ from: 'next@sender.test', to: [me] }, 'Subject: next\r\n\r\nx\r\n'),
    ]);
    expect(none.recipients.map(({ status }) => status)).toEqual(['refused', 'refused']);
    expect(next.recipients).toMatchObject([{ status: 'accepted' }]);
    await queueEmpty();
    const senders = mailbox(me).map(({ from }) => from);
    expect(senders).toContain('next@sender.test');
    expect(senders).not.toContain('none@sender.test');
  });
});

describe('what Postfix announces is kept to', () => {
  test('a message over SIZE is not offered', async () => {
    await using smtp = await openDialogue(exchanger(addresses.postfix), { ca });
    const { size } = smtp.extensions;
    const content = 'x'.repeat(Number(size) + 1);
    const { recipients } = await smtp.submit({ from: me, to: [me] }, content);
    expect(recipients).toMatchObject([{ status: 'refused', reason: 'size-exceeded' }]);
  });

  test('a stream that grows over SIZE while it is sent is refused, or the connection broken', async () => {
    await using smtp = await openDialogue(exchanger(addresses.postfix), { ca });
    const block = Buffer.from(`${'x'.repeat(98)}\r\n`.repeat(10_000));
    const blocks = Array.from({ length: 12 }, () => block);
    const { recipients } = await smtp.submit({ from: me, to: [me] }, blocks);
    expect(recipients[0]?.status).toBe('refused');
    expect(recipients[0]).toMatchObject({ reason: 'size-exceeded' });
  });

  test('SMTPUTF8: addresses and header fields beyond ASCII arrive', async () => {
    await using smtp = await openDialogue(exchanger(addresses.postfix), { ca });
    const content = 'Subject: Grüße\r\nFrom: änne@sender.test\r\n\r\nüber\r\n';
    const { recipients } = await smtp.submit({ from: 'änne@sender.test', to: ['jörg@good.test'] }, content);
    expect(recipients).toMatchObject([{ status: 'accepted', recipient: 'jörg@good.test' }]);
    await queueEmpty();
    expect(mailbox('jörg@good.test')).toEqual([
      { from: 'änne@sender.test', content: withLf(Buffer.from(content)) },
    ]);
  });
});
