/**
 * What a field of a message may be: the small language in which messages are written down.
 *
 * A message is a CBOR array whose elements stand in the order of its fields. Each field has one
 * shape, and a shape knows both ways: a value that does not fit is refused when it is written and
 * when it is read, with the same `WrongShape`. Order is the wire format: add nothing, move
 * nothing.
 */

import { isWellFormed, utf8 } from "./bytes.ts";
import { WrongShape } from "./errors.ts";

/** What deterministic CBOR carries here. */
export type Wire = number | boolean | string | null | Uint8Array | readonly Wire[];

/** How one field is written to and read from the wire; both raise `WrongShape`. */
export interface Shape<T> {
  write(value: T): Wire;
  read(wire: Wire): T;
}

function checked<T extends Wire>(accepts: (value: unknown) => value is T, what: string): Shape<T> {
  const check = (value: unknown): T => {
    if (!accepts(value)) throw new WrongShape(what);
    return value;
  };
  return { write: check, read: check };
}

/** A whole number from *minimum* to *maximum*. */
export function uint(
  maximum: number,
  { minimum = 0 }: { readonly minimum?: number } = {},
): Shape<number> {
  return checked(
    (v): v is number =>
      typeof v === "number" && Number.isInteger(v) && minimum <= v && v <= maximum,
    `a number from ${String(minimum)} to ${String(maximum)}`,
  );
}

export const U8 = uint(0xff);
export const U16 = uint(0xffff);
export const U32 = uint(0xffff_ffff);
export const FLAG = checked((v): v is boolean => typeof v === "boolean", "true or false");

/** Exactly *length* bytes. */
export function octets(length: number): Shape<Uint8Array> {
  return checked(
    (v): v is Uint8Array => v instanceof Uint8Array && v.length === length,
    `${String(length)} bytes`,
  );
}

/** At most *maximum* bytes. */
export function octetsUpTo(maximum: number): Shape<Uint8Array> {
  return checked(
    (v): v is Uint8Array => v instanceof Uint8Array && v.length <= maximum,
    `up to ${String(maximum)} bytes`,
  );
}

/** Text of at most *maximum* bytes in UTF-8. */
export function text(maximum: number): Shape<string> {
  return checked(
    // TextEncoder would write half a surrogate pair as a question mark, and say nothing.
    (v): v is string => typeof v === "string" && isWellFormed(v) && utf8(v).length <= maximum,
    `text of up to ${String(maximum)} bytes`,
  );
}

/** One of a few fixed words. */
export function oneOf<T extends string>(...choices: readonly T[]): Shape<T> {
  return checked((v): v is T => (choices as readonly unknown[]).includes(v), "a known word");
}

/** An array of *shape*. */
export function several<T>(
  shape: Shape<T>,
  { atMost, atLeast = 0 }: { readonly atMost: number; readonly atLeast?: number },
): Shape<readonly T[]> {
  const counted = <E>(values: readonly E[] | Wire): readonly E[] => {
    if (!Array.isArray(values) || values.length < atLeast || values.length > atMost) {
      throw new WrongShape(`${String(atLeast)} to ${String(atMost)} elements`);
    }
    return values as readonly E[];
  };
  return {
    write: (values) => counted(values).map((value) => shape.write(value)),
    read: (wire) => Object.freeze(counted<Wire>(wire).map((value) => shape.read(value))),
  };
}

/** An array of *count* elements. */
export function exactly<T>(count: number, shape: Shape<T>): Shape<readonly T[]> {
  return several(shape, { atLeast: count, atMost: count });
}

/** An array of *count* elements or of none. */
export function noneOr<T>(count: number, shape: Shape<T>): Shape<readonly T[]> {
  const full = exactly(count, shape);
  const isNone = (values: unknown): boolean => Array.isArray(values) && values.length === 0;
  return {
    write: (values) => (isNone(values) ? [] : full.write(values)),
    read: (wire) => (isNone(wire) ? [] : full.read(wire)),
  };
}

/** The shape or null. */
export function optional<T>(shape: Shape<T>): Shape<T | null> {
  return {
    write: (value) => (value === null ? null : shape.write(value)),
    read: (wire) => (wire === null ? null : shape.read(wire)),
  };
}

/** Another message inside this one. */
export function part<T>(kind: MessageKind<T>): Shape<T> {
  return kind;
}

/** A kind of message: its name, its fields, and both ways to the wire. */
export interface MessageKind<T> extends Shape<T> {
  readonly name: string;
  readonly fields: readonly string[];
}

/** The values of a kind of message: `type Card = MessageOf<typeof Card>`. */
export type MessageOf<Kind> = Kind extends MessageKind<infer T> ? T : never;

type ValuesOf<Shapes> = {
  readonly [Name in keyof Shapes]: Shapes[Name] extends Shape<infer T> ? T : never;
};

/** The kind of message called *name*; its fields stand on the wire in the order of *shapes*. */
export function message<Shapes extends Readonly<Record<string, Shape<unknown>>>>(
  name: string,
  shapes: Shapes,
): MessageKind<ValuesOf<Shapes>> {
  const entries = Object.entries(shapes);
  return {
    name,
    fields: entries.map(([field]) => field),
    write(value): Wire {
      if (Object.keys(value).length !== entries.length) throw new WrongShape(name);
      const given = value as Readonly<Record<string, unknown>>;
      return entries.map(([field, shape]) => shape.write(given[field]));
    },
    read(wire) {
      if (!Array.isArray(wire) || wire.length !== entries.length) throw new WrongShape(name);
      const elements = wire as readonly Wire[];
      const pairs = entries.map(([field, shape], at) => [field, shape.read(elements[at] ?? null)]);
      return Object.freeze(Object.fromEntries(pairs)) as ValuesOf<Shapes>;
    },
  };
}
