"""The operators' routes of a node (protocol.md, section 7).

Nothing a node answers is trusted here beyond its shape: whoever opens a record or reads a document
verifies it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clients.errors import NodeMisbehaves
from clients.operators.signed_http import SignedHttp, object_of
from crypto.drops import DropAddress, ReadSecret
from crypto.labels import HASH_BYTES, RECORD_BYTES, u32

PAGE_ROWS = 256
ROW_BYTES = HASH_BYTES + RECORD_BYTES
CARD_BYTES = HASH_BYTES + HASH_BYTES + RECORD_BYTES
MOST_PAGES = 1 << 20
"""Bounds a node that never stops answering: 2^28 rows are more cards than there will be people."""

OCTETS = "application/octet-stream"
JSON = "application/json"

Row = tuple[bytes, bytes]
"""An id or address (32 bytes) and a record."""


@dataclass(frozen=True, slots=True)
class FrozenCard:
    """A card as the node holds it. *stamped* (32 bytes) says which stamp admitted it, in the round
    in which it was posted; after that it is zeros."""

    address: DropAddress
    stamped: bytes
    record: bytes


@dataclass(frozen=True, slots=True)
class RoundState:
    """Where the node stands: epochs are 0 before the first; `closed` waits for its commit."""

    open: int
    closed: int | None
    committed: int
    cards: int


class OperatorClient:
    """One operator at one node."""

    def __init__(self, node: SignedHttp) -> None:
        self._node = node

    def __repr__(self) -> str:
        return "<OperatorClient>"

    def close(self) -> None:
        """Close the connection."""
        self._node.close()

    # What anybody may ask

    def circle_document(self) -> bytes:
        """The circle document as the node serves it, unverified."""
        return self._node.send("GET", "/circle").content

    def current_epoch(self) -> tuple[dict[str, str], int]:
        """The open epoch's unverified descriptor document, and the last epoch committed."""
        answer = object_of(self._node.send("GET", "/epoch"))
        committed = answer.pop("committed", None)
        if type(committed) is not int:
            raise NodeMisbehaves("no committed epoch")
        return answer, committed

    # The matcher

    def round_state(self) -> RoundState:
        """Where the round is."""
        answer = object_of(self._node.signed("GET", "/operator/round"))
        try:
            state = RoundState(**answer)
        except TypeError:
            raise NodeMisbehaves("not a round") from None
        numbers = (state.open, state.closed or 0, state.committed, state.cards)
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise NodeMisbehaves("not a round")
        return state

    def publish_epoch(self, descriptor: dict[str, str]) -> None:
        """Open the epoch of *descriptor*, closing the one before."""
        self._node.signed("POST", "/operator/epochs", json.dumps(descriptor).encode(), JSON)

    def cards(self, epoch: int) -> list[FrozenCard]:
        """Every frozen card of *epoch*, by rising address."""
        rows = self._rows(f"/operator/cards?epoch={epoch}", CARD_BYTES)
        return [
            FrozenCard(DropAddress(address), rest[:HASH_BYTES], rest[HASH_BYTES:])
            for address, rest in rows
        ]

    def read(self, readers: Sequence[ReadSecret]) -> list[bytes]:
        """The records behind up to 256 read secrets, in their order."""
        body = b"".join(readers)
        answer = self._node.signed("POST", "/operator/read", body, OCTETS).content
        if len(answer) != len(readers) * RECORD_BYTES:
            raise NodeMisbehaves("not as many records")
        return _cut(answer, RECORD_BYTES)

    def answers(self) -> list[Row]:
        """What the clerks answered, up to the closed epoch."""
        return list(self._rows("/operator/answers"))

    def put_part(self, epoch: int, number: int, body: bytes) -> None:
        """Upload one part of a commit."""
        self._node.signed("PUT", f"/operator/rounds/{epoch}/parts/{number}", body, OCTETS)

    def commit(self, epoch: int, header: dict[str, str]) -> None:
        """Commit the round of *epoch*; returns only once the node acknowledged it."""
        body = json.dumps(header).encode()
        answer = object_of(self._node.signed("POST", f"/operator/rounds/{epoch}", body, JSON))
        if answer.get("committed") != epoch:
            raise NodeMisbehaves("another epoch was committed")

    def committed_header(self, epoch: int) -> dict[str, Any]:
        """The unverified header document with which *epoch* was committed."""
        return object_of(self._node.signed("GET", f"/operator/rounds/{epoch}"))

    # Coordinators

    def intake(self) -> list[Row]:
        """This coordinator's waiting intake records, by id."""
        return list(self._rows("/operator/intake"))

    def delete_intake(self, intake_id: bytes) -> None:
        """Take an intake record away; fine when it is gone."""
        self._node.signed("DELETE", f"/operator/intake/{intake_id.hex()}")

    def register_invites(self, period: int, kept: Sequence[bytes]) -> None:
        """Let the node keep the hashes of invites of *period*."""
        body = json.dumps({"period": period, "kept": [one.hex() for one in kept]}).encode()
        self._node.signed("POST", "/operator/invites", body, JSON)

    def batches(self) -> list[Row]:
        """This coordinator's waiting batches, by id."""
        return list(self._rows("/operator/batches"))

    def put_answer(self, batch_id: bytes, epoch: int, record: bytes) -> None:
        """Answer a batch, which takes it away; *epoch* is the one whose key *record* is sealed to.

        Raises NodeRefused ``epoch_closed`` when that epoch is open no more.
        """
        body = u32(epoch) + record
        self._node.signed("PUT", f"/operator/answers/{batch_id.hex()}", body, OCTETS)

    # Either

    def put_circle(self, document: dict[str, Any]) -> None:
        """Give the node a later circle document."""
        self._node.signed("PUT", "/operator/circle", json.dumps(document).encode(), JSON)

    def _rows(self, path: str, size: int = ROW_BYTES) -> Iterator[Row]:
        """All pages of a listing. Ids rise, so a node cannot lead in circles."""
        after = b""
        for _ in range(MOST_PAGES):
            joint = "&" if "?" in path else "?"
            target = f"{path}{joint}after={after.hex()}" if after else path
            answer = self._node.signed("GET", target).content
            if len(answer) % size or len(answer) > PAGE_ROWS * size:
                raise NodeMisbehaves("not rows")
            for row in _cut(answer, size):
                if row[:HASH_BYTES] <= after:
                    raise NodeMisbehaves("rows do not rise")
                after = row[:HASH_BYTES]
                yield DropAddress(after), row[HASH_BYTES:]
            if len(answer) < PAGE_ROWS * size:
                return
        raise NodeMisbehaves("pages without end")


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]
