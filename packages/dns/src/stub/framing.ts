/** A message with its length before it, as it goes over TCP (RFC 1035 §4.2.2). */
export function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + message.length);
  new DataView(frame.buffer).setUint16(0, message.length);
  frame.set(message, 2);
  return frame;
}

/** Cuts a stream into messages. Holds at most one message, 64 KiB by its length prefix. */
export interface MessageReader {
  /** Takes borrowed bytes; returns the messages that are whole now, as copies. */
  push(bytes: Uint8Array): readonly Uint8Array[];
  /** Whether a message has begun and not ended. */
  readonly partial: boolean;
}

/** Makes a {@link MessageReader}. */
export function messageReader(): MessageReader {
  let prefix: number[] = [];
  let message: Uint8Array | undefined;
  let filled = 0;
  return {
    push(bytes) {
      const whole: Uint8Array[] = [];
      let at = 0;
      while (at < bytes.length) {
        if (message === undefined) {
          prefix.push(bytes[at] ?? 0);
          at += 1;
          const [high, low] = prefix;
          if (high === undefined || low === undefined) continue;
          message = new Uint8Array(high * 256 + low);
          prefix = [];
          filled = 0;
        }
        const part = bytes.subarray(at, at + message.length - filled);
        message.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled === message.length) {
          whole.push(message);
          message = undefined;
        }
      }
      return whole;
    },
    get partial() {
      return message !== undefined || prefix.length > 0;
    },
  };
}
