"""A visit: look, meet, leave; three requests of one shape each (protocol.md, section 7).

Answers have one size whatever is there. A secret that fits nothing reads as random bytes and
writes into nothing, and its visitor is not told.
"""

from __future__ import annotations

from fastapi import APIRouter

from api.bodies import Octets, Reader, exactly, route, rows_of
from api.claims import Shown
from api.errors import Busy, NoStorage
from api.node import TheBody, TheNode
from api.noise import noise
from api.visiting import Meeting, Records, Write
from crypto.drops import (
    BlankSecret,
    DropAddress,
    ReadSecret,
    WriteSecret,
    address_of,
    drop_address,
    read_secret,
)
from crypto.labels import HASH_BYTES, PAGES, RECORD_BYTES, SECRET_BYTES, hashed, u8
from crypto.permits import Permit, permit_hash

router = APIRouter(prefix="/visit", tags=["visits"])

LOOK_READS = 12
LEAVE_WRITES = 8

LOOK = exactly(LOOK_READS * SECRET_BYTES)
LOOK_ANSWER = exactly(LOOK_READS * RECORD_BYTES)
MEET = exactly((PAGES + 3) * SECRET_BYTES)
MEET_ANSWER = exactly(PAGES * RECORD_BYTES + 16)
WRITE_BYTES = SECRET_BYTES + HASH_BYTES + RECORD_BYTES
LEAVE = exactly(LEAVE_WRITES * WRITE_BYTES)
LEAVE_ANSWER = exactly(LEAVE_WRITES)


@router.post(
    "/look", **route(Busy, NoStorage, takes=LOOK, gives=LOOK_ANSWER, says="twelve records")
)
async def look(node: TheNode, body: TheBody) -> Octets:
    """Read: 12 × R → 12 records."""
    addresses = [drop_address(ReadSecret(secret)) for secret in rows_of(body, SECRET_BYTES)]
    found = await node.looks.ask(addresses)
    return Octets(_records(found, addresses))


@router.post(
    "/meet",
    **route(Busy, NoStorage, takes=MEET, gives=MEET_ANSWER, says="four records and a verdict"),
)
async def meet(node: TheNode, body: TheBody) -> Octets:
    """Read or blank the partner's pages, and claim: 4 × (R or B) ‖ permit ‖ tag ‖ token."""
    reader = Reader(body)
    secrets = [reader.take(SECRET_BYTES) for _ in range(PAGES)]
    permit = permit_hash(Permit(reader.take(SECRET_BYTES)))
    shown = Shown(
        tag=hashed("klunak claim tag", reader.take(SECRET_BYTES)),
        token=hashed("klunak claim", reader.take(SECRET_BYTES)),
    )
    as_read = [drop_address(ReadSecret(secret)) for secret in secrets]
    as_blank = [drop_address(read_secret(BlankSecret(secret))) for secret in secrets]
    today = node.today()
    with node.allowance.place(permit, today) as place:
        meeting = Meeting(as_read, as_blank, permit, shown, place.is_free, today)
        met = await node.meets.ask(meeting)
        place.is_used = met.is_added
    return Octets(_records(met.records, as_read) + u8(met.verdict) + bytes(15))


@router.post(
    "/leave",
    **route(Busy, NoStorage, takes=LEAVE, gives=LEAVE_ANSWER, says="eight verdicts"),
)
async def leave(node: TheNode, body: TheBody) -> Octets:
    """Write: 8 × (w ‖ hash of the record replaced ‖ record) → 8 verdicts."""
    reader = Reader(body)
    writes = [
        Write(
            address_of(WriteSecret(reader.take(SECRET_BYTES))),
            reader.take(HASH_BYTES),
            reader.take(RECORD_BYTES),
        )
        for _ in range(LEAVE_WRITES)
    ]
    return Octets(await node.leaves.ask(writes))


def _records(found: Records, addresses: list[DropAddress]) -> bytes:
    # The random bytes are drawn for every place, so that a found record takes no less time.
    unknown = noise(len(addresses))
    return b"".join(map(found.get, addresses, unknown))
