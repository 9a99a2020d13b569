/**
 * Deterministic CBOR and the frame around it (protocol.md, section 2; RFC 8949 section 4.2.1).
 *
 *     length u16 ‖ message ‖ zeros      2,960 bytes when sealed to a key, 4,056 under a shared key
 *
 * The frame makes every message as long as every other before it is encrypted.
 */

import { readCbor, writeCbor } from "./cbor.ts";
import { NotCanonical, WrongLength } from "./errors.ts";
import { u16 } from "./labels.ts";
import type { MessageKind } from "./shapes.ts";

export const LENGTH_BYTES = 2;

/** Deeper than any message is; nesting is bounded before it costs anything. */
export const MAX_DEPTH = 8;

/** The framed message, exactly *frameBytes* long. Raises WrongShape, WrongLength. */
export function encode<T>(kind: MessageKind<T>, message: T, frameBytes: number): Uint8Array {
  const encoded = writeCbor(kind.write(message));
  if (LENGTH_BYTES + encoded.length > frameBytes) {
    throw new WrongLength("the message does not fit its record");
  }
  const framed = new Uint8Array(frameBytes);
  framed.set(u16(encoded.length));
  framed.set(encoded, LENGTH_BYTES);
  return framed;
}

/**
 * The message of a frame. Raises WrongLength, NotCanonical, WrongShape, MalformedMessage.
 *
 * Whoever calls this after decryption turns all of them into `CannotOpen`.
 */
export function decode<T>(kind: MessageKind<T>, frame: Uint8Array): T {
  const [high = 0, low = 0] = frame;
  const length = high * 256 + low;
  const body = frame.subarray(LENGTH_BYTES);
  if (length > body.length) throw new WrongLength("longer than its frame");
  if (body.subarray(length).some((byte) => byte !== 0)) {
    throw new NotCanonical("something stands behind the message");
  }
  return kind.read(readCbor(body.subarray(0, length), MAX_DEPTH));
}
