import { memoryMailStore } from '@postern/imap/server';
import type { MailStore } from '@postern/imap/server';
import { welcomeMessage } from './welcome.ts';

/** The date of the welcome message, which is also that of every message brought without one. */
const welcomed = 1_893_499_200_000;

/** Room for an account, in octets: enough to try attachments, little enough for a laptop. */
const maxOctets = 32 * 1024 * 1024;

/** IMAP mailboxes for everybody who logs in to one server, the same in every session: a welcome, and the usual ones. */
export function labMailboxes(hostName: string): (user: string) => MailStore {
  const accounts = new Map<string, MailStore>();
  return (user) => {
    const known = accounts.get(user);
    if (known) return known;
    const store = memoryMailStore({
      mailboxes: { INBOX: [welcomeMessage(hostName)] },
      uses: {
        Drafts: [String.raw`\Drafts`],
        Junk: [String.raw`\Junk`],
        Sent: [String.raw`\Sent`],
        Trash: [String.raw`\Trash`],
      },
      wallClock: () => welcomed,
      maxOctets,
    });
    accounts.set(user, store);
    return store;
  };
}
