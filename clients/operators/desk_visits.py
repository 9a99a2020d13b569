"""Visits from a coordinator's desk: the two requests of a person's visit that a thread needs.

    look   12 × R                                                → 12 records
    leave  8 × (w 32 ‖ hash of the record replaced 32 ‖ record)  → a verdict each

The shapes are those of everybody's visits, filled with decoys, and they carry no operator's
signature: a thread's drops are read and written here as by anybody.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from clients.errors import NodeMisbehaves
from clients.node import NodeClient
from crypto.drops import ReadSecret, WriteSecret
from crypto.labels import HASH_BYTES, RECORD_BYTES, SECRET_BYTES
from crypto.records import random_record

LOOK_READS = 12
LEAVE_WRITES = 8
KEPT, STALE = 0, 1


def look(node: NodeClient, readers: Sequence[ReadSecret]) -> list[bytes]:
    """The records behind at most twelve read secrets, read among decoys."""
    decoys = [secrets.token_bytes(SECRET_BYTES) for _ in range(LOOK_READS - len(readers))]
    answer = node.look(b"".join([*readers, *decoys]))
    starts = range(0, len(readers) * RECORD_BYTES, RECORD_BYTES)
    return [answer[start : start + RECORD_BYTES] for start in starts]


def leave(node: NodeClient, write_secret: WriteSecret, replaced: bytes, record: bytes) -> int:
    """Write one drop among seven decoys; the verdict. *replaced* is a record's hash."""
    rows = [
        secrets.token_bytes(SECRET_BYTES) + secrets.token_bytes(HASH_BYTES) + random_record()
        for _ in range(LEAVE_WRITES)
    ]
    place = secrets.randbelow(LEAVE_WRITES)
    rows[place] = write_secret + replaced + record
    verdict = node.leave(b"".join(rows))[place]
    if verdict not in (KEPT, STALE):
        raise NodeMisbehaves("not a verdict")
    return verdict
