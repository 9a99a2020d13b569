"""The coordinators' side: intake inboxes, batches to sign, answers to leave (section 7)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlmodel import col

from api.bodies import Octets, Reader, binary, exactly, route
from api.course import open_epoch
from api.errors import (
    EpochClosed,
    NoEpoch,
    NotAuthorized,
    UnknownBatch,
    WrongOperator,
)
from api.models import Answer, Batch, Intake
from api.node import TheBody, TheNode
from api.operators import CoordinatorNumber
from crypto.labels import HASH_BYTES, RECORD_BYTES

router = APIRouter(prefix="/operator", tags=["coordinators"])

PAGE_ROWS = 256
ROW_BYTES = HASH_BYTES + RECORD_BYTES
PAGE = binary(0, PAGE_ROWS * ROW_BYTES)

HexId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="32 bytes, hex")]
After = Annotated[
    str, Query(pattern="^([0-9a-f]{64})?$", description="the last id or address of the page before")
]


@router.get("/intake", **route(NotAuthorized, WrongOperator, gives=PAGE, says="id 32 ‖ record"))
def read_intake(node: TheNode, coordinator: CoordinatorNumber, after: After = "") -> Octets:
    """The coordinator's own inbox, by rising id, at most 256 at once."""
    wanted = (
        select(col(Intake.id), col(Intake.record))
        .where(col(Intake.coordinator) == coordinator, col(Intake.id) > bytes.fromhex(after))
        .order_by(col(Intake.id))
        .limit(PAGE_ROWS)
    )
    return node.store.read(lambda connection: page(connection, wanted))


@router.delete("/intake/{id}", **route(NotAuthorized, WrongOperator, status=204, says="it is gone"))
def erase_intake(node: TheNode, coordinator: CoordinatorNumber, id: HexId) -> Response:
    """Erase one record of the coordinator's own; also fine when it is gone already."""
    own = and_(col(Intake.id) == bytes.fromhex(id), col(Intake.coordinator) == coordinator)
    node.store.write(lambda connection: connection.execute(delete(Intake).where(own)))
    return Response(status_code=204)


@router.get("/batches", **route(NotAuthorized, WrongOperator, gives=PAGE, says="id 32 ‖ record"))
def read_batches(node: TheNode, coordinator: CoordinatorNumber, after: After = "") -> Octets:
    """The coordinator's own batches, by rising id, at most 256 at once."""
    wanted = (
        select(col(Batch.id), col(Batch.record))
        .where(col(Batch.coordinator) == coordinator, col(Batch.id) > bytes.fromhex(after))
        .order_by(col(Batch.id))
        .limit(PAGE_ROWS)
    )
    return node.store.read(lambda connection: page(connection, wanted))


@router.put(
    "/answers/{id}",
    **route(
        NotAuthorized,
        WrongOperator,
        UnknownBatch,
        EpochClosed,
        NoEpoch,
        takes=exactly(4 + RECORD_BYTES),
        status=204,
        says="the answer is stored, the batch gone",
    ),
)
def answer_batch(
    node: TheNode, coordinator: CoordinatorNumber, id: HexId, body: TheBody
) -> Response:
    """Leave `epoch u32 ‖ record` for the matcher and take the batch away.

    The epoch is the one whose key the record is sealed to: an answer that came a moment late would
    be sealed to a key that is destroyed. Until that epoch closes, an answer may be replaced.
    """
    reader = Reader(body)
    epoch, record = reader.number(4), reader.take(RECORD_BYTES)
    batch_id = bytes.fromhex(id)

    def work(connection: Connection) -> None:
        own = and_(col(Batch.id) == batch_id, col(Batch.coordinator) == coordinator)
        is_there = connection.execute(select(col(Batch.id)).where(own)).first() is not None
        before = and_(col(Answer.id) == batch_id, col(Answer.coordinator) == coordinator)
        answered_in = connection.execute(select(col(Answer.epoch)).where(before)).scalar()
        if not is_there and answered_in is None:
            raise UnknownBatch
        is_open = epoch == open_epoch(connection).epoch
        if is_there:
            if not is_open:
                raise EpochClosed
            values = {"id": batch_id, "coordinator": coordinator, "record": record, "epoch": epoch}
            connection.execute(insert(Answer), values)
            connection.execute(delete(Batch).where(own))
        elif is_open and answered_in == epoch:
            connection.execute(update(Answer).where(before).values(record=record))
        # else: the answer lies frozen for the matcher, and that is what was asked for

    node.store.write(work)
    return Response(status_code=204)


def page(connection: Connection, wanted: object) -> Octets:
    """The rows of a query for a key and a record, joined."""
    rows = connection.execute(wanted)  # type: ignore[call-overload]
    return Octets(b"".join(key + record for key, record in rows))
