/**
 * The octets of a response beside its text. Readers look at octets and cut values out of the text: an array of bytes is one load
 * where a string may have any of six representations, and compiled code that asks for them at every place is large and late.
 */

const encoder = new TextEncoder();

/** Room for nearly every response; what is larger is allocated for it alone and let go. */
const ROOM = 65_536;

/** Behind the text stand so many zeros, so that readers may look a little beyond its end. */
const BEHIND = 8;

/** The room that most responses use one after the other; absent while a reader holds it. */
let spare: Uint8Array | undefined = new Uint8Array(ROOM);

/** Takes room for a text. Whoever is done hands it back with {@link giveBack}; forgetting that costs the next one time, and no more. */
export function takeRoom(octets: number): Uint8Array {
  const room = spare;
  if (!room || octets + BEHIND > ROOM) return new Uint8Array(octets + BEHIND);
  spare = undefined;
  return room;
}

export function giveBack(room: Uint8Array): void {
  if (room.length === ROOM) spare = room;
}

/** Writes the octets of a text that has one character for each; whether one of them is above 127. */
export function writeCodes(text: string, room: Uint8Array): boolean {
  const { length } = text;
  // Without such an octet UTF-8 is the same as latin1, and the platform writes it fastest.
  const { read, written } = encoder.encodeInto(text, room);
  const high = read !== length || written !== length;
  if (high) for (let at = 0; at < length; at += 1) room[at] = text.charCodeAt(at);
  room.fill(0, length, length + BEHIND);
  return high;
}
