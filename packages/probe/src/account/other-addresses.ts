import type { Milliseconds, TlsPeer } from '@postern/wire';
import type { ProbeReport } from '../report/probe-report.ts';
import type { ProbeEnvironment } from '../run/environment.ts';
import { probeEndpoint } from '../run/probe-endpoint.ts';

/** Addresses of one exchanger that are looked at. Ours: a stranger's zone must not decide how many connections are made. */
const MOST_ADDRESSES = 8;

/** One address of a host as it was seen. */
export interface SeenAddress {
  /** Its `connectTo` is the address. */
  readonly probe: ProbeReport;
  /** The chain that was presented. */
  readonly peer: TlsPeer | undefined;
}

/**
 * Looks at the addresses of a host that a probe found to be open, or did not wait for, because another one was faster: behind each
 * may be another machine, with another certificate. None where an address was dialled that the user chose.
 */
export function probeOtherAddresses(
  { endpoint, attempts }: ProbeReport,
  environment: ProbeEnvironment,
  options: { readonly signal: AbortSignal; readonly deadline?: Milliseconds },
): Promise<readonly SeenAddress[]> {
  const left = attempts
    .filter(({ method, verdict, reason }) => {
      return method === endpoint.method && verdict === 'could-not-tell' && reason === 'none';
    })
    .map(({ address }) => address);
  const wanted = environment.connectTo === undefined ? [...new Set(left)].slice(0, MOST_ADDRESSES) : [];
  return Promise.all(
    wanted.map(async (connectTo) => {
      let peer: TlsPeer | undefined;
      const onPeer = (presented: TlsPeer): void => {
        peer = presented;
      };
      const probe = await probeEndpoint(endpoint, { ...environment, connectTo }, { ...options, onPeer });
      return { probe, peer };
    }),
  );
}
