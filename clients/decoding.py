"""What is written within some bytes in a way that can be undone: text encodings and streams.

A search that knows thousands of people cannot look for each of their secrets in every way it could
be written. It undoes the writing instead, so that its time goes by the bytes searched and not by
how many ways there are.

    written   hexadecimal, base64 and base64url at each alignment, URL, JSON and Python escapes
    packed    zlib, gzip and zstd wherever they begin; brotli, which has no mark, at the start
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

import brotli
import zstandard

SHORTEST = 11
"""Characters of base64 that hold eight bytes, the shortest pattern that is looked for."""

PACKED_BYTES, UNPACKED_BYTES = 1 << 20, 1 << 22
"""Of one stream; a record is 4,096 bytes."""

BLOCK_BYTES = 1 << 10

_TEXT = re.compile(rb"[\x20-\x7e]{%d,}" % SHORTEST)
_HEX = re.compile(rb"[0-9A-Fa-f]{16,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % SHORTEST)
_ESCAPE = re.compile(rb"((?:\\u[0-9A-Fa-f]{4})+)|\\x([0-9A-Fa-f]{2})|\\([nrtbf\"'\\/])")
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_STANDARD = bytes.maketrans(b"-_", b"+/")

_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd")

Piece = tuple[str, int, bytes]
"""How it was written, where that began, and what it says."""


def written(data: bytes) -> Iterator[Piece]:
    """Everything in *data* that is text and could stand for other bytes."""
    for text in _TEXT.finditer(data):
        run, start = text.group(), text.start()
        if b"\\" in run:
            yield "escaped", start, _ESCAPE.sub(_unescaped, run)
        if b"%" in run:
            yield "url", start, unquote_to_bytes(run)
            if b"+" in run:
                yield "form", start, unquote_to_bytes(run.replace(b"+", b" "))
        for found in _HEX.finditer(run):
            digits = found.group()
            for odd in (0, 1):
                even = (len(digits) - odd) // 2 * 2
                yield "hex", start + found.start(), bytes.fromhex(digits[odd : odd + even].decode())
        for found in _BASE64.finditer(run):
            letters = found.group().translate(_STANDARD)
            for before in range(4):
                yield f"base64+{before}", start + found.start(), _from_base64(letters[before:])


def packed(data: bytes) -> Iterator[Piece]:
    """Everything that unpacks from somewhere in *data*."""
    view = memoryview(data)
    for kind, head, window in (("zlib", _ZLIB, 15), ("gzip", _GZIP, 31)):
        for found in head.finditer(data):
            with suppress(zlib.error):
                piece = view[found.start() : found.start() + PACKED_BYTES]
                unpacked = zlib.decompressobj(window).decompress(piece, UNPACKED_BYTES)
                if unpacked:
                    yield kind, found.start(), unpacked
    for found in _ZSTD.finditer(data):
        with suppress(zstandard.ZstdError):
            piece = view[found.start() : found.start() + PACKED_BYTES]
            reader = zstandard.ZstdDecompressor().stream_reader(piece)
            if unpacked := reader.read(UNPACKED_BYTES):
                yield "zstd", found.start(), unpacked
    if unpacked := _from_brotli(view[:PACKED_BYTES]):
        yield "brotli", 0, unpacked


def _unescaped(found: re.Match[bytes]) -> bytes:
    units, octet, letter = found.groups()
    if units is not None:
        pairs = bytes.fromhex(units.replace(b"\\u", b"").decode())
        return pairs.decode("utf-16-be", "replace").encode()
    if octet is not None:
        return bytes.fromhex(octet.decode())
    return _LETTERS.get(letter, letter)


def _from_brotli(packed: memoryview) -> bytes:
    """What unpacks before the stream ends or turns out to be none."""
    taken, unpacked = _whole_blocks(packed)
    # A block in which a stream ends is refused for what follows: octet by octet it is not.
    stream = brotli.Decompressor()
    stream.process(bytes(packed[:taken]))
    with suppress(brotli.error):
        for octet in packed[taken : taken + BLOCK_BYTES]:
            if stream.is_finished() or len(unpacked) > UNPACKED_BYTES:
                break
            unpacked += stream.process(bytes([octet]))
    return bytes(unpacked)


def _whole_blocks(packed: memoryview) -> tuple[int, bytearray]:
    """How many octets are taken a block at a time, and what unpacks from them."""
    stream, unpacked = brotli.Decompressor(), bytearray()
    for start in range(0, len(packed), BLOCK_BYTES):
        try:
            unpacked += stream.process(bytes(packed[start : start + BLOCK_BYTES]))
        except brotli.error:
            return start, unpacked
        if len(unpacked) > UNPACKED_BYTES:
            return start + BLOCK_BYTES, unpacked
    return len(packed), unpacked


def _from_base64(letters: bytes) -> bytes:
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
