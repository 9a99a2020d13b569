/** A circle with every key at hand, made for one run of the tests; Node's RSA signs for it. */

import {
  constants,
  generateKeyPairSync,
  privateDecrypt,
  type KeyObject,
} from "node:crypto";

import { ed25519 } from "@noble/curves/ed25519.js";

import { concat, fromB64, toHex, utf8 } from "../../src/crypto/bytes.ts";
import { blind, unblind } from "../../src/crypto/blinding.ts";
import { certificateMessage, rootOf } from "../../src/crypto/certificates.ts";
import {
  CardClass,
  Use,
  useOf,
  type CertifyingKey,
} from "../../src/crypto/certifying_keys.ts";
import { Circle, Period } from "../../src/crypto/circle.ts";
import { BLINDING_BYTES } from "../../src/crypto/keys.ts";
import { bound, hashed } from "../../src/crypto/labels.ts";
import { daysOf } from "../../src/crypto/periods.ts";
import { SealingKey } from "../../src/crypto/sealing.ts";

export const PERIOD = 8_107;
const [FIRST_DAY] = daysOf(PERIOD);
export const DAY = FIRST_DAY + 10;
/** A day of the period before. */
export const EARLIER = FIRST_DAY - 10;

const DUTIES = [
  [Use.REQUEST, 0],
  [Use.REQUEST, 1],
  [Use.OFFER, 0],
  [Use.OFFER, 1],
  [Use.STAMP, 0],
  [Use.RECEIPT, 1],
] as const;

const seedOf = (name: string): Uint8Array => hashed("test seed", utf8(name));

/** Two coordinators, one matcher, one node, this period and the one before, with the same keys. */
export class TrialCircle {
  readonly matcherSeed: Uint8Array;
  readonly nodeSeed: Uint8Array;
  readonly sealingKeys: readonly SealingKey[];
  readonly circle: Circle;
  readonly #private = new Map<string, KeyObject>();

  constructor(readonly name = "test") {
    this.matcherSeed = seedOf(`${name} matcher`);
    this.nodeSeed = seedOf(`${name} node`);
    this.sealingKeys = [0, 1].map((n) => new SealingKey(seedOf(`${name} sealing ${String(n)}`)));
    const keys = DUTIES.map(([use, coordinator]) => this.#newKey(use, coordinator));
    // Not read but made: the document's reader has tests of its own, and vectors.
    this.circle = new Circle(
      hashed("klunak circle", utf8(name)),
      {
        version: 1,
        name,
        signers: [seedOf("signer")],
        threshold: 1,
        coordinators: [seedOf("coordinator 0"), seedOf("coordinator 1")],
        matchers: [ed25519.getPublicKey(this.matcherSeed)],
      },
      {
        version: 1,
        circle: hashed("klunak circle", utf8(name)),
        serial: 1,
        trial: true,
        nodes: [{ key: ed25519.getPublicKey(this.nodeSeed), address: "http://node" }],
        policy: {
          epochSeconds: 86_400,
          answerEpochs: 2,
          respondEpochs: 7,
          sendEpochs: 3,
          confirmEpochs: 30,
          cardEpochs: 90,
          matchLeftEpochs: 42,
          againEpochs: 7,
          dropDays: 90,
          jitterDays: 7,
          keepDays: 97,
          batchRecords: 2,
          invitesPerDay: 20,
          intakePool: 512,
          intakeDraw: 64,
        },
        catalogue: {},
        coordinators: this.sealingKeys.map((key) => ({ sealing: key.public })),
        periods: [],
      },
      [PERIOD - 1, PERIOD].map((period) => {
        const ofPeriod = keys.map((key) => ({ ...key, period }));
        return new Period(period, ...daysOf(period), [0, 1], [0, 1], ofPeriod);
      }),
    );
  }

  /** What a coordinator answers to 256 blinded bytes. */
  blindSign(use: Use, coordinator: number, blinded: Uint8Array): Uint8Array {
    const key = this.#private.get(`${use} ${String(coordinator)}`);
    if (key === undefined) throw new Error("no such duty");
    return Uint8Array.from(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, blinded));
  }

  /** Both signatures on the root of somebody's *publicKey* and *claimTag*. */
  certificate(cardClass: CardClass, publicKey: Uint8Array, claimTag: Uint8Array): Uint8Array[] {
    const { digest } = this.circle;
    const root = rootOf(digest, cardClass, PERIOD, publicKey, claimTag);
    const message = certificateMessage(digest, root);
    return this.circle.certificateKeys(PERIOD, cardClass).map((key, number) => {
      const { blinded, inverse } = blind(key, message, new Uint8Array(BLINDING_BYTES).fill(7));
      return unblind(key, message, this.blindSign(useOf(cardClass), number, blinded), inverse);
    });
  }

  /** *text* signed as a descriptor of the kind *label*. */
  signed(label: string, text: string, seed: Uint8Array): object {
    const message = concat(bound(label, this.circle.digest), utf8(text));
    return { descriptor: text, signature: toHex(ed25519.sign(message, seed)) };
  }

  #newKey(use: Use, coordinator: number): CertifyingKey {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    this.#private.set(`${use} ${String(coordinator)}`, pair.privateKey);
    const modulus = fromB64(pair.publicKey.export({ format: "jwk" }).n ?? "");
    return { coordinator, use, period: PERIOD, modulus, challenges: [] };
  }
}
