"""Drops: who may write, blank, read and store a box for one record (protocol.md, section 3).

    w ──H──▶ B ──H──▶ R ──H──▶ A        w writes, B blanks, R reads, a node stores A

Each step loses a right and none can be walked back. A node that is seized holds only addresses.
"""

from __future__ import annotations

from typing import NewType

from crypto.labels import hashed

WriteSecret = NewType("WriteSecret", bytes)
BlankSecret = NewType("BlankSecret", bytes)
ReadSecret = NewType("ReadSecret", bytes)
DropAddress = NewType("DropAddress", bytes)


def blank_secret(write_secret: WriteSecret) -> BlankSecret:
    """B of a drop, 32 bytes: fills it with random bytes, writes nothing else."""
    return BlankSecret(hashed("klunak blank", write_secret))


def read_secret(blank_secret: BlankSecret) -> ReadSecret:
    """R of a drop, 32 bytes."""
    return ReadSecret(hashed("klunak read", blank_secret))


def drop_address(read_secret: ReadSecret) -> DropAddress:
    """A of a drop, 32 bytes: the only thing a node keeps beside the record."""
    return DropAddress(hashed("klunak address", read_secret))


def reader_of(write_secret: WriteSecret) -> ReadSecret:
    """R straight from w."""
    return read_secret(blank_secret(write_secret))


def address_of(write_secret: WriteSecret) -> DropAddress:
    """A straight from w."""
    return drop_address(reader_of(write_secret))


def record_hash(record: bytes) -> bytes:
    """The name, 32 bytes, by which a write says which record it replaces."""
    return hashed("klunak record", record)
