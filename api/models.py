"""The node's tables. Every column says what it is, who sets it and when it is erased.

Rows are keyed by random or hashed values and kept in that order (WITHOUT ROWID), so a table shows
no order of arrival. The finest time is a day; epochs are counted, not timed. The tables at the end
hold what operators publish and bear no trace of people.

What is not here on purpose: who asked, from where, when, with what, how often, and any link from
one row to another.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Table, Text
from sqlmodel import Field, SQLModel


def _octets(sentence: str, *, key: bool = False) -> Any:
    return Field(
        sa_type=LargeBinary,
        primary_key=key,
        nullable=False,
        sa_column_kwargs={"comment": sentence},
    )


def _octets_or_null(sentence: str) -> Any:
    kwargs = {"comment": sentence}
    return Field(default=None, sa_type=LargeBinary, nullable=True, sa_column_kwargs=kwargs)


def _number(sentence: str, *, key: bool = False, index: bool = False) -> Any:
    return Field(
        sa_type=BigInteger,
        primary_key=key,
        index=index,
        nullable=False,
        sa_column_kwargs={"comment": sentence, **({"autoincrement": False} if key else {})},
    )


def _number_or_null(sentence: str) -> Any:
    kwargs = {"comment": sentence}
    return Field(default=None, sa_type=BigInteger, nullable=True, sa_column_kwargs=kwargs)


def _text(sentence: str) -> Any:
    return Field(sa_type=Text, nullable=False, sa_column_kwargs={"comment": sentence})


def _text_or_null(sentence: str) -> Any:
    kwargs = {"comment": sentence}
    return Field(default=None, sa_type=Text, nullable=True, sa_column_kwargs=kwargs)


_KEYED = {"sqlite_with_rowid": False}
_EXPIRES = "day after which the sweep erases the row; drawn with jitter for this row alone"
_KEPT = "day after which the sweep erases the row; the same for all of a period"


class Drop(SQLModel, table=True):
    """A reserved box for one record."""

    __tablename__ = "drops"
    __table_args__ = _KEYED

    address: bytes = _octets("A; its reserver sets it, the sweep erases it", key=True)
    record: bytes = _octets("4,096 bytes; w replaces them, B makes them random")
    expires: int = _number(_EXPIRES, index=True)


class Notice(SQLModel, table=True):
    """What the matcher left for one card in one epoch."""

    __tablename__ = "notices"
    __table_args__ = _KEYED

    address: bytes = _octets("A; the commit sets it, the commit after the next erases it", key=True)
    record: bytes = _octets("4,096 bytes of the commit, never changed")
    epoch: int = _number("epoch whose commit brought it", index=True)


class Card(SQLModel, table=True):
    """A record for the matcher."""

    __tablename__ = "cards"
    __table_args__ = _KEYED

    address: bytes = _octets("drawn by the node, known to the matcher alone", key=True)
    record: bytes = _octets("4,096 bytes; its owner's at first, replaced by every commit")
    epoch: int = _number("epoch whose round takes it; every commit raises it", index=True)
    expires: int = _number(_EXPIRES, index=True)
    stamped: bytes | None = _octets_or_null("hash of its stamp; null once a commit brought it")


class Burned(SQLModel, table=True):
    """A stamp, invite or proof of work that was spent."""

    __tablename__ = "burned"
    __table_args__ = _KEYED

    burned: bytes = _octets("hash of what was spent", key=True)
    retry: bytes = _octets("hash that only the same request again can show")
    expires: int = _number(_KEPT, index=True)


class Claim(SQLModel, table=True):
    """A claim tag that somebody registered first."""

    __tablename__ = "claims"
    __table_args__ = _KEYED

    tag: bytes = _octets("hash of the tag, so that a thief cannot look for one", key=True)
    token: bytes = _octets("hash of the first token shown with it, never changed")
    expires: int = _number(_KEPT, index=True)


class Permit(SQLModel, table=True):
    """What a card was posted with: whoever shows it may add claims, so many a day."""

    __tablename__ = "permits"
    __table_args__ = _KEYED

    permit: bytes = _octets("hash of the permit, so that a thief can show none", key=True)
    expires: int = _number(f"{_EXPIRES}, after every drop of its card", index=True)


class Invite(SQLModel, table=True):
    """A code that a coordinator printed and nobody used yet."""

    __tablename__ = "invites"
    __table_args__ = _KEYED

    kept: bytes = _octets("hash of the code's token; its coordinator sets it", key=True)
    coordinator: int = _number("number of the coordinator who printed it")
    period: int = _number("period it admits to")
    expires: int = _number("last day of the period; use or the sweep erases the row", index=True)


class Waiting(SQLModel, table=True):
    """An intake without an invite, until a closing epoch draws it."""

    __tablename__ = "waiting"
    __table_args__ = _KEYED

    id: bytes = _octets("random; drawn by the node", key=True)
    first_coordinator: int = _number("number of the first duty coordinator")
    first_record: bytes = _octets("4,096 bytes sealed to that coordinator")
    second_coordinator: int = _number("number of the second duty coordinator")
    second_record: bytes = _octets("4,096 bytes sealed to that coordinator")
    expires: int = _number(_EXPIRES, index=True)


class Intake(SQLModel, table=True):
    """A record for one coordinator's inbox."""

    __tablename__ = "intake"
    __table_args__ = _KEYED

    id: bytes = _octets("random, drawn by the node, or a hash of an exchanged stamp", key=True)
    coordinator: int = _number("number of the coordinator who may fetch and erase it")
    record: bytes = _octets("4,096 bytes sealed to that coordinator")
    expires: int = _number(_EXPIRES, index=True)


class Batch(SQLModel, table=True):
    """What a round asks of a coordinator: blinded values to sign, or padding."""

    __tablename__ = "batches"
    __table_args__ = _KEYED

    id: bytes = _octets("random; drawn by the node at the commit", key=True)
    coordinator: int = _number("number of the coordinator whose answer erases it")
    record: bytes = _octets("4,096 bytes sealed to that coordinator by the matcher")
    expires: int = _number(_EXPIRES, index=True)


class Answer(SQLModel, table=True):
    """A coordinator's answer to a batch."""

    __tablename__ = "answers"
    __table_args__ = _KEYED

    id: bytes = _octets("the id of the batch it answers", key=True)
    coordinator: int = _number("number of the coordinator who answered, and may answer again")
    record: bytes = _octets("4,096 bytes sealed to the matcher's epoch key")
    epoch: int = _number("epoch it was sealed to; that epoch's commit erases the row", index=True)


class InviteCount(SQLModel, table=True):
    """How many invites a coordinator gave out on a day."""

    __tablename__ = "invite_counts"
    __table_args__ = _KEYED

    coordinator: int = _number("number of the coordinator", key=True)
    day: int = _number("the day; the sweep erases the row on the next", key=True)
    count: int = _number("invites so far")


class Epoch(SQLModel, table=True):
    """An epoch as the matcher published it; the last one is open, one before it may be closed."""

    __tablename__ = "epochs"
    __table_args__ = _KEYED

    epoch: int = _number("its number; erased two commits later", key=True)
    descriptor: str = _text("the signed text, as received")
    signature: str = _text("the matcher's signature on it, hex")
    challenge: bytes = _octets("16 random bytes of the node, for proofs of work")
    header: str | None = _text_or_null("the commit's signed text; null until committed")
    header_signature: str | None = _text_or_null("the matcher's signature on it, hex")


class Part(SQLModel, table=True):
    """A piece of a commit, uploaded ahead of its header; the commit erases it."""

    __tablename__ = "parts"
    __table_args__ = _KEYED

    epoch: int = _number("the closed epoch it belongs to", key=True)
    number: int = _number("its place in the header", key=True)
    digest: bytes = _octets("hash of the body, as the header names it")
    body: bytes = _octets("kind and rows as uploaded; another upload replaces them")


class CircleDocument(SQLModel, table=True):
    """The circle this node serves: always one row."""

    __tablename__ = "circle"
    __table_args__ = _KEYED

    digest: bytes = _octets("the circle's digest, never changed", key=True)
    serial: int = _number("the almanac's serial; only rises")
    document: str = _text("the signed document, as received")
    swept: int | None = _number_or_null("day of the last sweep; null before the first")


BURNED: Table = SQLModel.metadata.tables["burned"]
CARDS: Table = SQLModel.metadata.tables["cards"]
CLAIMS: Table = SQLModel.metadata.tables["claims"]
DROPS: Table = SQLModel.metadata.tables["drops"]
INTAKE: Table = SQLModel.metadata.tables["intake"]
INVITES: Table = SQLModel.metadata.tables["invites"]
NOTICES: Table = SQLModel.metadata.tables["notices"]
PERMITS: Table = SQLModel.metadata.tables["permits"]
WAITING: Table = SQLModel.metadata.tables["waiting"]
