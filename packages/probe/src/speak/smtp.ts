import { openSmtp } from '@postern/smtp';
import type { Connection } from '@postern/wire';
import { WireError } from '@postern/wire';
import type { MailDialogue, SpeakOptions } from './dialogue.ts';

/** SMTP and submission. */
export async function speakSmtp(connection: Connection, options: SpeakOptions): Promise<MailDialogue> {
  const { ehloName, ...rest } = options;
  const smtp = await openSmtp(connection, { ...rest, patience: 'probe' });
  return {
    greeting: smtp.greeting?.lines[0],
    startTls: (request, call) => smtp.startTls(request, call),
    async capabilities(call) {
      const answer = await smtp.ehlo(ehloName, call);
      if (answer.ok) return answer.reply.lines.slice(1);
      throw new WireError({
        kind: 'peer',
        reason: 'protocol-error',
        phase: 'ehlo',
        after: 0,
        endpoint: connection.endpoint,
        evidence: {
          reply: `${answer.reply.code} ${answer.reply.lines.join(' ')}`,
          rule: 'RFC 5321 §4.1.1.1',
        },
      });
    },
    async login(credentials, call) {
      const answer = await smtp.login(credentials, call);
      return answer.ok ? { ok: true } : { ok: false, reason: answer.reason ?? 'auth-failed' };
    },
    async quit(call) {
      await smtp.quit(call);
    },
    [Symbol.asyncDispose]: () => smtp[Symbol.asyncDispose](),
  };
}
