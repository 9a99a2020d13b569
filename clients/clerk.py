"""The clerk: what a coordinator's machine may decide alone, one pass at a time.

    an invited request with this coordinator's MAC  ─▶ certified, at most so many a day
    a receipt of this circle, in a matcher's batch   ─▶ the donor's next slot, signed once

What is spent is burned in the keyring, durably and together with what it was spent on, before a
signature leaves. The same thing asked again gets the same bytes; anything else is refused. Whoever
seals a batch (the matcher) therefore cannot mint a slot, and a receipt is worth one.

Offers are never certified here, with whatever invite they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from clients.coordinator import Coordinator, Opened
from clients.errors import NodeRefused
from clients.invites import is_ours
from clients.keyring import Burned, CoordinatorSecrets, DayCount
from crypto.almanac import Policy
from crypto.blinding import blind_sign
from crypto.certificates import Receipt, verify_receipt
from crypto.certifying_keys import CardClass, Use
from crypto.circle import Circle
from crypto.descriptors import EpochDescriptor, read_epoch_descriptor
from crypto.errors import CannotOpen, CryptoError, InvalidCertificate, InvalidKey, WrongShape
from crypto.labels import bound, hashed, u8, u32
from crypto.messages.batches import Answers, Batch, Entry, SignedEntry
from crypto.messages.intake import FAMILY
from crypto.periods import days_of
from crypto.sealing import open_sealed, seal

BATCH_EPOCHS = 128
"""How far back a batch may lie; a clerk away for longer leaves it to the matcher to ask again."""

ANSWER_TRIES = 4
DAYS_COUNTED = 7


@dataclass(frozen=True, slots=True)
class ClerkReport:
    """Counts of one pass."""

    certified: int
    invites_refused: int
    batches: int
    signed: int
    receipts_refused: int


class Clerk:
    """The clerk of one coordinator. *today* is the day, since 1970-01-01 (UTC)."""

    def __init__(self, coordinator: Coordinator, *, today: Callable[[], int]) -> None:
        self._desk = coordinator
        self._today = today

    def clerk_once(self) -> ClerkReport:
        """One pass. Raises NodeUnreachable or NodeRefused; repeating it is safe."""
        self._forget_old()
        certified, invites_refused = self._invited()
        batches, signed, receipts_refused = self._batches()
        return ClerkReport(certified, invites_refused, batches, signed, receipts_refused)

    def _invited(self) -> tuple[int, int]:
        certified = refused = 0
        for one in self._desk.opened():
            if not one.intake.invite_code or one.intake.role != FAMILY:
                continue  # for a person to decide
            if self._admits(one):
                self._desk.hand_over(one)
                certified += 1
            else:
                refused += 1
        return certified, refused

    def _admits(self, one: Opened) -> bool:
        code, values = one.intake.invite_code, _intake_values(one)
        today, circle = self._today(), self._desk.circle
        if not _can_be_signed(self._desk, one):
            return False
        admitted = False

        def burned(kept: CoordinatorSecrets) -> CoordinatorSecrets:
            nonlocal admitted
            ours = is_ours(
                code, invite_key=kept.invite_key, circle=circle.digest, period=one.period
            )
            if not ours:
                return kept
            spent = hashed("klunak burned", b"invite" + u32(one.period) + code)
            spent_on = _spent_on(kept.burned_invites, spent)
            if spent_on is not None:
                admitted = spent_on == values
                return kept
            so_far = kept.certified_on(today)
            if so_far >= circle.policy.invites_per_day:
                return kept
            admitted = True
            return replace(
                kept,
                burned_invites=(
                    *kept.burned_invites,
                    Burned(spent=spent, on=values, period=one.period),
                ),
                days=(
                    *(count for count in kept.days if count.day != today),
                    DayCount(day=today, certified=so_far + 1),
                ),
            )

        self._desk.keyring.change(burned)
        return admitted

    def _batches(self) -> tuple[int, int, int]:
        rows = self._desk.operator.batches()
        if not rows:
            return 0, 0, 0
        epoch = self._open_epoch()
        batches = {row_id: self._opened_batch(record, epoch.epoch) for row_id, record in rows}
        accepted = self._burn(entry for batch in batches.values() for entry in batch.entries)
        signed = refused = 0
        for row_id, batch in batches.items():
            entries = tuple(
                self._signed(entry) if _entry_name(entry) in accepted else _refused(entry)
                for entry in batch.entries
            )
            honoured = sum(entry.signed_root is not None for entry in entries)
            signed += honoured
            refused += len(entries) - honoured
            epoch = self._answer(row_id, entries, epoch)
        return len(rows), signed, refused

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

    def _burn(self, entries: Iterable[Entry]) -> set[bytes]:
        """Burn every receipt that counts; the names of the entries that may be signed."""
        counting = [entry for entry in entries if self._counts(entry)]
        accepted: set[bytes] = set()
        if not counting:
            return accepted

        def burned(kept: CoordinatorSecrets) -> CoordinatorSecrets:
            known = {one.spent: one.on for one in kept.burned_receipts}
            fresh: list[Burned] = []
            for entry in counting:
                spent, values = receipt_hash(entry), _entry_values(entry)
                if spent not in known:
                    known[spent] = values
                    fresh.append(Burned(spent=spent, on=values, period=entry.receipt.period))
                if known[spent] == values:
                    accepted.add(_entry_name(entry))
            if not fresh:
                return kept
            return replace(kept, burned_receipts=(*kept.burned_receipts, *fresh))

        self._desk.keyring.change(burned)
        return accepted

    def _counts(self, entry: Entry) -> bool:
        circle, today = self._desk.circle, self._today()
        spent = entry.receipt
        try:
            if not _is_live(circle, spent.period, today) or not _is_live(
                circle, entry.period, today
            ):
                return False
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

    def _forget_old(self) -> None:
        """Erase what has been burned for so long that it cannot be spent any more."""
        today, policy = self._today(), self._desk.circle.policy

        def forgotten(kept: CoordinatorSecrets) -> CoordinatorSecrets:
            fresh = replace(
                kept,
                burned_invites=_unexpired(kept.burned_invites, today, policy),
                burned_receipts=_unexpired(kept.burned_receipts, today, policy),
                days=tuple(count for count in kept.days if count.day > today - DAYS_COUNTED),
            )
            return kept if fresh == kept else fresh

        self._desk.keyring.change(forgotten)


def receipt_hash(entry: Entry) -> bytes:
    """The name under which a receipt is burned: period and nonce, whoever signed them how."""
    spent = entry.receipt
    return hashed("klunak burned", b"receipt" + u32(spent.period) + spent.nonce)


def _entry_values(entry: Entry) -> bytes:
    values = u32(entry.period) + entry.blinded_root + (entry.blinded_stamp or b"")
    return hashed("klunak values", values)


def _entry_name(entry: Entry) -> bytes:
    return receipt_hash(entry) + _entry_values(entry)


def _refused(entry: Entry) -> SignedEntry:
    return SignedEntry(ticket=entry.ticket, index=entry.index, signed_root=None, signed_stamp=None)


def _intake_values(one: Opened) -> bytes:
    values = (*one.intake.blinded_roots, *one.intake.blinded_extras)
    return hashed("klunak values", u32(one.period) + u8(one.position) + b"".join(values))


def _can_be_signed(desk: Coordinator, one: Opened) -> bool:
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


def _spent_on(burned: Iterable[Burned], spent: bytes) -> bytes | None:
    return next((one.on for one in burned if one.spent == spent), None)


def _is_live(circle: Circle, period: int, today: int) -> bool:
    """Whether what was signed for *period* still counts; raises InvalidKey for a stranger one."""
    first, last = circle.period(period).from_day, days_of(period)[1]
    return first <= today <= last + circle.policy.keep_days


def _unexpired(burned: tuple[Burned, ...], today: int, policy: Policy) -> tuple[Burned, ...]:
    kept = []
    for one in burned:
        try:
            last = days_of(one.period)[1]
        except WrongShape:
            continue
        if today <= last + policy.keep_days:
            kept.append(one)
    return tuple(kept)
