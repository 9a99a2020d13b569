"""Search one place of what was seized, and prove that the search works there.

A search that finds nothing proves nothing unless it would have found something. So in every place
known values are planted, each in every encoding, and all of them have to be found.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterator
from itertools import count
from pathlib import Path

import brotli
import zstandard

from clients.controls import Controls, control_word
from clients.drill.common import Common
from clients.drill.memory import OVERLAP_BYTES, PIECE_BYTES, memory_of, with_descendants
from clients.drill.place import Place
from clients.thief import Find, Patterns, Value, files_below, finds_in

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "brotli": brotli.compress,
}


def search_disk(
    name: str,
    places: list[Path],
    patterns: Patterns,
    *,
    scratch: Path,
    common: Common | None = None,
    planted: Collection[str] = (),
) -> Place:
    """Every byte of the files, and what is packed in them; controls in a copy of their own, and
    those that are *planted* in the files."""
    found = Place(name)
    files = files_below(*places)
    for file in files:
        for piece in pieces_of(file):
            found.search(piece, patterns, file.name, common=common, planted=planted)
    control = scratch / f"{name}-control"
    control.mkdir()
    in_copy = _plant(control, [file for file in files if file.suffix == ".log"])
    control_patterns = Patterns(in_copy.items())
    finds = [
        find
        for file in files_below(control)
        for piece in pieces_of(file)
        for find in finds_in(piece, control_patterns, file.name)
    ]
    found.controls_planted = len(in_copy) + len(planted)
    found.controls_found = len({find.marker for find in finds}) + len(found.seen)
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


def search_memory(
    name: str,
    pid: int,
    patterns: Patterns,
    *,
    planted: Collection[str],
    is_excused: Callable[[Find], bool] = lambda _: False,
    common: Common | None = None,
) -> Place:
    """Every mapping of a process and of all it began, as it is and unpacked; what they share, once.

    *planted* is known to be there, and among *patterns*; a find that *is_excused* may be there.
    """
    found, shared = Place(name), set[str]()
    for process in with_descendants(pid):
        for mapping, data in memory_of(process, shared):
            found.search(
                data, patterns, mapping, is_excused=is_excused, common=common, planted=planted
            )
    found.controls_planted, found.controls_found = len(planted), len(found.seen)
    return found
