"""Slots that are owed: receipts to the clerks, signatures to the donors (protocol.md, section 6).

    confirmed offer ──batch: {receipt, blinded values}──▶ clerk    each round until it has answered
    clerk ──answers: {signatures}──▶ kept in the carried card      half of it, if need be
    notice: delivery                                               until the outbox has got it

The matcher signs nothing and cannot: a signature is looked at before it is kept, and a clerk looks
at the receipt. Every coordinator gets the same number of records, mostly empty ones.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from clients.operators.rounds.hearing import counts
from clients.operators.rounds.population import Live, Population
from crypto.certifying_keys import PUBLIC_EXPONENT, CardClass, CertifyingKey
from crypto.circle import Circle
from crypto.errors import CannotOpen, InvalidKey
from crypto.keys import slot_ticket
from crypto.labels import bound, u8, u32
from crypto.messages.batches import ENTRIES_A_BATCH, Answers, Batch, Entry, SignedEntry
from crypto.messages.tokens import Delivery, Earned, NextSlot
from crypto.sealing import SealingKey, open_sealed, seal
from matching.pairing import shuffled

SIGNATURES = 3
STAMP = 2
"""Two signatures on the root, then one on the stamp."""


def collect(
    population: Population, records: Iterable[bytes], *, circle: Circle, epoch: int, key: SealingKey
) -> int:
    """Keep what the clerks answered by the end of *epoch*; how many slots became complete."""
    owed = {_ticket(live, wanted): (live, wanted) for live, wanted in _owed(population, circle)}
    info = bound("answers", circle.digest, u32(epoch))
    for record in records:
        try:
            answers = open_sealed(Answers, record, key=key, info=info)
        except CannotOpen:
            continue
        for entry in answers.entries:
            if entry.ticket in owed:
                live, wanted = owed[entry.ticket]
                _keep(live, wanted, answers.coordinator, entry, circle)
    complete = 0
    for live, _ in owed.values():
        if delivery_of(live) is not None:
            live.receipt = None  # paid
            complete += 1
    return complete


def forget_delivered(population: Population) -> None:
    """What lies safely on a donor's shelf need not be carried further."""
    for live in population.live.values():
        outbox = live.outbox
        if outbox is not None and live.earned is not None and outbox.got >= live.earned.index:
            live.earned = live.receipt = None


def delivery_of(live: Live) -> Delivery | None:
    """A slot's signatures, once all are there."""
    earned = live.earned
    if earned is None:
        return None
    complete = tuple(one for one in earned.signatures if one is not None)
    if len(complete) != SIGNATURES:
        return None
    return Delivery(index=earned.index, signatures=complete)


def make_batches(population: Population, circle: Circle, epoch: int) -> list[tuple[int, bytes]]:
    """`batch_records` sealed records for every coordinator, in order. Who finds no room waits."""
    entries: list[list[Entry]] = [[] for _ in circle.coordinators]
    for live, wanted in _owed(population, circle):
        for place, coordinator in enumerate(circle.duty(wanted.period, CardClass.OFFER)):
            if not _has_signed(live, wanted, place):
                entries[coordinator].append(_entry(live, wanted, place))
    rows = []
    for coordinator, wanted_here in enumerate(entries):
        by_lot = shuffled(wanted_here, secrets.randbelow)
        info = bound("batch", circle.digest, u32(epoch), u8(coordinator))
        for number in range(circle.policy.batch_records):
            some = by_lot[number * ENTRIES_A_BATCH : (number + 1) * ENTRIES_A_BATCH]
            record = seal(
                Batch(entries=tuple(some)),
                recipient=circle.sealing_keys[coordinator],
                info=info,
            )
            rows.append((coordinator, record))
    return rows


def _owed(population: Population, circle: Circle) -> Iterator[tuple[Live, NextSlot]]:
    """Offers with a receipt that is not paid for, and what their donor wants signed."""
    for live in population.live.values():
        if live.is_request or live.receipt is None or live.outbox is None:
            continue
        wanted = live.outbox.next_slot
        if wanted is not None and counts(live.receipt, circle) and _is_signable(wanted, circle):
            yield live, wanted


def _is_signable(wanted: NextSlot, circle: Circle) -> bool:
    try:
        return all(
            0 < int.from_bytes(value, "big") < key.n for key, value in _asked(wanted, circle)
        )
    except InvalidKey:
        return False


def _asked(wanted: NextSlot, circle: Circle) -> Sequence[tuple[CertifyingKey, bytes]]:
    """The three keys and what each is to sign, in the order of a delivery. Raises InvalidKey."""
    first, second = circle.certificate_keys(wanted.period, CardClass.OFFER)
    return (
        (first, wanted.blinded_roots[0]),
        (second, wanted.blinded_roots[1]),
        (circle.stamp_key(wanted.period), wanted.blinded_stamp),
    )


def _entry(live: Live, wanted: NextSlot, place: int) -> Entry:
    assert live.receipt is not None, "an owed slot has its receipt"
    return Entry(
        ticket=_ticket(live, wanted),
        receipt=live.receipt,
        index=wanted.index,
        period=wanted.period,
        blinded_root=wanted.blinded_roots[place],
        blinded_stamp=wanted.blinded_stamp if place == 0 else None,
    )


def _ticket(live: Live, wanted: NextSlot) -> bytes:
    return slot_ticket(live.card.notice_secret, wanted.index)


def _earned(live: Live, wanted: NextSlot) -> Earned:
    if live.earned is not None and live.earned.index == wanted.index:
        return live.earned
    return Earned(index=wanted.index, signatures=(None,) * SIGNATURES)


def _has_signed(live: Live, wanted: NextSlot, place: int) -> bool:
    signatures = _earned(live, wanted).signatures
    return signatures[place] is not None and (place != 0 or signatures[STAMP] is not None)


def _keep(
    live: Live, wanted: NextSlot, coordinator: int, entry: SignedEntry, circle: Circle
) -> None:
    duty = circle.duty(wanted.period, CardClass.OFFER)
    if coordinator not in duty or entry.index != wanted.index:
        return
    if entry.signed_root is None:
        # Only who was sent the ticket knows it, so this is the clerk's own word: the receipt was
        # spent before. It will not change its mind.
        live.receipt = live.earned = None
        return
    place = duty.index(coordinator)
    signed = {place: entry.signed_root}
    if place == 0:
        signed[STAMP] = entry.signed_stamp or b""
    asked = _asked(wanted, circle)
    signatures = list(_earned(live, wanted).signatures)
    for at, signature in signed.items():
        if _is_root_of(asked[at][0], signature, asked[at][1]):
            signatures[at] = signature
    live.earned = replace(_earned(live, wanted), signatures=tuple(signatures))


def _is_root_of(key: CertifyingKey, signature: bytes, blinded: bytes) -> bool:
    """Whether *signature* is what *key* makes of *blinded*: nothing else reaches a donor."""
    value = int.from_bytes(signature, "big")
    return 0 < value < key.n and pow(value, PUBLIC_EXPONENT, key.n) == int.from_bytes(
        blinded, "big"
    )
