/** A stamp or receipt inside a message, and the values a client asks to have signed. */

import { SIGNATURE_BYTES } from "../labels.ts";
import { U16, U32, exactly, message, octets, optional, part, type MessageOf } from "../shapes.ts";

export const SIGNATURE = octets(SIGNATURE_BYTES);

/** A receipt on its way to the coordinators: period, nonce (32), signature (256). */
export const SpentReceipt = message("SpentReceipt", {
  period: U32,
  nonce: octets(32),
  signature: SIGNATURE,
});
export type SpentReceipt = MessageOf<typeof SpentReceipt>;

/**
 * A slot of the period before, shown to be exchanged: its root and certificate, its stamp and, of a
 * request, its receipt.
 */
export const Opening = message("Opening", {
  root: octets(32),
  signatures: exactly(2, SIGNATURE),
  stamp: SIGNATURE,
  receipt: optional(part(SpentReceipt)),
});
export type Opening = MessageOf<typeof Opening>;

/** What a donor wants signed once a family confirms: one root by both, one stamp. */
export const NextSlot = message("NextSlot", {
  index: U16,
  period: U32,
  blindedRoots: exactly(2, SIGNATURE),
  blindedStamp: SIGNATURE,
});
export type NextSlot = MessageOf<typeof NextSlot>;

/** The blind signatures on a `NextSlot`: two on the root, one on the stamp. */
export const Delivery = message("Delivery", {
  index: U16,
  signatures: exactly(3, SIGNATURE),
});
export type Delivery = MessageOf<typeof Delivery>;

/**
 * A `Delivery` while it is put together: clerks answer in their own time, and an answer comes
 * once. Null where nothing has come yet.
 */
export const Earned = message("Earned", {
  index: U16,
  signatures: exactly(3, optional(SIGNATURE)),
});
export type Earned = MessageOf<typeof Earned>;
