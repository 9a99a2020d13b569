/**
 * JSON that has exactly one reading (protocol.md, section 4).
 *
 * Two readers that understand one text differently can be told different things by one signature.
 * So a name that stands twice, an unknown name, a number that is no integer, upper-case hex and
 * padded or sloppy base64url are refused, and so is every text above `DOCUMENT_BYTES`. JSON.parse
 * takes a name twice and forgets the first, which is why the parser is ours.
 *
 * Nothing of what was read is repeated in an error.
 */

import { fromB64, fromHex, fromUtf8, isWellFormed, utf8 } from "./bytes.ts";
import { CryptoError, UnknownVersion, WrongShape } from "./errors.ts";

export const DOCUMENT_BYTES = 512 * 1_024;
export const DOCUMENT_VERSION = 1;

/** Parsed JSON. An object has no prototype, so that no name in it means anything to JavaScript. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** What a reader takes: the text as received. */
export type JsonDocument = string | Uint8Array;

/** How one value of a document is read; raises WrongShape. */
export type Reader<T> = (value: Json) => T;

/** A kind of JSON object whose names are exactly its fields. */
export interface Model<T> {
  readonly read: Reader<T>;
  readonly hasVersion: boolean;
}

/** The values of a model: `type Charter = ModelOf<typeof Charter>`. */
export type ModelOf<M> = M extends Model<infer T> ? T : never;

type ValuesOf<Readers> = {
  readonly [Name in keyof Readers]: Readers[Name] extends Reader<infer T> ? T : never;
};

/**
 * The JSON object *document*.
 *
 * Raises WrongShape for anything but one object of at most `DOCUMENT_BYTES` with unrepeated
 * names, integers up to 2^53 - 1 and well-formed text.
 */
export function readObject(document: JsonDocument): JsonObject {
  const value = new Parser(textOf(document)).document();
  if (!isObject(value)) throw new WrongShape("not a JSON object");
  return value;
}

/**
 * *document* as *model*; where the model has a version, it is looked at before all else.
 *
 * Raises UnknownVersion, or WrongShape for every other difference.
 */
export function readModel<T>(model: Model<T>, document: JsonDocument): T {
  const value = readObject(document);
  const version = value["version"];
  if (model.hasVersion && version !== undefined) {
    if (typeof version !== "number") throw new WrongShape("a version is an integer");
    if (version !== DOCUMENT_VERSION) throw new UnknownVersion();
  }
  return model.read(value);
}

/**
 * The model of these *readers*, by the names of its fields in camelCase; JSON has snake_case.
 *
 * *agrees* says whether an object whose fields are right agrees with itself.
 */
export function model<Readers extends Readonly<Record<string, Reader<unknown>>>>(
  readers: Readers,
  agrees: (value: ValuesOf<Readers>) => boolean = () => true,
): Model<ValuesOf<Readers>> {
  const entries = Object.entries(readers).map(
    ([field, read]) => [field, jsonName(field), read] as const,
  );
  return {
    hasVersion: "version" in readers,
    read(value) {
      // As many names as fields, and every field among them: no other name is left.
      if (!isObject(value) || Object.keys(value).length !== entries.length) {
        throw new WrongShape("not these names");
      }
      const pairs = entries.map(([field, name, read]) => {
        const given = value[name];
        if (given === undefined) throw new WrongShape("a name is missing");
        return [field, read(given)];
      });
      const made = Object.freeze(Object.fromEntries(pairs)) as ValuesOf<Readers>;
      if (!agrees(made)) throw new WrongShape("does not agree with itself");
      return made;
    },
  };
}

/** The JSON text of *value*: no spaces, nothing sorted. */
export function writeText(value: Json): string {
  return JSON.stringify(value);
}

/** The version of a document, which `readModel` has looked at. */
export const VERSION_FIELD: Reader<1> = (value) => {
  if (value !== DOCUMENT_VERSION) throw new WrongShape("a version is 1");
  return DOCUMENT_VERSION;
};

/** An integer from *minimum* to *maximum*. */
export function integer(minimum: number, maximum: number): Reader<number> {
  return (value) => {
    if (typeof value !== "number" || value < minimum || value > maximum) {
      throw new WrongShape("not an integer in range");
    }
    return value;
  };
}

export const U8 = integer(0, 2 ** 8 - 1);
export const U16 = integer(0, 2 ** 16 - 1);
export const U32 = integer(0, 2 ** 32 - 1);

/** true or false. */
export const FLAG: Reader<boolean> = (value) => {
  if (typeof value !== "boolean") throw new WrongShape("not true or false");
  return value;
};

/** Text that *accepts* takes. */
export function textField(accepts: (text: string) => boolean): Reader<string> {
  return (value) => {
    if (typeof value !== "string" || !accepts(value)) throw new WrongShape("not such a text");
    return value;
  };
}

/** One of a few fixed words. */
export function oneOf<T extends string>(...choices: readonly T[]): Reader<T> {
  return (value) => {
    const choice = choices.find((word) => word === value);
    if (choice === undefined) throw new WrongShape("not a known word");
    return choice;
  };
}

/** A field of *size* bytes, lower-case hex in JSON. */
export function hexField(size: number): Reader<Uint8Array> {
  return encodedBytes(size, fromHex);
}

/** A field of *size* bytes, base64url without padding in JSON. */
export function b64Field(size: number): Reader<Uint8Array> {
  return encodedBytes(size, fromB64);
}

/** An array of *atLeast* to *atMost* elements. */
export function listed<T>(
  read: Reader<T>,
  { atLeast = 0, atMost }: { readonly atLeast?: number; readonly atMost: number },
): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length < atLeast || value.length > atMost) {
      throw new WrongShape("not such an array");
    }
    return Object.freeze((value as readonly Json[]).map(read));
  };
}

/** An array of two. */
export function pair<T>(read: Reader<T>): Reader<readonly [T, T]> {
  return (value) => {
    const [first, second, ...more] = Array.isArray(value) ? (value as readonly Json[]) : [];
    if (first === undefined || second === undefined || more.length > 0) {
      throw new WrongShape("not a pair");
    }
    return [read(first), read(second)];
  };
}

/** Any object. */
export const ANY_OBJECT: Reader<JsonObject> = (value) => {
  if (!isObject(value)) throw new WrongShape("not an object");
  return value;
};

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function jsonName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function encodedBytes(size: number, decode: (text: string) => Uint8Array): Reader<Uint8Array> {
  return (value) => {
    if (typeof value !== "string") throw new WrongShape("not text");
    const data = decode(value);
    if (data.length !== size) throw new WrongShape("of another size");
    return data;
  };
}

function textOf(document: JsonDocument): string {
  try {
    const text = typeof document === "string" ? document : fromUtf8(document);
    const length = typeof document === "string" ? utf8(document).length : document.length;
    if (length > DOCUMENT_BYTES) throw new WrongShape("a document is too long");
    return text;
  } catch (error) {
    throw error instanceof CryptoError ? error : new WrongShape("not UTF-8");
  }
}

/** Objects and arrays inside one another; far from where any parser's stack ends. */
export const MAX_DEPTH = 32;

// What may follow a backslash (RFC 8259, section 7), besides u.
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** RFC 8259, less what has two readings. */
class Parser {
  #at = 0;

  constructor(private readonly text: string) {}

  document(): Json {
    const value = this.#value(MAX_DEPTH);
    this.#match(/[ \t\n\r]*/y);
    if (this.#at !== this.text.length) throw refusal();
    return value;
  }

  #value(depthLeft: number): Json {
    this.#match(/[ \t\n\r]*/y);
    const character = this.text.charAt(this.#at);
    if (depthLeft === 0 && "{[".includes(character)) throw refusal();
    if (character === "{") return this.#object(depthLeft);
    if (character === "[") return this.#array(depthLeft);
    if (character === '"') return this.#string();
    const word = this.#match(/true|false|null/y);
    if (word !== "") return word === "null" ? null : word === "true";
    return this.#number();
  }

  #object(depthLeft: number): JsonObject {
    const value = Object.create(null) as Record<string, Json>;
    this.#take(/\{[ \t\n\r]*/y);
    if (this.#match(/\}/y) !== "") return value;
    for (;;) {
      this.#match(/[ \t\n\r]*/y);
      const name = this.#string();
      if (name in value) throw refusal();
      this.#take(/[ \t\n\r]*:/y);
      value[name] = this.#value(depthLeft - 1);
      if (this.#take(/[ \t\n\r]*[,}]/y).endsWith("}")) return value;
    }
  }

  #array(depthLeft: number): readonly Json[] {
    const value: Json[] = [];
    this.#take(/\[[ \t\n\r]*/y);
    if (this.#match(/\]/y) !== "") return value;
    for (;;) {
      value.push(this.#value(depthLeft - 1));
      if (this.#take(/[ \t\n\r]*[,\]]/y).endsWith("]")) return value;
    }
  }

  #string(): string {
    this.#take(/"/y);
    let text = "";
    for (;;) {
      text += this.#match(/[^"\\\u0000-\u001f]*/y);
      if (this.#match(/"/y) !== "") break;
      this.#take(/\\/y);
      const unicode = this.#match(/u[0-9a-fA-F]{4}/y);
      if (unicode === "") {
        const escaped = ESCAPES.get(this.#take(/./y));
        if (escaped === undefined) throw refusal();
        text += escaped;
      } else {
        text += String.fromCharCode(Number.parseInt(unicode.slice(1), 16));
      }
    }
    // Half of a surrogate pair is no character; it cannot be written as UTF-8.
    if (!isWellFormed(text)) throw refusal();
    return text;
  }

  #number(): number {
    const digits = this.#take(/-?(?:0|[1-9][0-9]*)/y);
    const number = Number(digits);
    if (this.#match(/[.eE]/y) !== "" || !Number.isSafeInteger(number)) throw refusal();
    // There is one zero.
    return number === 0 ? 0 : number;
  }

  /** What *pattern* matches here, possibly nothing. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  /** What *pattern* matches here, and it must. */
  #take(pattern: RegExp): string {
    const found = this.#match(pattern);
    if (found === "") throw refusal();
    return found;
  }
}

function refusal(): WrongShape {
  return new WrongShape("not strict JSON");
}
