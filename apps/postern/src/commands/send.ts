import { readFileSync } from 'node:fs';
import { deliver } from '@postern/relay';
import type { DeliveryResult } from '@postern/relay';
import { deliveryEnvironment, deliveryPolicy, dialInstead, patienceOf } from '../delivery.ts';
import { exitStatus, isOwnNetwork } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { sendDocument } from '../output/send-document.ts';
import { sendPage } from '../output/page/delivery-page.ts';
import { sendSections } from '../output/send-report.ts';
import { openSilentPorts } from '../silent-ports.ts';
import { asksForNoTls } from '../tls-required.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Context } from './context.ts';
import { keep, show } from './show.ts';

/** `postern send --from A --to B… [FILE]`. */
export async function send(file: string | undefined, context: Context): Promise<ExitStatus> {
  const { texts, options, io, look, progress } = context;
  const { from = '', to = [] } = options.delivery ?? {};
  const content = file === undefined || file === '-' ? await io.readInput() : contentOf(file, context);
  await using ports = await openSilentPorts(context);
  const { memory } = ports.environment;
  const base = deliveryEnvironment(context);
  using patience = patienceOf(context, base);
  const dialled = await dialInstead(context, base, patience.signal);
  const environment = { ...base, ...(memory && { memory }), ...dialled };
  const wish = asksForNoTls(content) ? ({ sender: 'tls-required-no' } as const) : {};
  // RFC 8689 §4.1: REQUIRETLS outweighs the header field.
  const policy = { ...wish, ...deliveryPolicy(context) };
  progress.line(texts.delivery.sending(to.length));
  const delivered = await deliver({ sender: from, recipients: to, content, policy }, environment, {
    signal: patience.signal,
  });
  progress.clear();
  const document = sendDocument(delivered, options.lang);
  show(context, io.interrupted.aborted ? { ...document, interrupted: true } : document, () =>
    sendSections(delivered, look, options.lang),
  );
  // What was sent has been shown; a sender that nobody can write, or a bug of ours, is said as such.
  const failed = delivered.domains.find(({ error }) => error !== undefined);
  if (failed) throw failed.error;
  const status = io.interrupted.aborted ? exitStatus.interrupted : sendStatus(delivered.recipients);
  return keep(context, status, (at) => sendPage(delivered, look, options.lang, at));
}

function contentOf(path: string, { texts }: Context): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    throw new UsageMistake(texts.noFile('send', path));
  }
}

/** All of it arrived; no connection leaves this network; somebody said no; or nobody could be asked. */
function sendStatus(results: readonly DeliveryResult[]): ExitStatus {
  if (results.every(({ status }) => status === 'delivered')) return exitStatus.works;
  if (results.some((result) => result.status === 'deferred' && isOwnNetwork(result.reason)))
    return exitStatus.localBlock;
  return results.some(isFinding) ? exitStatus.findings : exitStatus.couldNotTell;
}

/** A host, a domain or a policy said no; that nobody answered is none. */
function isFinding(result: DeliveryResult): boolean {
  if (result.status === 'refused') return true;
  if (result.status !== 'deferred') return false;
  const { reply, fault, reason } = result;
  const unanswered = fault
    ? fault.kind === 'dns' || fault.kind === 'connect' || fault.kind === 'timeout'
    : true;
  return reply !== undefined || !unanswered || (!fault && !reason.startsWith('dns-') && reason !== 'closed');
}
