import type { Lang } from '@postern/probe/report';
import type { Delivered, DeliveryResult, DomainDelivery, Protection } from '@postern/relay';
import { sendReason } from './send-reasons.ts';

/** What became of a message as JSON. */
export function sendDocument({ recipients, domains }: Delivered, lang: Lang): object {
  return {
    schema: 'postern.send/1',
    recipients: recipients.map((result) => resultDocument(result, domains, lang)),
    domains: domains.map(domainDocument),
  };
}

function resultDocument(result: DeliveryResult, domains: readonly DomainDelivery[], lang: Lang): object {
  const { recipient, status } = result;
  const reply = 'reply' in result && result.reply ? result.reply : undefined;
  return {
    recipient,
    status,
    reason: result.status === 'delivered' ? null : result.reason,
    host: result.host ?? null,
    reply: reply ? { code: reply.code, enhanced: reply.enhanced ?? null, lines: reply.lines } : null,
    protection: result.status === 'delivered' ? protectionDocument(result.protection) : null,
    bounceCode: result.status === 'refused' ? (result.bounce?.code ?? null) : null,
    notBefore: result.status === 'deferred' ? new Date(result.notBefore).toISOString() : null,
    explanation: result.status === 'delivered' ? null : sendReason(result, domains, lang).explanation,
  };
}

function protectionDocument(protection: Protection): object {
  if (protection.method === 'plaintext') {
    return { method: 'plaintext', reason: protection.reason ?? null, tls: null };
  }
  const { version, cipher, verification } = protection.tls;
  const verified = verification?.status === 'verified' ? verification.by : null;
  const problem = verification?.status === 'unverified' ? verification.fault.reason : null;
  return { method: protection.method, reason: problem, tls: { version, cipher, verifiedBy: verified } };
}

function domainDocument({ domain, plan, attempts }: DomainDelivery): object {
  return {
    domain,
    plan: { status: plan.status, trace: plan.trace },
    attempts: attempts.map(({ host, endpoint, method, outcome, origin, reason, ms }) => ({
      host,
      address: endpoint.address,
      port: endpoint.port,
      method,
      outcome,
      origin,
      reason: reason ?? null,
      ms: ms ?? null,
    })),
  };
}
