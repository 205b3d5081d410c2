import { distrustSuccess } from '@postern/sasl';
import type { Instant, Output, Reason } from '@postern/wire';
import { verbs, withoutSecret } from '../commands.ts';
import { enter, evidenceOf, fail } from './endings.ts';
import type { ImapEvent } from '../events.ts';
import { loginReason, startTlsReason } from './outcomes.ts';
import { afterCompletion } from './selection.ts';
import { advance } from './sending.ts';
import type { ResponseInput, State, Step } from './states.ts';
import type { StatusResponse } from '../parse/status.ts';
import { learn } from './telling.ts';

type Outputs = Output<ImapEvent>[];

/** A command is completed, and what may follow it is sent. */
export function receiveCompletion(
  state: State,
  tag: string,
  response: StatusResponse,
  input: ResponseInput,
  now: Instant,
): Step {
  const found = state.inFlight.find((pending) => pending.tag === tag);
  // RFC 9051 §2.2.2: a completion belongs to a command that was sent, and its tag is compared octet by octet.
  if (!found) return fail(state, now, 'peer', 'wrong-tag', evidenceOf(input.text, 'RFC 9051 §2.2.2'));
  const { command } = found;
  // What is still missing of the content would be read as commands, or the server believes to have what it has not.
  if (state.literal?.tag === tag && state.literal.content)
    return fail(state, now, 'peer', 'protocol-error', evidenceOf(input.text, 'RFC 9051 §4.3'));
  const outputs: Outputs = [];
  let next: State = { ...state, inFlight: state.inFlight.filter((pending) => pending !== found) };
  if (response.code?.capabilities) next = learn(next, response.code.capabilities, input.text, outputs);
  const ok = response.status === 'OK';
  const { stage } = verbs[command.verb];
  // RFC 9051 §3.2: what needs a login and was sent behind one cannot succeed before it has, or where it was refused.
  if (ok && state.stage === 'not-authenticated' && (stage === 'authenticated' || stage === 'selected'))
    return fail(next, now, 'peer', 'protocol-error', evidenceOf(input.text, 'RFC 9051 §3.2'));
  let reason: Reason | undefined;
  if (command.verb === 'AUTHENTICATE' || command.verb === 'LOGIN') {
    const lie = ok && state.exchange ? distrustSuccess(state.exchange) : undefined;
    if (lie) return fail(state, now, 'peer', lie, evidenceOf(input.text, 'RFC 4422 §3.6'));
    if (!ok) reason = state.exchange?.refusal ?? loginReason(response);
    next = { ...next, exchange: undefined };
    if (ok) {
      // RFC 9051 §6.2.2: a login may change what is offered. What came with or during it is new, anything older is stale.
      // iCloud's proxy writes into whatever comes after the word CAPABILITY until it is asked for them after the login.
      const proxied = state.capabilities?.atoms.includes('XAPPLEPUSHSERVICE') === true;
      const capabilities = next.freshCapabilities && !proxied ? next.capabilities : undefined;
      next = { ...next, stage: 'authenticated', capabilities };
    }
  } else if (command.verb === 'STARTTLS' && !ok) {
    reason = startTlsReason(response);
  } else {
    next = afterCompletion(next, tag, command, response);
  }
  const { capabilities } = next;
  outputs.push({
    type: 'event',
    event: {
      type: 'completed',
      tag,
      command: withoutSecret(command),
      response,
      ...(next.freshCapabilities && capabilities ? { capabilities } : {}),
      ...(reason ? { reason } : {}),
    },
  });
  if (command.verb === 'STARTTLS' && ok && state.name !== 'closing')
    return beginTls(next, input, now, outputs);
  if (command.verb === 'COMPRESS' && ok && state.name !== 'closing') {
    // RFC 4978 §3: from the octet behind the CRLF. The reader's shell adds what has come of it.
    outputs.push({ type: 'start-compression', behind: new Uint8Array(0) });
    next = { ...next, compressed: true };
  }
  if (command.verb === 'LOGOUT' && ok)
    return { state: enter(next, 'ended', now), outputs: [...outputs, { type: 'end' }] };
  return advance(next.name === 'closing' ? next : enter(next, 'ready', now), now, outputs);
}

function beginTls(state: State, input: ResponseInput, now: Instant, outputs: Outputs): Step {
  const next = enter(state, 'tls', now);
  // RFC 9051 §6.2.1: TLS begins right after the CRLF. Octets that are here already were not sent by the TLS layer, and TLS
  // would never see them: they are an injection (the class of CVE-2011-0411).
  const bytes = input.behind();
  if (bytes.length > 0) {
    const evidence = { ...evidenceOf(input.text, 'RFC 9051 §6.2.1'), bytes };
    return fail(next, now, 'peer', 'plaintext-after-starttls', evidence, undefined, outputs);
  }
  return { state: next, outputs: [...outputs, { type: 'start-tls' }] };
}
