import type { Candidate } from '../candidate.ts';
import type { Destination } from './destination.ts';

/** A limit that belongs to somebody. Who needs a place there waits in a line of its own. */
export type Place =
  | { readonly type: 'destination'; readonly key: string }
  | { readonly type: 'address'; readonly address: string }
  | { readonly type: 'group'; readonly group: string };

/** What keeps a race from dialling: a descriptor, which is everybody's, or a place. */
export type Obstacle = { readonly type: 'total' } | { readonly type: 'half-open' } | Place;

/** The line of a place, as a text that is the same for the same place only. */
export function lineAt(place: Place): string {
  switch (place.type) {
    case 'destination':
      return `d${place.key}`;
    case 'address':
      return `a${place.address}`;
    case 'group':
      return `g${place.group}`;
  }
}

/** Whether a connection to this candidate, or an attempt at it, takes the place. */
export function takesPlace(place: Place, destination: Destination, candidate: Candidate): boolean {
  switch (place.type) {
    case 'destination':
      return place.key === destination.key;
    case 'address':
      return place.address === candidate.endpoint.address;
    case 'group':
      return place.group === candidate.group;
  }
}
