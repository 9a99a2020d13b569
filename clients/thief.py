"""What a thief finds: search files for marked values in every way they could be written.

    finds = search(files_below(node_directory), {"name of a family": "Алеся Каваленка", …})

A value is looked for as it is, backwards (a little-endian number), as Python keeps a number, in
UTF-16, hexadecimal, base64 in its three alignments, JSON, URL and Python escapes. All patterns are
looked for at once: eight bytes of each stand in a sorted table, and every position of every file is
compared with it.
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
SIEVE_BITS = 22


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
        yield "backwards", raw[::-1]
        yield "digits", _digits(int.from_bytes(raw, "big"))
        yield "url", urllib.parse.quote(raw).encode()
        yield "repr", repr(raw)[2:-1].encode()
    yield "raw", raw
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    for shift in range(3):
        standard = _base64_inside(raw, shift)
        yield f"base64+{shift}", standard
        yield f"base64url+{shift}", standard.translate(bytes.maketrans(b"+/", b"-_"))


def _digits(number: int) -> bytes:
    """How CPython keeps an integer: thirty bits in each four bytes, the lowest first."""
    count = -(-number.bit_length() // 30)
    digits = ((number >> 30 * place) & (1 << 30) - 1 for place in range(count))
    return b"".join(digit.to_bytes(4, "little") for digit in digits)


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
    patterns = Patterns(markers)
    return [find for file in files for find in patterns.found_in(file.read_bytes(), str(file))]


def search_bytes(data: bytes, markers: Mapping[str, str | bytes], place: str) -> list[Find]:
    """All finds of *markers* in *data*."""
    return list(Patterns(markers).found_in(data, place))


class Patterns:
    """All patterns of many markers, made once and looked for in as many places as one likes."""

    def __init__(self, markers: Mapping[str, str | bytes]) -> None:
        self._by_prefix: dict[bytes, dict[bytes, tuple[str, str]]] = {}
        for marker, value in markers.items():
            for name, pattern in encodings(value):
                same = self._by_prefix.setdefault(pattern[:WINDOW], {})
                same.setdefault(pattern, (marker, name))
        prefixes = np.frombuffer(b"".join(self._by_prefix), dtype="<u8")
        self._prefixes: NDArray[np.uint64] = np.sort(prefixes)
        self._perhaps = np.zeros(1 << SIEVE_BITS, dtype=np.bool_)
        self._perhaps[_sieved(self._prefixes)] = True

    def found_in(self, data: bytes, place: str) -> Iterator[Find]:
        """All finds in *data*, which is called *place*."""
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
                # A look into a small table rules most places out, and what remains is looked up.
                maybe = np.flatnonzero(self._perhaps[_sieved(windows)])
                left = windows[maybe]
                at = np.minimum(np.searchsorted(self._prefixes, left), last)
                for index in maybe[self._prefixes[at] == left]:
                    yield start + shift + int(index) * WINDOW


def _sieved(windows: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A place in the sieve for each window: the upper bits of a product (Knuth, TAOCP 6.4)."""
    return (windows * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - SIEVE_BITS)
