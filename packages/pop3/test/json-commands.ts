import { chooseMechanism } from '@postern/sasl';
import type { Pop3Command } from '../src/index.ts';

/** A login as a transcript writes it; the machine takes a mechanism that is ready to run. */
export interface JsonAuth {
  readonly verb: 'AUTH';
  readonly mechanism: string;
  readonly user: string;
  readonly password: string;
}

/** The command that a transcript means. */
export function built(command: Pop3Command | JsonAuth): Pop3Command {
  if (command.verb !== 'AUTH' || !('user' in command)) return command;
  const { mechanism, user, password } = command;
  const choice = chooseMechanism([mechanism], { type: 'password', user, password }, { verified: true });
  if (!choice.ok) throw new Error(`no mechanism ${mechanism}`);
  return { verb: 'AUTH', mechanism: choice.mechanism };
}
