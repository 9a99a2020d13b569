"""Whether a node's answers tell a drop that was reserved from one that nobody ever heard of.

Both read as twelve records: the same status, headers and length. Only the octets may differ.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import httpx

from clients.tour.season import Season
from crypto.drops import reader_of
from crypto.keys import Person
from crypto.labels import SECRET_BYTES

READS = 12
CHANGES = ("date",)
"""Headers that say when, not what."""


def reserved_reads(season: Season) -> list[bytes]:
    """R of shelves, as many as a look reads; some twice where fewer people have one."""
    period = season.circle.period_on(season.today).number
    asked = [family.player for family in season.families if family.asked_epoch]
    people = [
        Person.from_list_key(player.key(), circle=season.circle.digest, period=period)
        for player in asked[:READS]
    ]
    return [reader_of(person.shelf_write) for person in (people * READS)[:READS]]


def told_apart(url: str, reserved: Sequence[bytes]) -> list[str]:
    """In what the answers for *reserved* and for unknown drops differ; nothing if they do not."""
    known = _shape(url, reserved)
    unknown = _shape(url, [secrets.token_bytes(SECRET_BYTES) for _ in reserved])
    return [
        f"an unknown drop is answered with another {what}"
        for what in known
        if known[what] != unknown[what]
    ]


def _shape(url: str, reads: Sequence[bytes]) -> dict[str, object]:
    answer = httpx.post(
        f"{url}/visit/look",
        content=b"".join(reads),
        headers={"content-type": "application/octet-stream"},
        trust_env=False,
        timeout=None,  # noqa: S113 - as long as it takes, like everybody else of a drill
    )
    headers = [(name, value) for name, value in answer.headers.items() if name not in CHANGES]
    return {"status": answer.status_code, "header": headers, "length": len(answer.content)}
