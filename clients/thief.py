"""What a thief finds: search files for marked values in every way they could be written.

    finds = search(files_below(node_directory), {"name of a family": "Алеся Каваленка", …})

A value is looked for as it is, in UTF-16, hexadecimal, base64 in its three alignments, JSON and
URL escapes. All patterns are looked for at once: eight bytes of each stand in a sorted table, and
every position of every file is compared with it.
"""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WINDOW = 8
"""The shortest pattern; a shorter one would be found everywhere by chance."""

CHUNK_BYTES = 1 << 24


@dataclass(frozen=True)
class Find:
    """A marked value in a file: whose, how written, where."""

    marker: str
    encoding: str
    place: str
    offset: int


def encodings(value: str | bytes) -> Iterator[tuple[str, bytes]]:
    """Every way *value* is looked for, as (name, pattern); those under eight bytes are left out."""
    for name, pattern in _all_encodings(value):
        if len(pattern) >= WINDOW:
            yield name, pattern


def _all_encodings(value: str | bytes) -> Iterator[tuple[str, bytes]]:
    if isinstance(value, str):
        raw = value.encode()
        yield "utf-16-le", value.encode("utf-16-le")
        yield "utf-16-be", value.encode("utf-16-be")
        yield "json", json.dumps(value)[1:-1].encode()
        yield "url", urllib.parse.quote(value).encode()
    else:
        raw = value
    yield "raw", raw
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    for shift in range(3):
        standard = _base64_inside(raw, shift)
        yield f"base64+{shift}", standard
        yield f"base64url+{shift}", standard.translate(bytes.maketrans(b"+/", b"-_"))


def _base64_inside(raw: bytes, shift: int) -> bytes:
    """The characters that *raw* alone decides when it begins *shift* bytes into a base64 text."""
    encoded = base64.b64encode(b"\0" * shift + raw)
    return encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]


def files_below(*places: Path) -> list[Path]:
    """Every file of the places, sorted."""
    found: set[Path] = set()
    for place in places:
        found.update([place] if place.is_file() else (p for p in place.rglob("*") if p.is_file()))
    return sorted(found)


def search(files: Iterable[Path], markers: Mapping[str, str | bytes]) -> list[Find]:
    """All finds of *markers* in *files*."""
    table = _Table(markers)
    return [find for file in files for find in table.search_bytes(file.read_bytes(), str(file))]


def search_bytes(data: bytes, markers: Mapping[str, str | bytes], place: str) -> list[Find]:
    """All finds of *markers* in *data*."""
    return list(_Table(markers).search_bytes(data, place))


class _Table:
    """All patterns by their first eight bytes."""

    def __init__(self, markers: Mapping[str, str | bytes]) -> None:
        self._by_prefix: dict[bytes, dict[bytes, tuple[str, str]]] = {}
        for marker, value in markers.items():
            for name, pattern in encodings(value):
                same = self._by_prefix.setdefault(pattern[:WINDOW], {})
                same.setdefault(pattern, (marker, name))
        prefixes = np.frombuffer(b"".join(sorted(self._by_prefix)), dtype="<u8")
        self._prefixes: NDArray[np.uint64] = np.sort(prefixes)

    def search_bytes(self, data: bytes, place: str) -> Iterator[Find]:
        for offset in self._candidates(data):
            for pattern, (marker, name) in self._by_prefix[data[offset : offset + WINDOW]].items():
                if data.startswith(pattern, offset):
                    yield Find(marker, name, place, offset)

    def _candidates(self, data: bytes) -> Iterator[int]:
        if not len(self._prefixes):
            return
        last = len(self._prefixes) - 1
        for start in range(0, len(data), CHUNK_BYTES):
            chunk = data[start : start + CHUNK_BYTES + WINDOW - 1]
            for shift in range(WINDOW):
                count = (len(chunk) - shift) // WINDOW
                if count <= 0:
                    continue
                windows = np.frombuffer(chunk, dtype="<u8", count=count, offset=shift)
                at = np.minimum(np.searchsorted(self._prefixes, windows), last)
                for index in np.flatnonzero(self._prefixes[at] == windows):
                    yield start + shift + int(index) * WINDOW
