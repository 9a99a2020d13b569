"""The matcher's side of a round: collect what is frozen, upload parts, commit (section 7).

Only this file and `api.commits` speak of a closed epoch's cards. A round that dies half-way
leaves parts behind, which the next upload replaces and the commit erases.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel
from sqlalchemy import Connection, and_, delete, insert, select
from sqlmodel import col

from api import drops
from api.batches import PAGE, PAGE_ROWS, After, page
from api.bodies import SIGNATURE, TEXT, Octets, binary, json_up_to, route, rows_of
from api.commits import MOST_PARTS, commit
from api.course import course
from api.errors import (
    CommitConflict,
    InvalidSignature,
    Malformed,
    NotAuthorized,
    NotFound,
    PartMissing,
    WrongBatches,
    WrongCards,
    WrongEpoch,
    WrongLength,
    WrongNotices,
    WrongOperator,
)
from api.models import Answer, Card, Epoch, Part
from api.node import TheBody, TheNode
from api.noise import noise
from api.operators import Matcher
from crypto.commit_headers import PART_ROWS, PartKind, part_digest, read_commit_header
from crypto.documents import read_signed_text
from crypto.drops import ReadSecret, drop_address
from crypto.errors import UnknownVersion, WrongShape
from crypto.labels import HASH_BYTES, RECORD_BYTES, SECRET_BYTES
from crypto.strict_json import DOCUMENT_BYTES

router = APIRouter(prefix="/operator", tags=["matcher"])

EpochNumber = Annotated[int, Path(ge=1, lt=2**32, description="the closed epoch")]
PartNumber = Annotated[int, Path(ge=0, lt=MOST_PARTS, description="its place in the header")]

ROW_BYTES = {
    PartKind.CARDS: HASH_BYTES + RECORD_BYTES,
    PartKind.NOTICES: HASH_BYTES + RECORD_BYTES,
    PartKind.BATCHES: 1 + RECORD_BYTES,
}


class CommittedRound(BaseModel):
    """The header of a round, exactly as it was committed."""

    header: str
    signature: str


class Committed(BaseModel):
    """The answer to a commit, now and to every repetition."""

    committed: int


@router.get(
    "/cards",
    **route(
        NotAuthorized,
        WrongOperator,
        WrongEpoch,
        gives=binary(0, PAGE_ROWS * (HASH_BYTES + HASH_BYTES + RECORD_BYTES)),
        says="address 32 ‖ stamped 32 ‖ record",
    ),
)
def read_cards(
    node: TheNode,
    _matcher: Matcher,
    epoch: Annotated[int, Query(ge=1, lt=2**32, description="the closed epoch")],
    after: After = "",
) -> Octets:
    """The frozen cards, by rising address, at most 256 at once; of those that a commit brought,
    *stamped* is zeros."""
    wanted = (
        select(col(Card.address), col(Card.stamped), col(Card.record))
        .where(col(Card.epoch) == epoch, col(Card.address) > bytes.fromhex(after))
        .order_by(col(Card.address))
        .limit(PAGE_ROWS)
    )

    def work(connection: Connection) -> Octets:
        if course(connection).closed != epoch:
            raise WrongEpoch
        rows = connection.execute(wanted)
        cards = (address + (stamped or bytes(HASH_BYTES)) + card for address, stamped, card in rows)
        return Octets(b"".join(cards))

    return node.store.read(work)


@router.post(
    "/read",
    **route(
        NotAuthorized,
        WrongOperator,
        WrongLength,
        takes=binary(SECRET_BYTES, PAGE_ROWS * SECRET_BYTES),
        gives=binary(RECORD_BYTES, PAGE_ROWS * RECORD_BYTES),
        says="as many records",
    ),
)
def read_drops(node: TheNode, _matcher: Matcher, body: TheBody) -> Octets:
    """Read 1..256 drops; one that is not there reads as random bytes."""
    addresses = [drop_address(ReadSecret(secret)) for secret in rows_of(body, SECRET_BYTES)]
    found = node.store.read(lambda connection: drops.read(connection, addresses))
    return Octets(b"".join(map(found.get, addresses, noise(len(addresses)))))


@router.get("/answers", **route(NotAuthorized, WrongOperator, gives=PAGE, says="id 32 ‖ record"))
def read_answers(node: TheNode, _matcher: Matcher, after: After = "") -> Octets:
    """The coordinators' answers of epochs up to the closed one, by rising id, at most 256."""

    def work(connection: Connection) -> Octets:
        closed = course(connection).closed
        if closed is None:
            return Octets(b"")
        wanted = (
            select(col(Answer.id), col(Answer.record))
            .where(col(Answer.epoch) <= closed, col(Answer.id) > bytes.fromhex(after))
            .order_by(col(Answer.id))
            .limit(PAGE_ROWS)
        )
        return page(connection, wanted)

    return node.store.read(work)


@router.put(
    "/rounds/{epoch}/parts/{number}",
    **route(
        NotAuthorized,
        WrongOperator,
        WrongEpoch,
        Malformed,
        WrongLength,
        takes=binary(2 + RECORD_BYTES, 1 + PART_ROWS * (HASH_BYTES + RECORD_BYTES)),
        status=204,
        says="the part is stored",
    ),
)
def upload_part(
    node: TheNode, _matcher: Matcher, epoch: EpochNumber, number: PartNumber, body: TheBody
) -> Response:
    """Store one part, `kind u8 ‖ rows`, in place of an earlier one of that number."""
    if body[0] not in ROW_BYTES:
        raise Malformed
    if len(rows_of(body[1:], ROW_BYTES[PartKind(body[0])])) > PART_ROWS:
        raise WrongLength
    row = {"epoch": epoch, "number": number, "digest": part_digest(body), "body": body}

    def work(connection: Connection) -> None:
        if course(connection).closed != epoch:
            raise WrongEpoch
        same = and_(col(Part.epoch) == epoch, col(Part.number) == number)
        connection.execute(delete(Part).where(same))
        connection.execute(insert(Part), row)

    node.store.write(work)
    return Response(status_code=204)


@router.post(
    "/rounds/{epoch}",
    **route(
        NotAuthorized,
        WrongOperator,
        InvalidSignature,
        WrongEpoch,
        CommitConflict,
        PartMissing,
        WrongCards,
        WrongNotices,
        WrongBatches,
        UnknownVersion,
        WrongShape,
        takes=json_up_to(DOCUMENT_BYTES, header=TEXT, signature=SIGNATURE),
        says="the round is in",
    ),
)
def commit_round(node: TheNode, matcher: Matcher, epoch: EpochNumber, body: TheBody) -> Committed:
    """Put the round in force, whole or not at all; the same header again gets the same answer."""
    header = read_commit_header(body, matcher.circle)
    if header.epoch != epoch:
        raise WrongEpoch
    text, signature = read_signed_text(body, "header")
    today = node.today()

    def work(connection: Connection) -> None:
        earlier = _committed(connection, epoch)
        if earlier is None:
            commit(connection, matcher.circle, header, text, signature.hex(), today)
        elif earlier.header != text:
            raise CommitConflict

    node.store.write_alone(work)
    node.store.shed_erased()
    return Committed(committed=epoch)


@router.get("/rounds/{epoch}", **route(NotAuthorized, WrongOperator, NotFound, says="the header"))
def committed_round(node: TheNode, _matcher: Matcher, epoch: EpochNumber) -> CommittedRound:
    """The header of one of the last two committed rounds, with its round key."""
    found = node.store.read(lambda connection: _committed(connection, epoch))
    if found is None:
        raise NotFound
    return found


def _committed(connection: Connection, epoch: int) -> CommittedRound | None:
    wanted = select(col(Epoch.header), col(Epoch.header_signature)).where(
        col(Epoch.epoch) == epoch, col(Epoch.header).is_not(None)
    )
    found = connection.execute(wanted).first()
    if found is None:
        return None
    header, signature = found
    return CommittedRound(header=str(header), signature=str(signature))
