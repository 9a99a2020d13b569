"""Exchanges: what a duty coordinator signs for a slot of the quarter before.

    record: {opening, a blinded root, maybe an extra} ─▶ under the id of a burned stamp?
    ─▶ certificate, stamp, receipt verified ─▶ all burned, durably ─▶ signed

Each duty coordinator looks for itself and remembers for itself. The node says by the record's id
that it burned the stamp together with this request; everything else in the opening carries its own
proof. The same record again gets the same signatures, and what was shown once buys nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clients.coordinator import Coordinator
from clients.errors import NodeMisbehaves
from clients.operators.keyring import Burned, CoordinatorSecrets
from clients.operators.slot_desk import receipt_name
from clients.operators.threads import Opened
from crypto.certificates import (
    CardClass,
    Receipt,
    Stamp,
    exchange_id,
    stamp_nonce,
    verify_receipt,
    verify_root,
    verify_stamp,
)
from crypto.errors import CryptoError, InvalidCertificate, InvalidKey
from crypto.labels import hashed, u8, u32
from crypto.messages.tokens import Opening
from crypto.periods import days_of


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Counts: exchanges signed and refused."""

    signed: int
    refused: int


class ExchangeDesk:
    """One pass over the exchanges that wait for one coordinator. *today* is days since 1970."""

    def __init__(self, desk: Coordinator, *, today: int) -> None:
        self._desk = desk
        self._today = today

    def answer_exchanges(self) -> Exchanged:
        """Answer every one of them. Repeating it is safe."""
        signed = refused = 0
        for one in self._desk.exchanges():
            if not can_be_signed(self._desk, one):
                continue  # the keys of the new quarter are still to come
            if self._is_forgotten(one):
                continue  # the record expires by itself, and this clock may be the one that errs
            try:
                if self._counts(one) and self._burn(one):
                    self._desk.hand_over(one)
                    signed += 1
                else:
                    self._desk.turn_away(one)
                    refused += 1
            except NodeMisbehaves:
                refused += 1  # its owner writes without end; the next pass finds it again
        return Exchanged(signed, refused)

    def _is_forgotten(self, one: Opened) -> bool:
        """Whether what was burned of the period before is remembered no longer."""
        return self._today > days_of(one.period - 1)[1] + self._desk.circle.policy.keep_days

    def _counts(self, one: Opened) -> bool:
        opening, circle, period = one.intake.opening, self._desk.circle, one.period - 1
        assert opening is not None, "the desk's exchanges have one"
        # The stamp of this very root: another would leave the root's own for a card.
        stamp = Stamp(period, stamp_nonce(opening.root), opening.stamp)
        if one.id != exchange_id(stamp, self._desk.number):
            return False
        receipt = opening.receipt
        if (receipt is not None) != (one.card_class is CardClass.REQUEST):
            return False
        try:
            verify_root(circle, one.card_class, period, opening.root, opening.signatures)
            verify_stamp(circle, stamp)
            if receipt is not None:
                verify_receipt(circle, Receipt(receipt.period, receipt.nonce, receipt.signature))
        except (InvalidCertificate, InvalidKey):
            return False
        return receipt is None or receipt.period == period

    def _burn(self, one: Opened) -> bool:
        """Burn all that was shown, on the values to be signed; whether nothing of it was burned on
        others before."""
        opening, period = one.intake.opening, one.period - 1
        assert opening is not None
        values = intake_values(one)
        burned = False

        def spent(kept: CoordinatorSecrets) -> CoordinatorSecrets:
            nonlocal burned
            known = {each.spent: each.on for each in kept.burned_for_slots}
            names = _names(opening)
            burned = all(known.get(name, values) == values for name in names)
            fresh = tuple(
                Burned(spent=name, on=values, period=period) for name in names if name not in known
            )
            if not burned or not fresh:
                return kept
            return replace(kept, burned_for_slots=(*kept.burned_for_slots, *fresh))

        self._desk.keyring.change(spent)
        return burned


def _names(opening: Opening) -> tuple[bytes, ...]:
    """The names under which a root, and with it its stamp, and a receipt are burned. A receipt's is
    the one under which it buys a donor's next slot: it does one or the other."""
    root = hashed("klunak burned", b"root" + opening.root)
    return (root,) if opening.receipt is None else (root, receipt_name(opening.receipt))


def intake_values(one: Opened) -> bytes:
    """What a spent thing is spent on: the hash of the values to be signed."""
    values = (*one.intake.blinded_roots, *one.intake.blinded_extras)
    return hashed("klunak values", u32(one.period) + u8(one.position) + b"".join(values))


def can_be_signed(desk: Coordinator, one: Opened) -> bool:
    """Whether the keyring has the keys, and the values fit them."""
    kept = desk.keyring.secrets
    try:
        wanted = [(one.card_class.use, one.intake.blinded_roots)]
        if one.extras_use is not None:
            wanted.append((one.extras_use, one.intake.blinded_extras))
        return all(
            0 < int.from_bytes(value, "big") < kept.signing_key(one.period, use).n
            for use, values in wanted
            for value in values
        )
    except CryptoError:
        return False
