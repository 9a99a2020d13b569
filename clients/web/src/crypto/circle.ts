/**
 * The circle: who coordinates, matches and serves, and under which keys (protocol.md, section 4).
 *
 *     circle document = {"charter": text, "almanac": text, "signatures": {signer: signature}}, hex
 *     digest          = H("klunak circle", charter)
 *     signature       = Ed25519 over bound("almanac", digest) ‖ almanac
 *
 * The charter never changes while the circle lives and its digest is bound into everything; the
 * almanac changes and counts with the signatures of `threshold` signers. What `readCircle` returns
 * is complete: every key that a period needs is there once and answers its challenges, so nobody
 * further on has to ask again.
 *
 * A circle document proves itself only against its own charter. A client that must not be shown
 * somebody else's circle pins the digest it was built for.
 */

import {
  Almanac,
  Charter,
  SEALING_KEY_BYTES,
  circleDigest,
  type KeyEntry,
  type NodeEntry,
  type PeriodEntry,
  type Policy,
} from "./almanac.ts";
import { concat, sameBytes, toHex, utf8 } from "./bytes.ts";
import {
  CHALLENGE_COUNT,
  CardClass,
  MODULUS_BYTES,
  Use,
  admitKey,
  useOf,
  type CertifyingKey,
} from "./certifying_keys.ts";
import { signatureFromHex, verify } from "./documents.ts";
import { InvalidKey, InvalidSignature, WrongShape } from "./errors.ts";
import { bound } from "./labels.ts";
import {
  isObject,
  readModel,
  readObject,
  type JsonDocument,
  type JsonObject,
} from "./strict_json.ts";

export { SEALING_KEY_BYTES };

/** A period as the almanac has it: its days, its duty coordinators, its six keys. */
export class Period {
  constructor(
    readonly number: number,
    readonly fromDay: number,
    readonly toDay: number,
    readonly request: readonly [number, number],
    readonly offer: readonly [number, number],
    readonly keys: readonly CertifyingKey[],
  ) {}

  /**
   * The numbers of the two coordinators who certify *cardClass*; the first is the same for both
   * classes and signs stamps, the second of requests signs receipts.
   */
  duty(cardClass: CardClass): readonly [number, number] {
    return cardClass === CardClass.REQUEST ? this.request : this.offer;
  }
}

/**
 * A verified circle. Keys are bytes: 32 for signing, 1,216 for sealing.
 *
 * Coordinators are spoken of by number, their place in `coordinators` and `sealingKeys`.
 * `catalogue` is the parsed JSON as signed.
 */
export class Circle {
  readonly name: string;
  readonly signers: readonly Uint8Array[];
  readonly threshold: number;
  readonly coordinators: readonly Uint8Array[];
  readonly matchers: readonly Uint8Array[];
  readonly serial: number;
  readonly trial: boolean;
  readonly nodes: readonly NodeEntry[];
  readonly policy: Policy;
  readonly catalogue: JsonObject;
  readonly sealingKeys: readonly Uint8Array[];

  /** Only `readCircle` makes one: *periods* are admitted, everything else verified. */
  constructor(
    readonly digest: Uint8Array,
    charter: Charter,
    almanac: Almanac,
    readonly periods: readonly Period[],
  ) {
    this.name = charter.name;
    this.signers = charter.signers;
    this.threshold = charter.threshold;
    this.coordinators = charter.coordinators;
    this.matchers = charter.matchers;
    this.serial = almanac.serial;
    this.trial = almanac.trial;
    this.nodes = almanac.nodes;
    this.policy = almanac.policy;
    this.catalogue = almanac.catalogue;
    this.sealingKeys = almanac.coordinators.map((entry) => entry.sealing);
  }

  /** The period *number*. Raises InvalidKey if the almanac has no keys for it. */
  period(number: number): Period {
    const found = this.periods.find((period) => period.number === number);
    if (found === undefined) throw new InvalidKey("no such period in the almanac");
    return found;
  }

  /** The period that certifies on *day*. Raises InvalidKey if there is none. */
  periodOn(day: number): Period {
    const found = this.periods.find((period) => period.fromDay <= day && day <= period.toDay);
    if (found === undefined) throw new InvalidKey("no period in the almanac has this day");
    return found;
  }

  /** The two coordinators who certify *cardClass* in *period*, by number, in order. */
  duty(period: number, cardClass: CardClass): readonly [number, number] {
    return this.period(period).duty(cardClass);
  }

  /** The key of *coordinator* for *use*. Raises InvalidKey if it has no such duty. */
  certifyingKey(period: number, use: Use, coordinator: number): CertifyingKey {
    const found = this.period(period).keys.find(
      (key) => key.use === use && key.coordinator === coordinator,
    );
    if (found === undefined) throw new InvalidKey("no such key in the almanac");
    return found;
  }

  /** Both keys that certify *cardClass*, in the order of their signatures. */
  certificateKeys(period: number, cardClass: CardClass): readonly [CertifyingKey, CertifyingKey] {
    const [first, second] = this.duty(period, cardClass);
    const use = useOf(cardClass);
    return [this.certifyingKey(period, use, first), this.certifyingKey(period, use, second)];
  }

  /** The key of the first duty coordinator that signs stamps. */
  stampKey(period: number): CertifyingKey {
    return this.certifyingKey(period, Use.STAMP, this.period(period).request[0]);
  }

  /** The key of the second duty coordinator of requests that signs receipts. */
  receiptKey(period: number): CertifyingKey {
    return this.certifyingKey(period, Use.RECEIPT, this.period(period).request[1]);
  }
}

/**
 * The circle that *document* is, verified whole.
 *
 * With *pinnedDigest* only that very circle is read. With *pinnedSigners* any circle is that has
 * exactly these signers; its threshold is then its own word, so pin the digest where you can.
 *
 * Raises UnknownVersion or WrongShape for what is no circle document, InvalidSignature when a
 * signature is wrong, a stranger's, or too few, or the circle is not the pinned one, and
 * InvalidKey when a certifying key is missing, repeated, superfluous or not admitted.
 */
export function readCircle(
  document: JsonDocument,
  {
    pinnedDigest,
    pinnedSigners,
  }: {
    readonly pinnedDigest?: Uint8Array | undefined;
    readonly pinnedSigners?: readonly Uint8Array[] | undefined;
  } = {},
): Circle {
  const { charterText, almanacText, signatures } = partsOf(document);
  const charter = readModel(Charter, charterText);
  const digest = circleDigest(charterText);
  if (pinnedDigest !== undefined && !sameBytes(digest, pinnedDigest)) {
    throw new InvalidSignature("another circle");
  }
  if (pinnedSigners !== undefined && !sameSet(charter.signers, pinnedSigners)) {
    throw new InvalidSignature("the circle of other signers");
  }
  verifySignatures(charter, digest, almanacText, signatures);

  const almanac = readModel(Almanac, almanacText);
  if (!sameBytes(almanac.circle, digest)) {
    throw new InvalidSignature("the almanac of another circle");
  }
  if (almanac.coordinators.length !== charter.coordinators.length) {
    throw new WrongShape("not a sealing key for every coordinator");
  }
  const periods = admittedPeriods(almanac, digest, charter.coordinators.length);
  return new Circle(digest, charter, almanac, periods);
}

/** Whether *newer* is a later almanac of the same circle. */
export function replaces(old: Circle, newer: Circle): boolean {
  return sameBytes(newer.digest, old.digest) && newer.serial > old.serial;
}

interface Parts {
  readonly charterText: string;
  readonly almanacText: string;
  readonly signatures: ReadonlyMap<string, string>;
}

function partsOf(document: JsonDocument): Parts {
  const value = readObject(document);
  const { charter, almanac, signatures } = value;
  if (
    Object.keys(value).length !== 3 ||
    typeof charter !== "string" ||
    typeof almanac !== "string" ||
    signatures === undefined ||
    !isObject(signatures)
  ) {
    throw new WrongShape("not a circle document");
  }
  const named = new Map<string, string>();
  for (const [name, signature] of Object.entries(signatures)) {
    if (typeof signature !== "string") throw new WrongShape("signatures are texts by signer");
    named.set(name, signature);
  }
  return { charterText: charter, almanacText: almanac, signatures: named };
}

function verifySignatures(
  charter: Charter,
  digest: Uint8Array,
  almanacText: string,
  signatures: ReadonlyMap<string, string>,
): void {
  // A name in JSON stands once and hex has one spelling, so distinct names are distinct signers.
  const signerOf = new Map(charter.signers.map((signer) => [toHex(signer), signer]));
  const message = concat(bound("almanac", digest), utf8(almanacText));
  for (const [name, signature] of signatures) {
    const signer = signerOf.get(name);
    if (signer === undefined) throw new InvalidSignature("a stranger's signature");
    verify(signer, message, signatureFromHex(signature));
  }
  if (signatures.size < charter.threshold) throw new InvalidSignature("too few signers");
}

function admittedPeriods(
  almanac: Almanac,
  digest: Uint8Array,
  coordinatorCount: number,
): readonly Period[] {
  const moduli = almanac.periods.flatMap((entry) => entry.keys.map((key) => toHex(key.modulus)));
  // One key for two uses would let a person have a receipt signed as a stamp.
  if (new Set(moduli).size !== moduli.length) throw new InvalidKey("one modulus in two places");
  return almanac.periods.map((entry) => admittedPeriod(entry, digest, coordinatorCount));
}

function admittedPeriod(entry: PeriodEntry, digest: Uint8Array, coordinatorCount: number): Period {
  if (Math.max(...entry.request, ...entry.offer) >= coordinatorCount) {
    throw new WrongShape("no such coordinator");
  }
  const needed = new Set([
    ...entry.request.map((number) => dutyName(number, Use.REQUEST)),
    ...entry.offer.map((number) => dutyName(number, Use.OFFER)),
    dutyName(entry.request[0], Use.STAMP),
    dutyName(entry.request[1], Use.RECEIPT),
  ]);
  const there = new Set(entry.keys.map((key) => dutyName(key.coordinator, key.use)));
  if (
    entry.keys.length !== needed.size ||
    there.size !== needed.size ||
    [...there].some((duty) => !needed.has(duty))
  ) {
    throw new InvalidKey("not exactly the keys that the duties need");
  }
  return new Period(
    entry.period,
    entry.fromDay,
    entry.toDay,
    entry.request,
    entry.offer,
    entry.keys.map((key) => admitKey(keyOf(key, entry.period), digest)),
  );
}

function dutyName(coordinator: number, use: Use): string {
  return `${String(coordinator)} ${use}`;
}

function keyOf(entry: KeyEntry, period: number): CertifyingKey {
  return {
    coordinator: entry.coordinator,
    use: entry.use,
    period,
    modulus: entry.modulus,
    challenges: Array.from({ length: CHALLENGE_COUNT }, (_, at) =>
      entry.challenges.slice(at * MODULUS_BYTES, (at + 1) * MODULUS_BYTES),
    ),
  };
}

function sameSet(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  const [left, right] = [new Set(a.map(toHex)), new Set(b.map(toHex))];
  return left.size === right.size && [...left].every((key) => right.has(key));
}
