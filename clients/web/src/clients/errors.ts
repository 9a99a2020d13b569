/**
 * What can go wrong between a person's device and its node.
 *
 *     ClientError
 *     ├── NodeUnreachable         node_unreachable: nobody answered, or not in time
 *     ├── NodeRefused             the node said no: `code` is the node's, `status` the answer's
 *     ├── NodeMisbehaves          node_misbehaves: not what the protocol allows
 *     │   └── CircleSubstituted   circle_substituted: another circle, or a forged epoch
 *     ├── VisitContended          visit_contended: another phone with the same list keeps writing
 *     ├── NotPossible             not_possible: does not fit where things stand; nothing was sent
 *     │   ├── WrongRole           wrong_role: the list already asks, and this wants to give
 *     │   ├── MatchChanged        match_changed: the match that was decided about is over
 *     │   ├── NotToday            not_today: the node keeps no more claims of this card for now
 *     │   ├── TooLong             too_long: the words do not fit
 *     │   ├── WishRefused         wish_refused: names nothing, or too much
 *     │   └── NoPeriod            no_period: no certifying keys for today
 *     ├── InviteTextError         invite_text: what was typed is not an invite
 *     └── Cancelled               cancelled: the person left, or stopped the proof of work
 *
 * Python prints the docstring of an error; a page speaks three languages, so it chooses its
 * sentence by `code`. No error repeats what was sent or typed.
 */

/** The root of everything this folder raises. */
export class ClientError extends Error {
  readonly code: string = "client_error";
}

/** Nothing is lost; trying again later is safe. */
export class NodeUnreachable extends ClientError {
  override readonly code = "node_unreachable";
}

/** The node refused; *code* is one of the stable ones in protocol.md, section 7. */
export class NodeRefused extends ClientError {
  override readonly code: string;

  constructor(
    code: string,
    readonly status: number,
  ) {
    super(code);
    this.code = code;
  }
}

/** The answer is not what the protocol allows; not to be trusted further. */
export class NodeMisbehaves extends ClientError {
  override readonly code: string = "node_misbehaves";
}

/** Another circle, or an epoch that no matcher of this circle published. */
export class CircleSubstituted extends NodeMisbehaves {
  override readonly code = "circle_substituted";
}

/** Another phone with the same list is busy. Trying again in a moment is safe. */
export class VisitContended extends ClientError {
  override readonly code = "visit_contended";
}

/** What was decided does not fit where things stand. Nothing was sent. */
export class NotPossible extends ClientError {
  override readonly code: string = "not_possible";
}

/** This list is used for the other side. */
export class WrongRole extends NotPossible {
  override readonly code = "wrong_role";
}

/** What was decided about has changed meanwhile. */
export class MatchChanged extends NotPossible {
  override readonly code = "match_changed";
}

/** Nothing was shown: this card was here too often today. */
export class NotToday extends NotPossible {
  override readonly code = "not_today";
}

/** The parcel before is still being closed; the next round ends that. */
export class NotYet extends NotPossible {
  override readonly code = "not_yet";
}

/** Slots of two quarters have this index, and no quarter was named. */
export class SlotUnclear extends NotPossible {
  override readonly code = "slot_unclear";
}

/** Too long to be sent. */
export class TooLong extends NotPossible {
  override readonly code = "too_long";
}

/** A region, at least one way and one need are missing, or there are too many. */
export class WishRefused extends NotPossible {
  override readonly code = "wish_refused";
}

/** The circle can certify nobody today. */
export class NoPeriod extends NotPossible {
  override readonly code = "no_period";
}

/** Not an invite: an invite has 26 letters and digits. */
export class InviteTextError extends ClientError {
  override readonly code = "invite_text";
}

/** Stopped from this side. A request that was on its way may have arrived; repeating it is safe. */
export class Cancelled extends ClientError {
  override readonly code = "cancelled";
}
