"""What a disk shows of a row besides what the database says: where it was written, and how often.

A database's log keeps for a while what was written, in the order in which it was; so do pages that
were written again and rows that are dead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clients.drill.memory import PIECE_BYTES
from clients.drill.places import pieces_of
from clients.thief import Patterns

LOG_DIRECTORY, LOG_ENDING = "pg_wal", "-wal"


@dataclass
class Seen:
    """Of one row."""

    place: int = 0
    """Offset of its record in the database's own file; 0 if it is in none."""
    log: list[int] = field(default_factory=list)
    """Offsets of its record's writings in the log, whose files are taken one after another."""
    versions: int = 0
    """How often its key stands in any file."""


def traces_in(files: Iterable[Path], middles: Mapping[bytes, bytes]) -> dict[bytes, Seen]:
    """Traces of every row; *middles* are 32 octets of its record by its address."""
    found = {address: Seen() for address in middles}
    patterns = Patterns(_looked_for(middles))
    before = 1
    for file in sorted(files):
        is_log = file.parent.name == LOG_DIRECTORY or file.name.endswith(LOG_ENDING)
        for number, piece in enumerate(pieces_of(file)):
            for name, how, offset in patterns.as_they_are_in(piece):
                if how != "raw" or offset >= PIECE_BYTES:
                    continue  # the next piece has it too
                kind, _, address = name.partition(" ")
                seen = found[bytes.fromhex(address)]
                at = before + number * PIECE_BYTES + offset
                if kind == "key":
                    seen.versions += 1
                elif is_log:
                    seen.log.append(at)
                else:
                    seen.place = at
        before += file.stat().st_size
    for seen in found.values():
        seen.log.sort()
    return found


def _looked_for(middles: Mapping[bytes, bytes]) -> Iterator[tuple[str, bytes]]:
    for address, middle in middles.items():
        yield f"key {address.hex()}", address
        yield f"record {address.hex()}", middle
