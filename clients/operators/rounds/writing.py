"""What a round leaves behind: a notice and a carried card for everybody, in parts, and a header.

Everything is sorted by address, so the order says nothing; void cards get records of the same
kind. Nobody can tell from outside who was matched, who waits and who cannot be read.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from clients.operators.rounds.population import Live, Population, wire_state
from clients.operators.rounds.slots import delivery_of
from crypto.circle import Circle
from crypto.commit_headers import PART_ROWS, Part, PartKind, part_digest, write_commit_header
from crypto.drops import DropAddress, address_of
from crypto.keys import notice_key, notice_write
from crypto.labels import HASH_BYTES, SECRET_BYTES, bound, u8, u32
from crypto.messages.cards import CarriedCard, RoundKey
from crypto.messages.notices import Match, Notice, Peer
from crypto.records import close_record, random_record
from crypto.sealing import seal
from matching.cards import one_region

Row = tuple[bytes, bytes]


@dataclass(frozen=True, repr=False)
class Commit:
    """All bytes of a commit. Sent again, they are sent unchanged."""

    epoch: int
    parts: tuple[bytes, ...]
    header: dict[str, str]


def write_commit(
    population: Population,
    batches: Sequence[tuple[int, bytes]],
    *,
    circle: Circle,
    epoch: int,
    next_key: bytes,
    signing_seed: bytes,
) -> Commit:
    """The commit of *epoch*; *next_key* (1,216 bytes) is the public key of the epoch after it."""
    round_key = secrets.token_bytes(SECRET_BYTES)
    carried = sorted(_carried(population, circle, epoch + 1, round_key))
    notices = sorted(_notices(population, circle, epoch))
    bodies = [
        *_parts(PartKind.CARDS, carried),
        *_parts(PartKind.NOTICES, notices),
        *_parts(PartKind.BATCHES, [(u8(number), record) for number, record in batches]),
    ]
    sealed_round_key = seal(
        RoundKey(key=round_key),
        recipient=next_key,
        info=bound("round key", circle.digest, u32(epoch + 1)),
    )
    parts = tuple(
        Part(kind=kind, rows=rows, digest=part_digest(body)) for kind, rows, body in bodies
    )
    header = write_commit_header(
        circle, epoch=epoch, round_key=sealed_round_key, parts=parts, signing_seed=signing_seed
    )
    return Commit(epoch, tuple(body for _, _, body in bodies), header)


def notice_of(live: Live) -> Notice:
    """What one owner learns. Without a partner or decoy one reads one's own pages."""
    other = live.partner or live.decoy or live
    return Notice(
        phase=int(live.state.phase),
        counter=live.state.counter,
        pages=other.card.pages_read,
        match=None if live.partner is None else _match(live, live.partner),
        delivery=delivery_of(live),
    )


def _match(live: Live, partner: Live) -> Match:
    request = live if live.is_request else partner
    return Match(
        rendezvous=live.rendezvous,
        matched=live.state.matched,
        since=live.state.since,
        mode=int(live.state.mode),
        store=live.state.store,
        region=int(one_region(request.card.regions)),
        size=request.card.size,
        needs=request.card.needs,
        peer=Peer(
            period=partner.card.period,
            public_key=partner.card.public_key,
            claim_tag=partner.card.claim_tag,
            signatures=partner.card.signatures,
        ),
    )


def _carried(population: Population, circle: Circle, epoch: int, round_key: bytes) -> list[Row]:
    aad = bound("carried", circle.digest, u32(epoch))
    rows: list[Row] = [
        (
            live.address,
            close_record(
                CarriedCard(card=live.card, state=wire_state(live)), key=round_key, aad=aad
            ),
        )
        for live in population.live.values()
    ]
    void = CarriedCard(card=None, state=None)
    rows += [(address, close_record(void, key=round_key, aad=aad)) for address in population.void]
    return rows


def _notices(population: Population, circle: Circle, epoch: int) -> list[Row]:
    aad = bound("notice", circle.digest, u32(epoch))
    rows: list[Row] = []
    for live in population.live.values():
        secret = live.card.notice_secret
        record = close_record(notice_of(live), key=notice_key(secret, epoch), aad=aad)
        rows.append((address_of(notice_write(secret, epoch)), record))
    for _ in population.void:
        rows.append((DropAddress(secrets.token_bytes(HASH_BYTES)), random_record()))
    return rows


def _parts(kind: PartKind, rows: Sequence[Row]) -> list[tuple[PartKind, int, bytes]]:
    """`kind u8 ‖ rows`, at most 256 rows each."""
    chunks = (rows[start : start + PART_ROWS] for start in range(0, len(rows), PART_ROWS))
    return [
        (kind, len(chunk), u8(kind) + b"".join(head + record for head, record in chunk))
        for chunk in chunks
    ]
