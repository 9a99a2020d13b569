"""Putting a round in force: every check of the protocol, then every change, in one transaction.

The node cannot read what it is given. What it can see, it insists on: exactly the frozen cards,
as many notices at fresh addresses, the same number of batches for every coordinator. So nothing
about a round shows whether anybody was matched.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlmodel import col

from api.course import course, forget_epochs_before, frozen_count
from api.days import drawn_expiry
from api.drops import noticed
from api.errors import PartMissing, WrongBatches, WrongCards, WrongEpoch, WrongNotices
from api.intake_rows import shuffled
from api.models import Answer, Batch, Card, Epoch, Notice, Part
from api.partitions import has_partitions, make_room, remove_before
from crypto.circle import Circle
from crypto.commit_headers import CommitHeader, PartKind
from crypto.labels import HASH_BYTES, RECORD_BYTES

MOST_PARTS = 65_536
"""Room for eight million cards; a number has to end somewhere."""

Row = tuple[bytes, bytes]


def commit(
    connection: Connection,
    circle: Circle,
    header: CommitHeader,
    text: str,
    signature: str,
    today: int,
) -> None:
    """Replace every frozen card, leave notices and batches, forget what the round used up.

    Raises WrongEpoch, PartMissing, WrongCards, WrongNotices, WrongBatches; the transaction that
    this runs in is then undone whole.
    """
    epoch = header.epoch
    if course(connection).closed != epoch:
        raise WrongEpoch
    _require_parts(connection, header)
    _replace_cards(connection, header)
    _store_notices(connection, header)
    _store_batches(connection, circle, header, today)

    forget_notices_before(connection, epoch - 1)
    connection.execute(delete(Answer).where(col(Answer.epoch) <= epoch))
    connection.execute(delete(Part))
    connection.execute(
        update(Epoch)
        .where(col(Epoch.epoch) == epoch)
        .values(header=text, header_signature=signature)
    )
    forget_epochs_before(connection, epoch - 1)


def forget_notices_before(connection: Connection, epoch: int) -> None:
    """Erase the notices of epochs before *epoch*."""
    if has_partitions(connection):
        remove_before(connection, "notices", epoch)
    else:
        connection.execute(delete(Notice).where(col(Notice.epoch) < epoch))


def _require_parts(connection: Connection, header: CommitHeader) -> None:
    wanted = select(col(Part.number), col(Part.digest)).where(col(Part.epoch) == header.epoch)
    uploaded = dict(connection.execute(wanted).all())
    for number, part in enumerate(header.parts):
        if uploaded.get(number) != part.digest:
            raise PartMissing


def _replace_cards(connection: Connection, header: CommitHeader) -> None:
    last = b""
    count = 0
    table = Card.__table__  # type: ignore[attr-defined]
    for rows in _parts_of(connection, header, PartKind.CARDS, HASH_BYTES):
        last = _require_rising(rows, last, WrongCards)
        addresses = [address for address, _ in rows]
        frozen = select(col(Card.address)).where(
            col(Card.address).in_(addresses), col(Card.epoch) == header.epoch
        )
        if len(connection.execute(frozen).all()) != len(rows):
            raise WrongCards
        connection.execute(
            update(table)
            .where(table.c.address == bindparam("at"))
            .values(record=bindparam("new_record")),
            [{"at": address, "new_record": record} for address, record in rows],
        )
        count += len(rows)
    # Rising means distinct, and each is frozen: as many as are frozen is all of them.
    if count != frozen_count(connection, header.epoch):
        raise WrongCards
    connection.execute(
        update(Card)
        .where(col(Card.epoch) == header.epoch)
        .values(epoch=header.epoch + 1, stamped=None)
    )


def _store_notices(connection: Connection, header: CommitHeader) -> None:
    # That there are as many as cards, the header could not say otherwise.
    last = b""
    make_room(connection, "notices", [header.epoch])
    for rows in _parts_of(connection, header, PartKind.NOTICES, HASH_BYTES):
        last = _require_rising(rows, last, WrongNotices)
        # Only other notices are in the way. A drop is not: a card's owner knows where its notice
        # will be, and could reserve the place to stop everybody's round.
        if noticed(connection, [address for address, _ in rows]):
            raise WrongNotices
        connection.execute(
            insert(Notice),
            [
                {"address": address, "record": record, "epoch": header.epoch}
                for address, record in rows
            ],
        )


def _store_batches(
    connection: Connection, circle: Circle, header: CommitHeader, today: int
) -> None:
    batches = [
        (coordinator[0], record)
        for rows in _parts_of(connection, header, PartKind.BATCHES, 1)
        for coordinator, record in rows
    ]
    expected = [
        coordinator
        for coordinator in range(len(circle.coordinators))
        for _ in range(circle.policy.batch_records)
    ]
    if [coordinator for coordinator, _ in batches] != expected:
        raise WrongBatches
    ids = sorted(secrets.token_bytes(HASH_BYTES) for _ in batches)
    connection.execute(
        insert(Batch),
        [
            {
                "id": id,
                "coordinator": coordinator,
                "record": record,
                "expires": drawn_expiry(today, circle.policy),
            }
            for id, (coordinator, record) in zip(ids, shuffled(batches), strict=True)
        ],
    )


def _parts_of(
    connection: Connection, header: CommitHeader, kind: PartKind, key_bytes: int
) -> Iterator[list[Row]]:
    # One part at a time: a round is larger than the memory it should need.
    size = key_bytes + RECORD_BYTES
    for number, part in enumerate(header.parts):
        if part.kind != kind:
            continue
        wanted = select(col(Part.body)).where(
            col(Part.epoch) == header.epoch, col(Part.number) == number
        )
        body: bytes = connection.execute(wanted).scalar_one()
        if body[0] != kind or len(body) != 1 + part.rows * size:
            raise PartMissing
        yield [
            (body[start : start + key_bytes], body[start + key_bytes : start + size])
            for start in range(1, len(body), size)
        ]


def _require_rising(
    rows: Sequence[Row], last: bytes, refusal: type[WrongCards] | type[WrongNotices]
) -> bytes:
    for address, _ in rows:
        if address <= last:
            raise refusal
        last = address
    return last
