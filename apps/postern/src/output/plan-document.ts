import type { Explanation } from '@postern/probe/report';
import type { DeliveryPlan, PlannedWay } from '@postern/starttls';

/** A plan as JSON: what stands in it, without the look-ups behind it. */
export function planDocument(plan: DeliveryPlan, explanation: Explanation | undefined): object {
  return {
    schema: 'postern.plan/1',
    domain: plan.domain,
    status: plan.status,
    reason: plan.status === 'deliver' ? null : plan.reason,
    explanation: explanation ?? null,
    hosts: plan.status === 'deliver' ? plan.hosts.map(hostDocument) : [],
    leftOut: plan.leftOut.map(({ host, preference, reason, duration, by }) => ({
      host,
      preference,
      reason,
      duration,
      by: by ?? null,
    })),
    trace: plan.trace,
  };
}

function hostDocument({
  host,
  preference,
  addresses,
  ways,
}: Extract<DeliveryPlan, { readonly status: 'deliver' }>['hosts'][number]): object {
  return { host, preference, addresses, ways: ways.map(wayDocument) };
}

function wayDocument({ port, method, decision, standing, when }: PlannedWay): object {
  const way = { port, method, standing, when };
  if (decision.status === 'plaintext') return { ...way, demand: 'nothing', by: null, serverName: null };
  const { requirement, serverName } = decision;
  const by = requirement.level === 'opportunistic' ? null : requirement.by;
  const names = requirement.level === 'authenticated' ? { names: requirement.names } : {};
  return { ...way, demand: requirement.level, by, serverName, ...names };
}
