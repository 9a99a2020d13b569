"""The header of a round's commit: what the matcher has uploaded (protocol.md, section 7).

The header names every part by its digest, so one signature covers the whole round. Whether the
parts are there, and hold exactly the frozen cards, is for the node to see.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from crypto.circle import Circle
from crypto.documents import SignedContent, public_key_of, read_signed, write_signed
from crypto.labels import RECORD_BYTES, hashed
from crypto.strict_json import (
    LISTED,
    U32,
    JsonDocument,
    StrictModel,
    b64_field,
    build_model,
    hex_field,
)

PART_ROWS = 256
"""How many rows a part may have."""


class PartKind(IntEnum):
    """What the rows of a part are."""

    CARDS = 0
    NOTICES = 1
    BATCHES = 2


class Part(StrictModel):
    """One uploaded part: its kind, its number of rows (1..256) and its digest."""

    kind: Annotated[int, Field(ge=0, le=2), AfterValidator(PartKind)]
    rows: Annotated[int, Field(ge=1, le=PART_ROWS)]
    digest: Annotated[bytes, *hex_field(32)]


class CommitHeader(SignedContent):
    """The header of the round of *epoch*; its parts are numbered by their place, from 0.

    Always true of one: the rows of its parts add up to *cards* and *notices*, and there is a
    notice for every card.
    """

    epoch: Annotated[U32, Field(ge=1)]
    round_key: Annotated[bytes, *b64_field(RECORD_BYTES)]
    cards: U32
    notices: U32
    parts: Annotated[tuple[Part, ...], LISTED]
    matcher: Annotated[bytes, *hex_field(32)]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if (self.rows(PartKind.CARDS), self.rows(PartKind.NOTICES)) != (self.cards, self.notices):
            raise ValueError("the parts do not add up")
        if self.cards != self.notices:
            raise ValueError("not a notice for every card")
        return self

    def rows(self, kind: PartKind) -> int:
        """How many rows the parts of *kind* have together."""
        return sum(part.rows for part in self.parts if part.kind == kind)


def part_digest(body: bytes) -> bytes:
    """H("klunak part", *body*), 32 bytes: how a header names a part."""
    return hashed("klunak part", body)


def write_commit_header(
    circle: Circle, *, epoch: int, round_key: bytes, parts: tuple[Part, ...], signing_seed: bytes
) -> dict[str, str]:
    """``{"header": text, "signature": hex}``, signed by the matcher with *signing_seed*.

    *round_key* is the sealed record of 4,096 bytes. Raises WrongShape for a number or size out
    of range, or when cards and notices are not as many.
    """
    content = build_model(
        CommitHeader,
        circle=circle.digest,
        epoch=epoch,
        round_key=round_key,
        cards=sum(part.rows for part in parts if part.kind == PartKind.CARDS),
        notices=sum(part.rows for part in parts if part.kind == PartKind.NOTICES),
        parts=parts,
        matcher=public_key_of(signing_seed),
    )
    return write_signed("header", "commit", circle.digest, content, signing_seed)


def read_commit_header(document: JsonDocument, circle: Circle) -> CommitHeader:
    """The header, verified to be signed by a matcher of *circle*.

    Raises UnknownVersion, WrongShape or InvalidSignature.
    """
    return read_signed(
        CommitHeader,
        document,
        name="header",
        label="commit",
        circle=circle.digest,
        signer_field="matcher",
        signers=circle.matchers,
    )
