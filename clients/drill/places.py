"""Search one place of what was seized, and prove that the search works there.

A search that finds nothing proves nothing unless it would have found something. So in every place
known values are planted, each in every encoding, and all of them have to be found.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import brotli
import zstandard

from clients.controls import Controls, control_word
from clients.decoding import packed
from clients.drill.memory import OVERLAP_BYTES, PIECE_BYTES, memory_of, with_descendants
from clients.thief import Find, Patterns, Value, files_below

COMMON = "catalogue: "
"""What a marker's name begins with that may stand where it stands in an idle node too."""

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "brotli": brotli.compress,
}


@dataclass
class Place:
    """What a search came to."""

    name: str
    bytes: int = 0
    hits: list[Find] = field(default_factory=list)
    excused: list[Find] = field(default_factory=list)
    """In flight in a node's memory; what a matcher's has to know."""
    common: Counter[str] = field(default_factory=Counter)
    """Finds of names of regions and stores, by name."""
    common_if_idle: Counter[str] = field(default_factory=Counter)
    """The same in a node that nobody visited."""
    weaknesses: list[str] = field(default_factory=list)
    controls_planted: int = 0
    controls_found: int = 0
    note: str = ""

    def sort(self, find: Find, *, is_excused: Callable[[str], bool] = lambda _: False) -> None:
        """Put *find* where it belongs."""
        if find.marker.startswith(COMMON):
            self.common[find.marker] += 1
        else:
            (self.excused if is_excused(find.marker) else self.hits).append(find)

    @property
    def control_found(self) -> bool:
        """Whether every planted value was found."""
        return self.controls_planted == self.controls_found > 0

    def as_json(self) -> dict[str, object]:
        """The figures."""
        return {
            "bytes": self.bytes,
            "hits": len(self.hits) + len(self.weaknesses),
            "control_found": self.control_found,
            "kinds": _kinds(self.hits),
            "excused": _kinds(self.excused),
            **(
                {"catalogue": {"found": self.common.total(), "idle": self.common_if_idle.total()}}
                if self.common_if_idle
                else {}
            ),
            **({"weaknesses": self.weaknesses} if self.weaknesses else {}),
            **({"note": self.note} if self.note else {}),
        }


def _kinds(finds: list[Find]) -> dict[str, int]:
    """How many by kind of marker: whose it was is not what matters."""
    return dict(Counter(kind_of(find.marker) for find in finds).most_common())


def kind_of(marker: str) -> str:
    """The name of a marker without numbers: of every family's street it is "family: street"."""
    words = "".join(letter for letter in marker if not letter.isdigit()).split()
    return " ".join(words).replace(" :", ":")


def search_disk(name: str, places: list[Path], patterns: Patterns, *, scratch: Path) -> Place:
    """Every byte of the files, and what is packed in them; controls in a copy of their own."""
    found = Place(name)
    files = files_below(*places)
    for file in files:
        for piece in pieces_of(file):
            found.bytes += len(piece)
            for find in finds_in(piece, patterns, file.name):
                found.sort(find)
    control = scratch / f"{name}-control"
    control.mkdir()
    planted = _plant(control, [file for file in files if file.suffix == ".log"])
    control_patterns = Patterns(planted.items())
    finds = [
        find
        for file in files_below(control)
        for piece in pieces_of(file)
        for find in finds_in(piece, control_patterns, file.name)
    ]
    found.controls_planted = len(planted)
    found.controls_found = len({find.marker for find in finds})
    return found


def _plant(control: Path, logs: list[Path]) -> dict[str, Value]:
    """A file, a log, a table's row, and a stream of each kind."""
    in_file, in_log, in_row = Controls("file"), Controls("log"), Controls("row")
    (control / "file").write_bytes(in_file.written)
    if logs:
        shutil.copy(logs[0], control / "node.log")
    with (control / "node.log").open("ab") as opened:
        opened.write(in_log.written)
    with sqlite3.connect(control / "rows.db") as database:
        # A record that is none: what a node that kept plain words would hold.
        database.execute("CREATE TABLE control (words BLOB)")
        database.execute("INSERT INTO control VALUES (?)", (in_row.written,))
    database.close()
    planted = {**in_file.planted, **in_log.planted, **in_row.planted}
    for kind, pack in PACKERS.items():
        word = planted[f"control {kind}"] = control_word(kind)
        before = b"" if kind == "brotli" else b"...."
        (control / kind).write_bytes(before + pack(word.encode()))
    return planted


def pieces_of(file: Path) -> Iterator[bytes]:
    """A file of any size in pieces that overlap."""
    with file.open("rb") as opened:
        for start in count(0, PIECE_BYTES):
            opened.seek(start)
            piece = opened.read(PIECE_BYTES + OVERLAP_BYTES)
            if piece:
                yield piece
            if len(piece) < PIECE_BYTES + OVERLAP_BYTES:
                return


def finds_in(data: bytes, patterns: Patterns, place: str) -> Iterator[Find]:
    """All finds in *data*, as it is and unpacked."""
    yield from patterns.found_in(data, place)
    for kind, _, unpacked in packed(data):
        yield from patterns.found_in(unpacked, f"{place}: {kind}")


def search_memory(
    name: str,
    pid: int,
    patterns: Patterns,
    *,
    planted: Mapping[str, Value],
    is_excused: Callable[[str], bool],
) -> Place:
    """Every mapping of a process and of all it began, as it is and unpacked.

    *planted* is known to be there; a marker that *is_excused* may be.
    """
    found, controls = Place(name), Patterns(planted.items())
    controls_found: set[str] = set()
    for process in with_descendants(pid):
        for mapping, data in memory_of(process):
            found.bytes += len(data)
            for find in finds_in(data, patterns, mapping):
                found.sort(find, is_excused=is_excused)
            controls_found |= {find.marker for find in controls.found_in(data, mapping)}
    found.controls_planted, found.controls_found = len(planted), len(controls_found)
    return found
