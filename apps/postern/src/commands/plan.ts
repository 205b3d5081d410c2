import { explain, parseAccount } from '@postern/probe';
import { deliveryFacts } from '@postern/relay';
import { deliveryPlan } from '@postern/starttls';
import type { DeliveryPlan } from '@postern/starttls';
import { DeadlineExceeded, WireError } from '@postern/wire';
import { deliveryEnvironment, deliveryPolicy, patienceOf } from '../delivery.ts';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { planDocument } from '../output/plan-document.ts';
import { planSections } from '../output/plan-report.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Context } from './context.ts';
import { show } from './show.ts';

/** `postern plan <domain>`. */
export async function plan(typed: string, context: Context): Promise<ExitStatus> {
  const { texts, options, look } = context;
  const parsed = parseAccount(typed);
  if (!parsed.ok) {
    const { problem } = parsed;
    throw new UsageMistake(problem === 'bad-domain' ? texts.badDomain(typed) : texts.address[problem]);
  }
  const environment = deliveryEnvironment(context);
  const policy = deliveryPolicy(context);
  using patience = patienceOf(context, environment);
  const { signal } = patience;
  let made: DeliveryPlan;
  try {
    made = deliveryPlan(await deliveryFacts(parsed.account.domain, policy, environment, { signal }), policy);
  } catch (error) {
    if (!(error instanceof DeadlineExceeded)) throw error;
    throw new WireError({ kind: 'dns', reason: 'dns-timeout', phase: 'dns', after: error.limit });
  }
  const facts = { domain: made.domain };
  const explanation =
    made.status === 'deliver' ? undefined : explain(made.reason, { lang: options.lang, facts });
  show(context, planDocument(made, explanation), () => planSections(made, explanation, look));
  return planStatus(made);
}

/** There is a way; the domain, or what it demands, is in the way; or nobody answered. */
function planStatus(made: DeliveryPlan): ExitStatus {
  if (made.status === 'deliver') return exitStatus.works;
  const unanswered = made.status === 'defer' && made.reason.startsWith('dns-');
  return unanswered ? exitStatus.couldNotTell : exitStatus.findings;
}
