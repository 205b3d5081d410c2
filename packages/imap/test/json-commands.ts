import { chooseMechanism } from '@postern/sasl';
import type { ImapCommand } from '../src/index.ts';

/** A login as a transcript writes it; the machine takes a mechanism that is ready to run. */
export interface JsonAuth {
  readonly verb: 'AUTHENTICATE';
  readonly mechanism: string;
  readonly user?: string;
  readonly password?: string;
}

/** The command that a transcript means. */
export function built(command: ImapCommand | JsonAuth): ImapCommand {
  if (command.verb !== 'AUTHENTICATE' || typeof command.mechanism !== 'string') return command as ImapCommand;
  const { mechanism, user = 'tim', password = 'tanstaaftanstaaf' } = command as JsonAuth;
  const choice = chooseMechanism([mechanism], { type: 'password', user, password }, { verified: true });
  if (!choice.ok) throw new Error(`no mechanism ${mechanism}`);
  return { verb: 'AUTHENTICATE', mechanism: choice.mechanism };
}
