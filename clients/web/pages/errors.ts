/** A code of something that went wrong, as a sentence. Nothing that was typed is repeated. */

import type { Language } from "../src/crypto/goods.ts";
import { isKey, say, type Key } from "./strings.ts";

const SENTENCES: Readonly<Record<string, Key>> = {
  node_unreachable: "error.NodeUnreachable",
  node_misbehaves: "error.NodeMisbehaves",
  circle_substituted: "error.CircleSubstituted",
  visit_contended: "error.VisitContended",
  not_possible: "not_possible",
  wrong_role: "error.WrongRole",
  match_changed: "error.MatchChanged",
  not_today: "error.NotToday",
  not_yet: "error.NotYet",
  slot_unclear: "not_possible",
  too_long: "error.TooLong",
  wish_refused: "error.WishRefused",
  no_period: "error.NoPeriod",
  invite_text: "error.InviteTextError",
  wrong_number_of_lines: "error.WrongNumberOfLines",
  repeated_good: "error.RepeatedGood",
  unknown_good: "error.UnknownGood",
  wrong_quantity: "error.WrongQuantity",
  line_too_long: "line_long",
  unpinned: "unpinned",
  defect: "error.ClientError",
  client_error: "error.ClientError",
};

// What the bytes of a node can be besides: all of them say that it does not agree with its circle.
const CRYPTOGRAPHIC = /^(wrong_length|unknown_version|not_canonical|wrong_shape|cannot_open|invalid_\w+|crypto_error|malformed_message)$/;

/** The sentence for *code*: one of a client's, of cryptography's, or of a node's refusals. */
export function explained(language: Language, code: string): string {
  const ours = SENTENCES[code];
  if (ours !== undefined) return say(language, ours);
  if (CRYPTOGRAPHIC.test(code)) return say(language, "error.CryptoError");
  const refused = `refused.${code}`;
  return isKey(refused) ? say(language, refused) : say(language, "refused.other", { code });
}
