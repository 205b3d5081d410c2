import { expect } from 'vitest';
import { parseResponse } from '../src/index.ts';
import type { BodyStructure, FetchData, Leniency, Untagged } from '../src/index.ts';

/** What an untagged response says, and what was borne. */
export function read(wire: string): { readonly data: Untagged; readonly tolerated: readonly Leniency[] } {
  const latin = [...new TextEncoder().encode(wire)].map((octet) => String.fromCharCode(octet)).join('');
  const response = parseResponse(latin);
  if (response.type !== 'untagged') throw new Error(JSON.stringify(response));
  // Strict reading is what the leniency is measured by.
  expect(parseResponse(latin, { strict: true }).type).toBe(response.tolerated ? 'fault' : 'untagged');
  return { data: response.data, tolerated: response.tolerated ?? [] };
}

/** The message of a FETCH response. */
export function message(wire: string): FetchData {
  const { data } = read(wire);
  if (data.type !== 'fetch') throw new Error(data.type);
  return data.message;
}

/** What the code of a status response holds. */
export function code(wire: string): unknown {
  const { data } = read(wire);
  return data.type === 'status' ? data.response.code?.data : data;
}

/** A body structure. */
export function structure(wire: string): BodyStructure | undefined {
  return message(`* 1 FETCH (BODYSTRUCTURE ${wire})`).bodyStructure;
}
