import { explain, parseAccount } from '@postern/probe';
import { deliveryFacts } from '@postern/relay';
import { deliveryPlan } from '@postern/starttls';
import type { DeliveryPlan } from '@postern/starttls';
import { DeadlineExceeded, WireError } from '@postern/wire';
import { deliveryEnvironment, deliveryPolicy, dialInstead, patienceOf } from '../delivery.ts';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { planDocument } from '../output/plan-document.ts';
import { planPage } from '../output/page/delivery-page.ts';
import { planSections } from '../output/plan-report.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Context } from './context.ts';
import { keep, show } from './show.ts';

/** `postern plan <domain>`. */
export async function plan(typed: string, context: Context): Promise<ExitStatus> {
  const { texts, options, look } = context;
  const parsed = parseAccount(typed);
  if (!parsed.ok) {
    const { problem } = parsed;
    throw new UsageMistake(problem === 'bad-domain' ? texts.badDomain(typed) : texts.address[problem]);
  }
  const base = deliveryEnvironment(context);
  const policy = deliveryPolicy(context);
  using patience = patienceOf(context, base);
  const { signal } = patience;
  let made: DeliveryPlan;
  try {
    const environment = { ...base, ...(await dialInstead(context, base, signal)) };
    made = deliveryPlan(await deliveryFacts(parsed.account.domain, policy, environment, { signal }), policy);
  } catch (error) {
    if (!(error instanceof DeadlineExceeded)) throw error;
    throw new WireError({ kind: 'dns', reason: 'dns-timeout', phase: 'dns', after: error.limit });
  }
  const facts = { domain: made.domain };
  const explanation =
    made.status === 'deliver' ? undefined : explain(made.reason, { lang: options.lang, facts });
  show(context, planDocument(made, explanation), () => planSections(made, explanation, look));
  return keep(context, planStatus(made), (at) => planPage(made, explanation, look, options.lang, at));
}

/** There is a way; the domain, or what it demands, is in the way; or nobody answered. */
function planStatus(made: DeliveryPlan): ExitStatus {
  if (made.status === 'deliver') return exitStatus.works;
  const unanswered = made.status === 'defer' && made.reason.startsWith('dns-');
  return unanswered ? exitStatus.couldNotTell : exitStatus.findings;
}
