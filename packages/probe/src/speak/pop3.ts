import { openPop3 } from '@postern/pop3';
import type { Connection } from '@postern/wire';
import type { MailDialogue, SpeakOptions } from './dialogue.ts';

/** POP3. CAPA is said by the dialogue itself, at the greeting and again inside TLS. */
export async function speakPop3(connection: Connection, options: SpeakOptions): Promise<MailDialogue> {
  const { ehloName: _unused, ...rest } = options;
  const pop3 = await openPop3(connection, { ...rest, patience: 'probe' });
  return {
    greeting: pop3.greeting && `${pop3.greeting.status} ${pop3.greeting.text}`.trimEnd(),
    startTls: (request, call) => pop3.startTls(request, call),
    async capabilities() {
      const { tags } = pop3.capabilities;
      return Object.keys(tags).map((tag) => [tag, ...(tags[tag] ?? [])].join(' '));
    },
    async login(credentials, call) {
      const answer = await pop3.login(credentials, call);
      return answer.ok ? { ok: true } : { ok: false, reason: answer.reason ?? 'auth-failed' };
    },
    async quit(call) {
      await pop3.quit(call);
    },
    [Symbol.asyncDispose]: () => pop3[Symbol.asyncDispose](),
  };
}
