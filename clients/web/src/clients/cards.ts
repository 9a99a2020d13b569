/**
 * Posting a card, and knowing that it stands.
 *
 *     epoch u32 ‖ stamp 292 ‖ retry 32 ‖ permit hash 32 ‖ card record
 *     ‖ 5 × (A 32 ‖ record)                                                   outbox, pages 1–4
 *
 * The card goes first and the shelf is written after it, because the card can be recognised later
 * and a shelf that claims too much cannot: a card stands when its own outbox opens. Signatures
 * stay on the shelf until a later look has seen that.
 */

import { concat } from "../crypto/bytes.ts";
import { Stamp } from "../crypto/certificates.ts";
import type { EpochDescriptor } from "../crypto/descriptors.ts";
import { addressOf, readerOf } from "../crypto/drops.ts";
import { PAGES, u32 } from "../crypto/labels.ts";
import { Card } from "../crypto/messages/cards.ts";
import { DONOR } from "../crypto/messages/intake.ts";
import { Outbox } from "../crypto/messages/outboxes.ts";
import { POSTED, UNSPENT, type Shelf, type Slot } from "../crypto/messages/shelf.ts";
import { permitHash } from "../crypto/permits.ts";
import { closeRecord, randomRecord } from "../crypto/records.ts";
import { seal } from "../crypto/sealing.ts";
import { earnedIndex, nextSlotOf } from "./asking.ts";
import { NodeRefused, NotPossible } from "./errors.ts";
import { throwawayPage } from "./leaving.ts";
import { firstOutbox } from "./outboxes.ts";
import { classOf, type Place } from "./person.ts";
import * as seals from "./seals.ts";
import * as shelves from "./shelves.ts";
import type { State } from "./state.ts";
import type { Sitting } from "./visit.ts";

/** An epoch can close between looking and posting; three times in a row it does not. */
export const ATTEMPTS = 3;

/** What follows from the card standing or not; slots of cards that are over leave the shelf. */
export function advance(before: State): State {
  if (before.shelf === null) return before;
  const { cardEpochs } = before.circle.policy;
  const shelf = shelves.withoutExpired(before.shelf, { epoch: before.epoch, cardEpochs });
  const state = before.with({ shelf });
  const { slot, slotFound } = state;
  if (slot === null || slotFound === null || !state.stands) return state;
  if (slot.stage === UNSPENT) {
    // Posted, and closed before the shelf was written: the card itself is the better witness.
    const posted = state.withSlot({
      stage: POSTED,
      posted: state.epoch,
      counter: Math.max(1, slot.counter),
      earns: state.isDonor ? earnedIndex(slot.index) : 0,
      chosen: shelf.wish,
    });
    return posted.withShelf({ agains: [] });
  }
  if (slotFound.stage === POSTED && slot.signatures.length > 0) {
    return state.withSlot({ signatures: [], stamp: null });
  }
  return state;
}

/**
 * Post the card of the slot that *state* shows, if it does not stand already.
 *
 * Raises NodeRefused; an epoch that closed meanwhile burned nothing and is not one of them.
 */
export async function post(sitting: Sitting, state: State): Promise<boolean> {
  const { slot, shelf } = state;
  if (slot === null || shelf === null || state.stands) return false;
  if (slot.signatures.length === 0 || slot.stamp === null) return false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const body = cardBody(state.place, shelf, slot, sitting);
    try {
      await sitting.node.card(body);
      return true;
    } catch (error) {
      if (!(error instanceof NodeRefused) || error.code !== "epoch_closed") throw error;
      await sitting.refreshEpoch();
    }
  }
  throw new NotPossible();
}

/** The whole request. */
export function cardBody(place: Place, shelf: Shelf, slot: Slot, sitting: Sitting): Uint8Array {
  if (slot.stamp === null) throw new NotPossible();
  const { circle, open } = sitting;
  const { pseudonym } = place;
  const stamp = new Stamp(place.period, place.stampNonce(shelf.role), slot.stamp);
  const nextSlot = shelf.role === DONOR ? nextSlotOf(circle, place) : null;
  const underOutbox = seals.outbox(circle.digest, pseudonym);
  const firsts = [
    closeRecord(Outbox, firstOutbox(nextSlot), underOutbox),
    throwawayPage(place),
    ...Array.from({ length: PAGES - 1 }, randomRecord),
  ];
  const writes = [pseudonym.outboxWrite, ...pseudonym.pagesWrite];
  return concat(
    u32(open.descriptor.epoch),
    stamp.toBytes(),
    pseudonym.cardRetry,
    permitHash(pseudonym.claimPermit),
    cardRecord(place, shelf, slot, open.descriptor),
    ...writes.flatMap((secret, at) => [addressOf(secret), firsts[at] ?? randomRecord()]),
  );
}

function cardRecord(place: Place, shelf: Shelf, slot: Slot, epoch: EpochDescriptor): Uint8Array {
  const { pseudonym } = place;
  const { wish } = shelf;
  const card: Card = {
    cardClass: classOf(shelf.role),
    period: place.period,
    publicKey: pseudonym.sealingKey.public,
    claimTag: pseudonym.claimTag,
    signatures: slot.signatures,
    regions: wish.regions,
    modes: wish.modes,
    preset: wish.preset,
    size: wish.size,
    needs: wish.needs,
    urgency: wish.urgency,
    agains: shelf.agains,
    noticeSecret: pseudonym.noticeSecret,
    outboxRead: readerOf(pseudonym.outboxWrite),
    pagesRead: pseudonym.pagesWrite.map(readerOf),
  };
  return seal(Card, card, {
    recipient: epoch.key,
    info: seals.cardInfo(place.circle, epoch.epoch),
  });
}
