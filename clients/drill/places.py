"""Search one place of what was seized, and prove that the search works there.

A search that finds nothing proves nothing unless it would have found something. So in every place
known values are planted, each in every encoding, and all of them have to be found.
"""

from __future__ import annotations

import gzip
import secrets
import shutil
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from clients.drill.memory import memory_of, with_descendants
from clients.thief import Find, Patterns, encodings, files_below, search

PACKED = {b"\x78\x01": "zlib", b"\x78\x5e": "zlib", b"\x78\x9c": "zlib", b"\x78\xda": "zlib"}
GZIP = b"\x1f\x8b\x08"
UNPACKED_BYTES = 1 << 22
"""Of one stream; a record is 4,096 bytes."""


@dataclass
class Place:
    """What a search came to."""

    name: str
    bytes: int = 0
    hits: list[Find] = field(default_factory=list)
    excused: list[Find] = field(default_factory=list)
    """In flight in a node's memory; what a matcher's has to know."""
    weaknesses: list[str] = field(default_factory=list)
    controls_planted: int = 0
    controls_found: int = 0
    note: str = ""

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


def search_disk(
    name: str, places: list[Path], markers: Mapping[str, str | bytes], *, scratch: Path
) -> Place:
    """Every byte of the files, and what is packed in them; controls in a copy of their own."""
    found = Place(name)
    patterns = Patterns(markers)
    for file in files_below(*places):
        data = file.read_bytes()
        found.bytes += len(data)
        found.hits += patterns.found_in(data, file.name)
        for kind, unpacked in unpacked_streams(data):
            found.hits += patterns.found_in(unpacked, f"{file.name}: {kind}")
    control = scratch / f"{name}-control"
    control.mkdir()
    words = {where: control_word(where) for where in ("file", "log", "row", "packed")}
    (control / "file").write_bytes(in_every_encoding(words["file"]))
    log = control / "node.log"
    logs = [file for file in files_below(*places) if file.suffix == ".log"]
    if logs:
        shutil.copy(logs[0], log)
    with log.open("ab") as opened:
        opened.write(in_every_encoding(words["log"]))
    with sqlite3.connect(control / "rows.db") as database:
        # A record that is none: what a node that kept plain words would hold.
        database.execute("CREATE TABLE control (words BLOB)")
        database.execute("INSERT INTO control VALUES (?)", (in_every_encoding(words["row"]),))
    database.close()
    packed = words["packed"].encode()
    (control / "packed").write_bytes(
        b"...." + zlib.compress(packed) + b".." + gzip.compress(packed)
    )
    finds = search(files_below(control), words)
    del words["packed"]
    found.controls_planted, found.controls_found = _controls(words, finds)
    streams = list(unpacked_streams((control / "packed").read_bytes()))
    found.controls_planted += 2
    found.controls_found += sum(packed in unpacked for _, unpacked in streams)
    return found


def search_memory(
    name: str,
    pid: int,
    markers: Mapping[str, str | bytes],
    *,
    planted: Mapping[str, str | bytes],
    in_flight: Set[str] = frozenset(),
) -> Place:
    """Every mapping of a process and of all it began, for *markers*; those *in_flight* are excused.

    *planted* was put there in every encoding.
    """
    found, controls = _read_memory(name, pid, markers, planted, in_flight)
    found.controls_planted, found.controls_found = _controls(planted, controls)
    return found


def search_holder(
    name: str,
    pid: int,
    markers: Mapping[str, str | bytes],
    *,
    held: Mapping[str, str | bytes],
    knows: Set[str],
) -> Place:
    """The memory of a process that *held* some known secrets as they are, and may know *knows*."""
    found, controls = _read_memory(name, pid, markers, held, knows)
    found.controls_planted = len(held)
    found.controls_found = len({find.marker for find in controls})
    return found


def _read_memory(
    name: str,
    pid: int,
    markers: Mapping[str, str | bytes],
    controls: Mapping[str, str | bytes],
    excused: Set[str],
) -> tuple[Place, list[Find]]:
    found = Place(name)
    patterns, control_patterns = Patterns(markers), Patterns(controls)
    controls_found: list[Find] = []
    for process in with_descendants(pid):
        for mapping, data in memory_of(process):
            found.bytes += len(data)
            for find in patterns.found_in(data, mapping):
                (found.excused if find.marker in excused else found.hits).append(find)
            controls_found += control_patterns.found_in(data, mapping)
    return found, controls_found


def _controls(planted: Mapping[str, str | bytes], finds: list[Find]) -> tuple[int, int]:
    """How many patterns were planted, and how many of them found."""
    # Two encodings of a value may be the same bytes; each pattern counts once.
    written = {
        (name, encoding): pattern
        for name, value in planted.items()
        for encoding, pattern in encodings(value)
    }
    found = {written[find.marker, find.encoding] for find in finds}
    return len(set(written.values())), len(found)


def control_word(where: str) -> str:
    """A value that is nobody's."""
    return f"кантроль {where} {secrets.token_hex(8)}"


def in_every_encoding(value: str | bytes) -> bytes:
    """*value* as every encoding writes it, apart, so that each alignment is found as itself."""
    return b"\0".join(pattern for _, pattern in encodings(value))


def unpacked_streams(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of everything that unpacks from somewhere in *data*: zlib and gzip."""
    for head, kind in {**PACKED, GZIP: "gzip"}.items():
        at = data.find(head)
        while at >= 0:
            with suppress(zlib.error):
                wanted = 31 if kind == "gzip" else 15
                unpacked = zlib.decompressobj(wanted).decompress(data[at:], UNPACKED_BYTES)
                if unpacked:
                    yield kind, unpacked
            at = data.find(head, at + 1)
