import { openImap } from '@postern/imap';
import type { Connection } from '@postern/wire';
import type { MailDialogue, SpeakOptions } from './dialogue.ts';

/** IMAP. Capabilities are asked for by the dialogue itself, at the greeting and again inside TLS. */
export async function speakImap(connection: Connection, options: SpeakOptions): Promise<MailDialogue> {
  const { ehloName: _unused, ...rest } = options;
  const imap = await openImap(connection, { ...rest, patience: 'probe' });
  return {
    greeting: imap.greeting && `${imap.greeting.status} ${imap.greeting.text}`.trimEnd(),
    startTls: (request, call) => imap.startTls(request, call),
    async capabilities() {
      return imap.capabilities.atoms;
    },
    async login(credentials, call) {
      const answer = await imap.login(credentials, call);
      return answer.ok ? { ok: true } : { ok: false, reason: answer.reason ?? 'auth-failed' };
    },
    async quit(call) {
      await imap.logout(call);
    },
    [Symbol.asyncDispose]: () => imap[Symbol.asyncDispose](),
  };
}
