"""What a thief finds: search files for marked values in every way they could be written.

    finds = search(files_below(node_directory), {"name of a family": "Алеся Каваленка", …})

A value is looked for as it is, in UTF-16, backwards (a little-endian number) and as Python keeps a
number, and of a long secret each half; other ways of writing are undone in what is searched
(`clients.decoding`). All values are looked for at once: the last eight bytes of each stand in a
sorted table, and every position of every file is compared with it, so that time goes by the bytes
searched. A value costs some hundred bytes of memory.
"""

from __future__ import annotations

import base64
import json
import urllib.parse
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clients.decoding import packed, written

WINDOW = 8
"""The shortest pattern; a shorter one would be found everywhere by chance."""

HALF_BYTES = 16
"""At least, of a secret of which either half is looked for: the rest was overwritten, or lies on
another page."""

FIRST_HALF, LAST_HALF = "first half", "last half"

CHUNK_BYTES = 1 << 24
SIEVE_BITS = range(20, 28)
"""Of the table that rules most places out: sixteen times as many places as patterns, if it can."""

Value = str | bytes


@dataclass(frozen=True)
class Find:
    """A marked value in a file: whose, how written, where."""

    marker: str
    encoding: str
    place: str
    offset: int


def encodings(value: Value) -> Iterator[tuple[str, bytes]]:
    """Every way *value* would be found in, as (name, how it is written so)."""
    if isinstance(value, str):
        raw = value.encode()
        yield "json", json.dumps(value).encode()
        yield "url", urllib.parse.quote(value).encode()
        yield "form", urllib.parse.quote_plus(value).encode()
    else:
        raw = value
        yield "url", urllib.parse.quote(raw).encode()
        yield "repr", repr(raw).encode()
        if len(raw) >= 2 * HALF_BYTES:
            yield LAST_HALF, raw[len(raw) // 2 :]
    yield from _as_they_are(value)
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    for shift in range(3):
        yield f"base64+{shift}", base64.b64encode(b"\0" * shift + raw)
        yield f"base64url+{shift}", base64.urlsafe_b64encode(b"\0" * shift + raw)


def _as_they_are(value: Value) -> Iterator[tuple[str, bytes]]:
    """The ways that are looked for as such."""
    if isinstance(value, str):
        yield "raw", value.encode()
        yield "utf-16-le", value.encode("utf-16-le")
        yield "utf-16-be", value.encode("utf-16-be")
    else:
        yield "raw", value
        if len(value) >= 2 * HALF_BYTES:
            yield FIRST_HALF, value[: len(value) // 2]
        yield "backwards", value[::-1]
        yield "digits", _digits(int.from_bytes(value, "big"))


_NAMES = ("raw", FIRST_HALF, "utf-16-le", "utf-16-be", "backwards", "digits")


def _digits(number: int) -> bytes:
    """How CPython keeps an integer: thirty bits in each four bytes, the lowest first."""
    count = -(-number.bit_length() // 30)
    digits = ((number >> 30 * place) & (1 << 30) - 1 for place in range(count))
    return b"".join(digit.to_bytes(4, "little") for digit in digits)


def files_below(*places: Path) -> list[Path]:
    """Every file of the places, sorted."""
    found: set[Path] = set()
    for place in places:
        found.update([place] if place.is_file() else (p for p in place.rglob("*") if p.is_file()))
    return sorted(found)


def search(files: Iterable[Path], markers: Mapping[str, Value]) -> list[Find]:
    """All finds of *markers* in *files*."""
    patterns = Patterns(markers.items())
    return [find for file in files for find in patterns.found_in(file.read_bytes(), str(file))]


class _Texts:
    """Many short byte strings in one piece of memory."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._bytes[self._ends[number] : self._ends[number + 1]])

    def append(self, text: bytes) -> None:
        self._bytes += text
        self._ends.append(len(self._bytes))


class Patterns:
    """All patterns of many markers, made once and looked for in as many places as one likes."""

    def __init__(self, markers: Iterable[tuple[str, Value]]) -> None:
        self._markers, self._patterns = _Texts(), _Texts()
        self._of_marker, self._how = array("L"), array("B")
        self._lasts = bytearray()
        self.add(markers)

    def add(self, markers: Iterable[tuple[str, Value]]) -> None:
        """Look for *markers* as well."""
        for marker, value in markers:
            self._markers.append(marker.encode())
            for name, pattern in _as_they_are(value):
                if len(pattern) < WINDOW:
                    continue
                self._patterns.append(pattern)
                self._of_marker.append(len(self._markers) - 1)
                self._how.append(_NAMES.index(name))
                self._lasts += pattern[-WINDOW:]
        windows = np.frombuffer(bytes(self._lasts), dtype="<u8")
        self._order = np.argsort(windows, kind="stable")
        self._windows: NDArray[np.uint64] = windows[self._order]
        wanted = (16 * len(windows)).bit_length()
        self._bits = min(max(wanted, SIEVE_BITS.start), SIEVE_BITS.stop)
        self._perhaps = np.zeros(1 << self._bits, dtype=np.bool_)
        self._perhaps[self._sieved(self._windows)] = True

    def __len__(self) -> int:
        """How many markers there are."""
        return len(self._markers)

    def found_in(self, data: bytes, place: str) -> Iterator[Find]:
        """All finds in *data*, which is called *place*, as it is and with writing undone."""
        for marker, how, offset in self.as_they_are_in(data):
            yield Find(marker, how, place, offset)
        hows, offsets, starts, texts = [], [], [], bytearray()
        for how, offset, text in written(data):
            hows.append(how)
            offsets.append(offset)
            starts.append(len(texts))
            texts += text + b"\0"
        for marker, way, at in self.as_they_are_in(bytes(texts)):
            piece = bisect_right(starts, at) - 1
            how = hows[piece] if way == "raw" else f"{hows[piece]} of {way}"
            yield Find(marker, how, place, offsets[piece])

    def as_they_are_in(self, data: bytes) -> Iterator[tuple[str, str, int]]:
        """Marker, way of writing and offset of what stands in *data* with no writing undone."""
        for end, window in self._candidates(data):
            first = np.searchsorted(self._windows, window, side="left")
            last = np.searchsorted(self._windows, window, side="right")
            for number in self._order[first:last]:
                if found := self._stands(number, data, end):
                    yield self._markers[self._of_marker[number]].decode(), *found

    def _stands(self, number: int, data: bytes, end: int) -> tuple[str, int] | None:
        """How a pattern stands in *data* up to *end*, and where that begins."""
        pattern, way = self._patterns[number], _NAMES[self._how[number]]
        start = end - len(pattern)
        if _stands_at(start, pattern, data):
            # Each first half follows its whole, which is found by itself.
            is_whole = way == FIRST_HALF and _stands_at(start, self._patterns[number - 1], data)
            return None if is_whole else (way, start)
        if self._has_halves(number):
            last = pattern[len(pattern) // 2 :]
            if _stands_at(end - len(last), last, data):
                return LAST_HALF, end - len(last)
        return None

    def _has_halves(self, number: int) -> bool:
        return self._how[number + 1 : number + 2].tobytes() == bytes([_NAMES.index(FIRST_HALF)])

    def _candidates(self, data: bytes) -> Iterator[tuple[int, np.uint64]]:
        """Where a pattern may end, and the eight bytes before."""
        if not len(self._windows):
            return
        last = len(self._windows) - 1
        for start in range(0, len(data), CHUNK_BYTES):
            chunk = data[start : start + CHUNK_BYTES + WINDOW - 1]
            for shift in range(WINDOW):
                count = (len(chunk) - shift) // WINDOW
                if count <= 0:
                    continue
                windows = np.frombuffer(chunk, dtype="<u8", count=count, offset=shift)
                # A look into a small table rules most places out, and what remains is looked up.
                maybe = np.flatnonzero(self._perhaps[self._sieved(windows)])
                left = windows[maybe]
                at = np.minimum(np.searchsorted(self._windows, left), last)
                for index in maybe[self._windows[at] == left]:
                    yield start + shift + (int(index) + 1) * WINDOW, windows[index]

    def _sieved(self, windows: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """A place in the sieve for each: the upper bits of a product (Knuth, TAOCP 6.4)."""
        return (windows * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - self._bits)


def finds_in(data: bytes, patterns: Patterns, place: str) -> Iterator[Find]:
    """All finds in *data*, as it is and unpacked."""
    yield from patterns.found_in(data, place)
    for kind, _, unpacked in packed(data):
        yield from patterns.found_in(unpacked, f"{place}: {kind}")


def _stands_at(start: int, pattern: bytes, data: bytes) -> bool:
    return start >= 0 and data.startswith(pattern, start)
