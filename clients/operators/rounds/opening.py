"""Opening frozen cards: which of the records are cards that count (protocol.md, sections 6 and 8).

    carried into this epoch   under the round key, from the commit of the epoch before
    posted in this epoch      sealed to the epoch's key; its stamp is the one of its root

Opening costs more than everything else in a round, so many records are shared out to processes.
Each gets the epoch key in its memory and none writes anything. What does not open, or does not
count, is None: one bad card stops nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from os import cpu_count

from clients.operators.operator import FrozenCard
from crypto.certificates import stamp_nonce, stamped, verify_certificate
from crypto.certifying_keys import CardClass
from crypto.circle import Circle
from crypto.errors import CannotOpen, InvalidCertificate, InvalidKey, MalformedMessage
from crypto.labels import bound, u32
from crypto.messages.cards import Card, CarriedCard, RoundKey, State
from crypto.periods import days_of
from crypto.records import open_record
from crypto.sealing import SealingKey, check_public_key, open_sealed

IN_PROCESS = 2_000
"""Below this, starting processes costs more than it saves."""

CHUNK = 500


@dataclass(frozen=True, repr=False)
class Keys:
    """What opens the cards of one epoch. *round_key* is None in the first."""

    circle: Circle
    epoch: int
    epoch_seed: bytes
    round_key: bytes | None
    today: int


@dataclass(frozen=True, repr=False)
class OpenedCard:
    """A card that counts; *state* is None for one posted in this epoch."""

    card: Card
    root: bytes
    state: State | None


def open_round_key(record: bytes, *, circle: Circle, epoch: int, key: SealingKey) -> bytes:
    """The round key with which cards were carried into *epoch*. Raises CannotOpen."""
    info = bound("round key", circle.digest, u32(epoch))
    return open_sealed(RoundKey, record, key=key, info=info).key


def open_cards(
    cards: Sequence[FrozenCard], keys: Keys, *, processes: int | None = None
) -> list[OpenedCard | None]:
    """What *cards* hold, in their order."""
    if len(cards) < IN_PROCESS and processes is None:
        opener = _Opener(keys)
        return [opener.open(card) for card in cards]
    chunks = [cards[start : start + CHUNK] for start in range(0, len(cards), CHUNK)]
    # Spawned, not forked: a child gets the keys it needs and nothing else of this process.
    with ProcessPoolExecutor(
        max_workers=processes or cpu_count() or 1,
        mp_context=get_context("spawn"),
        initializer=_prepare,
        initargs=(keys,),
    ) as pool:
        opened = [one for chunk in pool.map(_open_chunk, chunks) for one in chunk]
    return [None if one is None else _revived(*one) for one in opened]


class _Opener:
    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._sealing_key = SealingKey(keys.epoch_seed)
        circle = keys.circle.digest
        self._carried_aad = bound("carried", circle, u32(keys.epoch))
        self._card_info = bound("card", circle, u32(keys.epoch))

    def open(self, frozen: FrozenCard) -> OpenedCard | None:
        try:
            return self._carried(frozen.record) or self._posted(frozen)
        except (CannotOpen, InvalidCertificate, InvalidKey, MalformedMessage):
            return None

    def _carried(self, record: bytes) -> OpenedCard | None:
        if self._keys.round_key is None:
            return None
        try:
            carried = open_record(
                CarriedCard, record, key=self._keys.round_key, aad=self._carried_aad
            )
        except CannotOpen:
            return None  # not carried: posted in this epoch, perhaps
        if carried.card is None or carried.state is None:
            raise CannotOpen  # void since an earlier round
        return OpenedCard(carried.card, self._verified(carried.card), carried.state)

    def _posted(self, frozen: FrozenCard) -> OpenedCard:
        card = open_sealed(Card, frozen.record, key=self._sealing_key, info=self._card_info)
        root = self._verified(card)
        # Under another's stamp the root's own would be left, to be exchanged for a further slot.
        if frozen.stamped != stamped(card.period, stamp_nonce(root)):
            raise InvalidCertificate
        # What was signed in a period counts for a while after it. A carried card was looked at.
        last_day = days_of(card.period)[1] + self._keys.circle.policy.keep_days
        if self._keys.today > last_day:
            raise InvalidCertificate
        check_public_key(card.public_key)  # a partner could not seal to it
        return OpenedCard(card, root, None)

    def _verified(self, card: Card) -> bytes:
        return verify_certificate(
            self._keys.circle,
            CardClass(card.card_class),
            card.period,
            card.public_key,
            card.claim_tag,
            card.signatures,
        )


_opener: _Opener | None = None
"""Of a worker process, for its whole life."""


def _prepare(keys: Keys) -> None:
    global _opener
    _opener = _Opener(keys)


def _open_chunk(cards: Sequence[FrozenCard]) -> list[tuple[object, bytes, object] | None]:
    assert _opener is not None, "the pool prepares every worker"
    opened = (_opener.open(card) for card in cards)
    return [
        None
        if one is None
        else (one.card.to_wire(), one.root, None if one.state is None else one.state.to_wire())
        for one in opened
    ]


def _revived(card: object, root: bytes, state: object) -> OpenedCard:
    return OpenedCard(Card.from_wire(card), root, None if state is None else State.from_wire(state))
