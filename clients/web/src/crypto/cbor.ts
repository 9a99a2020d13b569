/**
 * Deterministic CBOR (RFC 8949, section 4.2.1), as much of it as a message has: whole numbers,
 * byte strings, texts, arrays, true, false and null.
 *
 * A reader takes the one encoding a value has and no other, so two readers never disagree about
 * what was sealed.
 */

import { concat, fromUtf8, utf8 } from "./bytes.ts";
import { MalformedMessage, NotCanonical, WrongShape } from "./errors.ts";
import type { Wire } from "./shapes.ts";

const UINT = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const SIMPLE = 7;

const FALSE = 20;
const TRUE = 21;
const NULL = 22;

/** The one encoding of *value*. */
export function writeCbor(value: Wire): Uint8Array {
  if (typeof value === "number") return head(UINT, value);
  if (typeof value === "boolean") return head(SIMPLE, value ? TRUE : FALSE);
  if (value === null) return head(SIMPLE, NULL);
  if (typeof value === "string") {
    const encoded = utf8(value);
    return concat(head(TEXT, encoded.length), encoded);
  }
  if (value instanceof Uint8Array) return concat(head(BYTES, value.length), value);
  return concat(head(ARRAY, value.length), ...value.map(writeCbor));
}

/**
 * The value that *encoded* is, nested at most *maxDepth* arrays deep.
 *
 * Raises MalformedMessage, NotCanonical, and WrongShape for what CBOR has and no message does.
 */
export function readCbor(encoded: Uint8Array, maxDepth: number): Wire {
  const reader = { encoded, at: 0 };
  const value = readValue(reader, maxDepth);
  if (reader.at !== encoded.length) throw new NotCanonical("something stands behind the value");
  return value;
}

interface Reader {
  readonly encoded: Uint8Array;
  at: number;
}

function readValue(reader: Reader, depthLeft: number): Wire {
  const [initial = 0] = take(reader, 1);
  const major = initial >> 5;
  if (major === SIMPLE) return readSimple(initial & 0x1f);
  const argument = readArgument(reader, initial & 0x1f);
  switch (major) {
    case UINT:
      return argument;
    case BYTES:
      return take(reader, argument).slice();
    case TEXT:
      return readText(take(reader, argument));
    case ARRAY: {
      if (depthLeft === 0) throw new MalformedMessage("nested too deeply");
      // Every element takes a byte: what cannot be there is not waited for.
      if (argument > reader.encoded.length - reader.at) throw new MalformedMessage("cut off");
      return Array.from({ length: argument }, () => readValue(reader, depthLeft - 1));
    }
    default:
      throw new WrongShape("no message carries this type");
  }
}

function readSimple(information: number): Wire {
  if (information === FALSE) return false;
  if (information === TRUE) return true;
  if (information === NULL) return null;
  throw new WrongShape("no message carries this value");
}

function readText(encoded: Uint8Array): string {
  try {
    return fromUtf8(encoded);
  } catch {
    throw new MalformedMessage("not UTF-8");
  }
}

// Argument (RFC 8949, section 3): up to 23 in the initial byte, else in 1, 2, 4 or 8 bytes.
function readArgument(reader: Reader, information: number): number {
  if (information < 24) return information;
  if (information > 27) throw new MalformedMessage("reserved, or of indefinite length");
  const size = 1 << (information - 24);
  const argument = take(reader, size).reduce((sum, byte) => sum * 256 + byte, 0);
  if (argument < (size === 1 ? 24 : 2 ** (4 * size))) throw new NotCanonical("not the shortest");
  return argument;
}

function take(reader: Reader, length: number): Uint8Array {
  const taken = reader.encoded.subarray(reader.at, reader.at + length);
  if (taken.length !== length) throw new MalformedMessage("cut off");
  reader.at += length;
  return taken;
}

function head(major: number, argument: number): Uint8Array {
  const size = argument < 24 ? 0 : argument < 2 ** 8 ? 1 : argument < 2 ** 16 ? 2 : 4;
  const information = size === 0 ? argument : 24 + Math.log2(size);
  const bytes = [(major << 5) | information];
  for (let left = size - 1; left >= 0; left--) bytes.push((argument / 2 ** (8 * left)) & 0xff);
  return Uint8Array.from(bytes);
}
