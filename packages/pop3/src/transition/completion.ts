import { utf8 } from '@postern/wire';
import type { Instant, Output, Reason } from '@postern/wire';
import { noCapabilities, parseCapabilities, withoutStartTls } from '../parse/capabilities.ts';
import type { Capabilities } from '../parse/capabilities.ts';
import { verbs, withoutSecret } from '../commands.ts';
import type { WireCommand } from '../commands.ts';
import { diagnostic, enter, fail } from './endings.ts';
import type { Pop3Diagnostic, Pop3Event } from '../events.ts';
import { readValue } from '../parse/listings.ts';
import { loginReason, startTlsReason } from './outcomes.ts';
import type { Pop3Reply } from '../parse/reply.ts';
import { advance, commandBytes } from './sending.ts';
import type { State, Step } from './states.ts';

/** A reply is complete: it is reported, remembered where it matters, and the queue moves on. */
export function completed(
  state: State,
  command: WireCommand,
  reply: Pop3Reply,
  now: Instant,
  outputs: Output<Pop3Event>[],
): Step {
  const ok = reply.status === '+OK';
  const read = ok ? readValue(command, reply) : undefined;
  if (read?.ok === false) {
    const evidence = { reply: read.line.slice(0, 512), rule: 'RFC 1939 §5' };
    return fail(state, now, 'peer', 'protocol-error', evidence, undefined, outputs);
  }
  for (const odd of read?.odd ?? [])
    outputs.push(diagnostic(odd, utf8(reply.lines.slice(0, 8).join('\r\n'))));
  let next: State = {
    ...state,
    answered: state.answered + 1,
    inFlightBytes: state.inFlightBytes - commandBytes(command),
    begun: undefined,
  };
  let capabilities: Capabilities | undefined;
  let reason: Reason | undefined;
  if (command.verb === 'CAPA') {
    // RFC 2449 §5: -ERR means no extensions.
    capabilities = ok ? parseCapabilities(reply.lines) : noCapabilities;
    outputs.push(...judgeOffer(state, capabilities, reply));
    // RFC 2595 §4: the server must not offer STLS inside TLS; an offer is never taken.
    if (state.tls) capabilities = withoutStartTls(capabilities);
    next = { ...next, capabilities };
  } else if (command.verb === 'STLS') {
    reason = startTlsReason(reply);
  } else if (command.verb === 'UTF8') {
    next = { ...next, utf8: ok };
  } else if (command.verb === 'TOP' || command.verb === 'UIDL') {
    next = { ...next, capabilities: judgeTrial(state.capabilities, command.verb, ok) };
  } else if (verbs[command.verb].phase === 'auth') {
    if (!ok) reason = state.exchange?.refusal ?? loginReason(reply, state.capabilities);
    const accepted = ok && command.verb !== 'USER';
    next = {
      ...next,
      stage: accepted ? 'transaction' : 'authorization',
      userAccepted: ok && command.verb === 'USER',
      exchange: undefined,
    };
  }
  outputs.push({
    type: 'event',
    event: {
      type: 'reply',
      command: withoutSecret(command),
      reply,
      ...(read?.value ? { value: read.value } : {}),
      ...(capabilities ? { capabilities } : {}),
      ...(reason ? { reason } : {}),
    },
  });
  if (command.verb === 'QUIT') {
    return { state: enter(next, 'ended', now), outputs: [...outputs, { type: 'end' }] };
  }
  return advance(next, now, outputs, true);
}

/** RFC 1939 §7: TOP and UIDL are optional; where no CAPA tells, the first trial does. */
function judgeTrial(
  capabilities: Capabilities | undefined,
  verb: 'TOP' | 'UIDL',
  ok: boolean,
): Capabilities | undefined {
  const field = verb === 'TOP' ? 'top' : 'uidl';
  if (capabilities?.[field] !== 'unknown') return capabilities;
  return { ...capabilities, [field]: ok ? 'offered' : 'absent' };
}

/** What is odd about the offer of STLS. */
function judgeOffer(state: State, capabilities: Capabilities, reply: Pop3Reply): Output<Pop3Event>[] {
  const outputs: Output<Pop3Event>[] = [];
  const note = (reason: Pop3Diagnostic): void => {
    outputs.push(diagnostic(reason, utf8(reply.lines.join('\r\n'))));
  };
  if (state.tls) {
    if (capabilities.startTls === 'offered') note('starttls-inside-tls');
  } else {
    if (capabilities.startTls === 'masked') note('starttls-masked');
    if (capabilities.startTls !== 'offered' && state.settings.offeredStartTlsBefore)
      note('downgrade-suspected');
  }
  return outputs;
}
