/** Two people's transcripts, as each of them writes and reads them. */

import assert from "node:assert/strict";
import test from "node:test";

import { sameBytes } from "../../src/crypto/bytes.ts";
import { Person } from "../../src/crypto/keys.ts";
import { DONOR, FAMILY } from "../../src/crypto/messages/intake.ts";
import type { Match, Peer } from "../../src/crypto/messages/notices.ts";
import { Kind, type Said } from "../../src/crypto/messages/pages.ts";
import { TooLong } from "../../src/clients/errors.ts";
import {
  checked,
  count,
  encounterOf,
  last,
  isSecond,
  met,
  said,
  type Encounter,
} from "../../src/clients/meetings.ts";
import { Place, classOf } from "../../src/clients/person.ts";
import { newSlot } from "../../src/clients/shelves.ts";
import { PERIOD } from "./circles.ts";
import { DELIVERY, DONOR_LIST, FAMILY_LIST, WISH, World } from "./world.ts";

const { trial } = new World();
const TALK: readonly Said[] = [
  { kind: Kind.TERMS, words: "Вуліца 1" },
  { kind: Kind.QUESTION, words: "is it far?" },
];

function placeOf(listKey: Uint8Array): Place {
  const circle = trial.circle.digest;
  return new Place(Person.fromListKey(listKey, { circle, period: PERIOD }), 0);
}

function peerOf(listKey: Uint8Array, role: number): Peer {
  const { sealingKey, claimTag } = placeOf(listKey).pseudonym;
  const signatures = trial.certificate(classOf(role), sealingKey.public, claimTag);
  return { period: PERIOD, publicKey: sealingKey.public, claimTag, signatures };
}

const PEERS = [peerOf(FAMILY_LIST, FAMILY), peerOf(DONOR_LIST, DONOR)] as const;

function matchWith(peer: Peer, matched = 5): Match {
  const asked = { mode: DELIVERY, store: 0, region: 0, size: 1, needs: 1 };
  return { rendezvous: new Uint8Array(32).fill(7), matched, since: matched, ...asked, peer };
}

function sideOf(role: 0 | 1, matched = 5): Encounter {
  const place = placeOf(role === FAMILY ? FAMILY_LIST : DONOR_LIST);
  const match = matchWith(PEERS[role === FAMILY ? 1 : 0], matched);
  const encounter = encounterOf(trial.circle, place, role, WISH, match);
  assert.ok(encounter !== null);
  return encounter;
}

const family = sideOf(FAMILY);
const donor = sideOf(DONOR);

test("both sides arrive at one key by their pages", () => {
  const fromDonor = family.openPageOne(donor.pageOne("CODE-1"));
  const fromFamily = donor.openPageOne(family.pageOne(""));
  assert.ok(fromDonor !== null && fromFamily !== null);
  assert.equal(fromDonor.code, "CODE-1");
  assert.deepEqual(fromDonor.blanks, placeOf(DONOR_LIST).pageBlanks);
  assert.ok(sameBytes(family.key(fromDonor.share), donor.key(fromFamily.share)));
});

test("a page of another match, or of one's own direction, does not open", () => {
  assert.equal(family.openPageOne(sideOf(DONOR, 6).pageOne("")), null);
  assert.equal(family.openPageOne(family.pageOne("")), null);
  assert.equal(donor.openPageOne(new Uint8Array(4_096)), null);
});

test("what one writes the other reads, and half a transcript is none", () => {
  const key = family.key(donor.share);
  const pages = family.pages(TALK, key);
  const plain = (talk: readonly Said[] | null): unknown => talk?.map((message) => ({ ...message }));
  assert.deepEqual(plain(donor.transcript(pages, key, { own: false })), TALK);
  assert.deepEqual(plain(family.transcript(pages, key, { own: true })), TALK);
  assert.equal(donor.transcript(pages, key, { own: true }), null);
  const half = [...pages.slice(0, 2), new Uint8Array(4_096)];
  assert.equal(donor.transcript(half, key, { own: false }), null);
});

test("a conversation that is full is told of", () => {
  const words = "ы".repeat(300);
  const talk = Array.from({ length: 40 }, () => ({ kind: Kind.ANSWER, words }));
  assert.throws(() => family.pages(talk, family.key(donor.share)), TooLong);
});

test("a partner without a certificate of the other class and this circle is none", () => {
  const own = placeOf(FAMILY_LIST);
  const { signatures } = PEERS[1];
  for (const peer of [
    PEERS[0],
    { ...PEERS[1], signatures: [...signatures].reverse() },
    { ...PEERS[1], claimTag: new Uint8Array(32) },
    { ...PEERS[1], period: PERIOD - 1 },
  ]) {
    assert.equal(encounterOf(trial.circle, own, FAMILY, WISH, matchWith(peer)), null);
  }
});

test("a partner whose certified key nothing can be sealed to is none", () => {
  const { publicKey, claimTag } = PEERS[1];
  const point = publicKey.slice().fill(0, publicKey.length - 32);
  const signatures = trial.certificate(classOf(DONOR), point, claimTag);
  const match = matchWith({ ...PEERS[1], publicKey: point, signatures });
  assert.equal(encounterOf(trial.circle, placeOf(FAMILY_LIST), FAMILY, WISH, match), null);
});

test("a mode or a region that was never chosen is no encounter", () => {
  const own = placeOf(FAMILY_LIST);
  for (const chosen of [null, { ...WISH, modes: 0b011 }, { ...WISH, regions: 0b10 }]) {
    assert.equal(encounterOf(trial.circle, own, FAMILY, chosen, matchWith(PEERS[1])), null);
  }
  const elsewhere = { ...matchWith(PEERS[1]), region: 32 };
  assert.equal(encounterOf(trial.circle, own, FAMILY, WISH, elsewhere), null);
});

test("what belonged to another match leaves the slot", () => {
  const slot = { ...newSlot(0, [], new Uint8Array(256), null), met: 5, code: "CODE-1" };
  const partner = new Uint8Array(16);
  assert.equal(met(slot, 5, partner), slot);
  assert.deepEqual([met(slot, 6, partner).met, met(slot, 6, partner).code], [6, ""]);
});

test("one epoch has one partner", () => {
  const slot = met(newSlot(0, [], new Uint8Array(256), null), family.matched, family.partner);
  const second = { ...matchWith(PEERS[1]), rendezvous: new Uint8Array(32) };
  const other = encounterOf(trial.circle, placeOf(FAMILY_LIST), FAMILY, WISH, second);
  assert.ok(other !== null);
  assert.equal(isSecond(slot, family), false);
  assert.equal(isSecond(slot, other), true);
  assert.equal(isSecond(slot, sideOf(FAMILY, 6)), false);
});

test("the same message twice is said once, unless it is meant anew", () => {
  const once = said([], Kind.CODE_FAILED, "no");
  assert.equal(said(once, Kind.CODE_FAILED, "no"), once);
  assert.equal(count(said(once, Kind.CODE_FAILED, "no", { anew: true }), Kind.CODE_FAILED), 2);
  assert.equal(last([...TALK], Kind.TERMS)?.words, "Вуліца 1");
  assert.equal(last(TALK)?.kind, Kind.QUESTION);
  assert.equal(last([]), null);
});

test("300 characters of the widest kind fit, one more and half a character do not", () => {
  assert.equal(checked("😀".repeat(300)).length, 600);
  assert.throws(() => checked("x".repeat(301)), TooLong);
  assert.throws(() => checked("\ud800"), TooLong);
});
