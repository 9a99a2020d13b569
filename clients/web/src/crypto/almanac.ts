/**
 * Charter and almanac: the two texts of a circle, as models (protocol.md, section 4).
 *
 * Sizes, ranges and what a text must agree on with itself are checked here; signatures, and
 * whether the certifying keys may be used, in circle.ts.
 */

import { toHex, utf8 } from "./bytes.ts";
import { CHALLENGE_COUNT, MODULUS_BYTES } from "./certifying_keys.ts";
import { hashed } from "./labels.ts";
import { daysOf } from "./periods.ts";
import {
  ANY_OBJECT,
  FLAG,
  U32,
  U8,
  VERSION_FIELD,
  b64Field,
  hexField,
  integer,
  listed,
  model,
  oneOf,
  pair,
  textField,
  writeText,
  type ModelOf,
} from "./strict_json.ts";

export const SEALING_KEY_BYTES = 1_216;
export const CATALOGUE_BYTES = 64 * 1_024;

// A coordinator's number is a byte with room; the others only have to end somewhere.
export const MOST_COORDINATORS = 64;
export const MOST_SIGNERS = 32;
export const MOST_MATCHERS = 8;
export const MOST_NODES = 32;
export const MOST_PERIODS = 8;
export const MOST_DAYS = 3_650;
/** How far apart two periods are that one receipt can be spent in. */
export const NEAR_PERIODS = 2;

const PublicKey = hexField(32);
const Count = integer(1, 1_000_000);
const Days = integer(0, MOST_DAYS);

const distinct = (keys: readonly Uint8Array[]): boolean =>
  new Set(keys.map(toHex)).size === keys.length;

/** What never changes while a circle lives: its signers, coordinators and matchers. */
export const Charter = model(
  {
    version: VERSION_FIELD,
    name: textField((name) => name !== "" && Array.from(name).length <= 64),
    signers: listed(PublicKey, { atLeast: 1, atMost: MOST_SIGNERS }),
    threshold: integer(1, MOST_SIGNERS),
    coordinators: listed(PublicKey, { atLeast: 2, atMost: MOST_COORDINATORS }),
    matchers: listed(PublicKey, { atLeast: 1, atMost: MOST_MATCHERS }),
  },
  ({ signers, threshold, coordinators, matchers }) =>
    distinct(signers) &&
    // Who vouches does not match: coarse attributes of somebody one vetted are a person.
    distinct([...coordinators, ...matchers]) &&
    threshold <= signers.length,
);
export type Charter = ModelOf<typeof Charter>;

/** A node: the key (32 bytes) its descriptors are signed with, and where it is. */
export const NodeEntry = model({
  key: PublicKey,
  address: textField((address) => /^[!-~]{1,255}$/.test(address)),
});
export type NodeEntry = ModelOf<typeof NodeEntry>;

/** What the almanac adds to a coordinator of the charter: an X-Wing public key. */
export const CoordinatorEntry = model({
  sealing: b64Field(SEALING_KEY_BYTES),
});
export type CoordinatorEntry = ModelOf<typeof CoordinatorEntry>;

/** A certifying key: its modulus, and its eight challenges' roots joined (2,048 bytes). */
export const KeyEntry = model({
  coordinator: U8,
  use: oneOf("request", "offer", "stamp", "receipt"),
  modulus: b64Field(MODULUS_BYTES),
  challenges: b64Field(CHALLENGE_COUNT * MODULUS_BYTES),
});
export type KeyEntry = ModelOf<typeof KeyEntry>;

/** A period: its days within the quarter, who has duty for which class, and their keys. */
export const PeriodEntry = model(
  {
    period: U32,
    fromDay: U32,
    toDay: U32,
    request: pair(U8),
    offer: pair(U8),
    keys: listed(KeyEntry.read, { atMost: 16 }),
  },
  ({ period, fromDay, toDay, request, offer }) => {
    const [first, last] = daysOf(period);
    return (
      first <= fromDay &&
      fromDay <= toDay &&
      toDay <= last &&
      request[0] !== request[1] &&
      offer[0] !== offer[1] &&
      // Stamps have one signer for both classes.
      request[0] === offer[0]
    );
  },
);
export type PeriodEntry = ModelOf<typeof PeriodEntry>;

/** The numbers a circle lives by: seconds, epochs, days and counts, as their names say. */
export const Policy = model(
  {
    epochSeconds: Count,
    answerEpochs: Count,
    respondEpochs: Count,
    sendEpochs: Count,
    confirmEpochs: Count,
    cardEpochs: Count,
    matchLeftEpochs: Count,
    againEpochs: Count,
    dropDays: Days,
    jitterDays: Days,
    keepDays: Days,
    batchRecords: integer(1, 256),
    invitesPerDay: integer(0, 1_000),
    intakePool: Count,
    intakeDraw: Count,
  },
  // A stamp forgotten while the card it admitted still lies there could be spent again.
  ({ dropDays, jitterDays, keepDays }) => keepDays >= dropDays + jitterDays,
);
export type Policy = ModelOf<typeof Policy>;

/**
 * What a circle changes under a rising serial: nodes, policy, catalogue and keys.
 *
 * Coordinators stand in the order of the charter, periods in rising order.
 */
export const Almanac = model(
  {
    version: VERSION_FIELD,
    circle: hexField(32),
    serial: U32,
    trial: FLAG,
    nodes: listed(NodeEntry.read, { atLeast: 1, atMost: MOST_NODES }),
    policy: Policy.read,
    catalogue: ANY_OBJECT,
    coordinators: listed(CoordinatorEntry.read, { atLeast: 2, atMost: MOST_COORDINATORS }),
    periods: listed(PeriodEntry.read, { atLeast: 1, atMost: MOST_PERIODS }),
  },
  ({ nodes, catalogue, periods }) =>
    distinct(nodes.map((node) => node.key)) &&
    periods.every((entry, at) => entry.period > (periods[at - 1]?.period ?? -1)) &&
    !periods.some((one, at) => periods.slice(at + 1).some((other) => areApart(one, other))) &&
    utf8(writeText(catalogue)).length <= CATALOGUE_BYTES,
);
export type Almanac = ModelOf<typeof Almanac>;

/** Whether one receipt could be spent twice, with two pairs that have nobody in common: in the
 * period before its own, in its own and in the next (docs/decisions/0019). */
function areApart(one: PeriodEntry, other: PeriodEntry): boolean {
  const isNear = other.period - one.period <= NEAR_PERIODS;
  const pairs = [one.request, one.offer].flatMap((first) =>
    [other.request, other.offer].map((second) => [first, second] as const),
  );
  return isNear && pairs.some(([first, second]) => !first.some((each) => second.includes(each)));
}

/** H("klunak circle", charter), 32 bytes; a charter's text is hashed exactly as received. */
export function circleDigest(charter: string): Uint8Array {
  return hashed("klunak circle", utf8(charter));
}
