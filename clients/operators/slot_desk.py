"""Slots earned by receipts: what a duty coordinator signs for a donor it will never meet.

    batch: {receipt, blinded values} ─▶ receipt verified ─▶ burned, durably ─▶ signed ─▶ answers

A batch comes from the matcher through the node, and neither is believed: a receipt counts because
the circle's receipt key signed it, and once. It is burned together with the hash of the values it
is spent on, so the same entry again gets the same signatures and another none.

A refusal is final, and the matcher gives up then. What may only be too early, too late or unknown
to this clerk's almanac or keyring is left out of the answers instead, and is asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from clients.coordinator import Coordinator
from clients.errors import NodeRefused
from clients.operators.keyring import Burned, CoordinatorSecrets
from crypto.blinding import blind_sign
from crypto.certificates import Receipt, verify_receipt
from crypto.certifying_keys import CardClass, Use
from crypto.circle import Circle
from crypto.descriptors import EpochDescriptor, read_epoch_descriptor
from crypto.errors import CannotOpen, InvalidCertificate, InvalidKey
from crypto.labels import bound, hashed, u8, u32
from crypto.messages.batches import Answers, Batch, Entry, SignedEntry
from crypto.messages.tokens import SpentReceipt
from crypto.periods import days_of
from crypto.sealing import open_sealed, seal

BATCH_EPOCHS = 128
"""How far back a batch may lie; a clerk away for longer leaves it to the matcher to ask again."""

ANSWER_TRIES = 4


@dataclass(frozen=True, slots=True)
class Honoured:
    """Counts: batches answered, entries signed and entries refused; others were left out."""

    batches: int
    signed: int
    refused: int


class SlotDesk:
    """One pass over the batches of one coordinator. *today* is days since 1970-01-01."""

    def __init__(self, desk: Coordinator, *, today: int) -> None:
        self._desk = desk
        self._today = today

    def answer_batches(self) -> Honoured:
        """Answer every batch that waits, empty ones too. Repeating it is safe."""
        rows = self._desk.operator.batches()
        if not rows:
            return Honoured(batches=0, signed=0, refused=0)
        epoch = self._open_epoch()
        batches = {row_id: self._opened_batch(record, epoch.epoch) for row_id, record in rows}
        ripe = {row_id: self._ripe(batch.entries) for row_id, batch in batches.items()}
        accepted = self._burn(entry for entries in ripe.values() for entry in entries)
        signed = refused = 0
        for row_id, waiting in ripe.items():
            entries = tuple(
                self._signed(entry) if _entry_name(entry) in accepted else _refused(entry)
                for entry in waiting
            )
            honoured = sum(entry.signed_root is not None for entry in entries)
            signed += honoured
            refused += len(entries) - honoured
            epoch = self._answer(row_id, entries, epoch)
        return Honoured(batches=len(rows), signed=signed, refused=refused)

    def _opened_batch(self, record: bytes, epoch: int) -> Batch:
        """What the matcher asked; nothing, if it does not open: every batch gets an answer."""
        key, circle = self._desk.keyring.secrets.sealing_key, self._desk.circle.digest
        for earlier in range(epoch, max(0, epoch - BATCH_EPOCHS), -1):
            info = bound("batch", circle, u32(earlier), u8(self._desk.number))
            try:
                return open_sealed(Batch, record, key=key, info=info)
            except CannotOpen:
                continue
        return Batch(entries=())

    def _ripe(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Those that can be decided today, with the almanac and the keys that are here."""
        return tuple(entry for entry in entries if self._is_ripe(entry))

    def _is_ripe(self, entry: Entry) -> bool:
        circle, kept = self._desk.circle, self._desk.keyring.secrets
        try:
            kept.signing_key(entry.period, Use.OFFER)
            return all(
                _is_live(circle, period, self._today)
                for period in (entry.period, entry.receipt.period)
            )
        except InvalidKey:
            return False

    def _burn(self, entries: Iterable[Entry]) -> set[bytes]:
        """Burn every receipt that counts; the names of the entries that may be signed."""
        counting = [entry for entry in entries if self._counts(entry)]
        accepted: set[bytes] = set()
        if not counting:
            return accepted

        def burned(kept: CoordinatorSecrets) -> CoordinatorSecrets:
            known = {one.spent: one.on for one in kept.burned_for_slots}
            fresh: list[Burned] = []
            for entry in counting:
                spent, values = receipt_name(entry.receipt), _entry_values(entry)
                if spent not in known:
                    known[spent] = values
                    fresh.append(Burned(spent=spent, on=values, period=entry.receipt.period))
                if known[spent] == values:
                    accepted.add(_entry_name(entry))
            if not fresh:
                return kept
            return replace(kept, burned_for_slots=(*kept.burned_for_slots, *fresh))

        self._desk.keyring.change(burned)
        return accepted

    def _counts(self, entry: Entry) -> bool:
        circle, spent = self._desk.circle, entry.receipt
        # Farther apart, two pairs of duty need have nobody in common who would have burned it.
        if abs(entry.period - spent.period) > 1:
            return False
        try:
            verify_receipt(circle, Receipt(spent.period, spent.nonce, spent.signature))
            duty = circle.duty(entry.period, CardClass.OFFER)
            if self._desk.number not in duty:
                return False
            # The stamp is asked of the first duty coordinator and of nobody else.
            if (entry.blinded_stamp is not None) != (duty[0] == self._desk.number):
                return False
            kept = self._desk.keyring.secrets
            offer_key = kept.signing_key(entry.period, Use.OFFER)
            fits = 0 < int.from_bytes(entry.blinded_root, "big") < offer_key.n
            if entry.blinded_stamp is not None:
                stamp_key = kept.signing_key(entry.period, Use.STAMP)
                fits = fits and 0 < int.from_bytes(entry.blinded_stamp, "big") < stamp_key.n
        except (InvalidCertificate, InvalidKey):
            return False
        return fits

    def _signed(self, entry: Entry) -> SignedEntry:
        kept = self._desk.keyring.secrets
        root = blind_sign(kept.signing_key(entry.period, Use.OFFER), entry.blinded_root)
        stamp = None
        if entry.blinded_stamp is not None:
            stamp = blind_sign(kept.signing_key(entry.period, Use.STAMP), entry.blinded_stamp)
        return SignedEntry(
            ticket=entry.ticket, index=entry.index, signed_root=root, signed_stamp=stamp
        )

    def _answer(
        self, row_id: bytes, entries: tuple[SignedEntry, ...], epoch: EpochDescriptor
    ) -> EpochDescriptor:
        """Seal to the open epoch's key; if that closed meanwhile, to the next one's."""
        message = Answers(coordinator=self._desk.number, entries=entries)
        for _ in range(ANSWER_TRIES):
            info = bound("answers", self._desk.circle.digest, u32(epoch.epoch))
            record = seal(message, recipient=epoch.key, info=info)
            try:
                self._desk.operator.put_answer(row_id, epoch.epoch, record)
            except NodeRefused as refused:
                if refused.code == "unknown_batch":
                    return epoch  # another pass answered it
                if refused.code != "epoch_closed":
                    raise
                epoch = self._open_epoch()
            else:
                return epoch
        return epoch  # epochs shorter than an answer: the next pass finds the batch again

    def _open_epoch(self) -> EpochDescriptor:
        descriptor, _ = self._desk.operator.current_epoch()
        return read_epoch_descriptor(descriptor, self._desk.circle)


def receipt_name(receipt: SpentReceipt) -> bytes:
    """The 32 bytes under which a receipt is burned: period and nonce, whoever signed them how."""
    return hashed("klunak burned", b"receipt" + u32(receipt.period) + receipt.nonce)


def _entry_values(entry: Entry) -> bytes:
    values = u32(entry.period) + entry.blinded_root + (entry.blinded_stamp or b"")
    return hashed("klunak values", values)


def _entry_name(entry: Entry) -> bytes:
    return receipt_name(entry.receipt) + _entry_values(entry)


def _refused(entry: Entry) -> SignedEntry:
    return SignedEntry(ticket=entry.ticket, index=entry.index, signed_root=None, signed_stamp=None)


def _is_live(circle: Circle, period: int, today: int) -> bool:
    """Whether what was signed for *period* still counts; raises InvalidKey for a stranger one."""
    first, last = circle.period(period).from_day, days_of(period)[1]
    return first <= today <= last + circle.policy.keep_days
