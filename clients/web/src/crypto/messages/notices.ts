/** From the matcher to a card's owner: the notice, one for every live card in every epoch. */

import { PAGES } from "../labels.ts";
import { PUBLIC_KEY_BYTES } from "../sealing.ts";
import {
  U16,
  U32,
  U8,
  exactly,
  message,
  octets,
  optional,
  part,
  uint,
  type MessageOf,
} from "../shapes.ts";
import { FINISHED } from "./cards.ts";
import { Delivery, SIGNATURE } from "./tokens.ts";

/** The opening of the partner's certificate; its class is the other one. */
export const Peer = message("Peer", {
  period: U32,
  publicKey: octets(PUBLIC_KEY_BYTES),
  claimTag: octets(32),
  signatures: exactly(2, SIGNATURE),
});
export type Peer = MessageOf<typeof Peer>;

/** Who was matched, how, and what is asked for. `since` is the epoch of the present phase. */
export const Match = message("Match", {
  rendezvous: octets(32),
  matched: U32,
  since: U32,
  mode: uint(2),
  store: U16,
  region: U8,
  size: U8,
  needs: U8,
  peer: part(Peer),
});
export type Match = MessageOf<typeof Match>;

/**
 * What one card's owner learns of a round; `counter` is the last outbox that counted.
 *
 * `pages` are what to read next: the partner's in a match, a decoy's otherwise, so that both
 * visits look alike.
 */
export const Notice = message("Notice", {
  phase: uint(FINISHED),
  counter: U32,
  pages: exactly(PAGES, octets(32)),
  match: optional(part(Match)),
  delivery: optional(part(Delivery)),
});
export type Notice = MessageOf<typeof Notice>;
