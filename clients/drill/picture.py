"""Octets as a picture: one pixel each, its value as a grey. What is encrypted looks like noise."""

from __future__ import annotations

import struct
import zlib

WIDTH, HEIGHT = 512, 128


def picture(octets: bytes) -> bytes:
    """A PNG, 8-bit greyscale (ISO/IEC 15948), of the first 65,536 octets; black where they end."""
    shown = octets[: WIDTH * HEIGHT].ljust(WIDTH * HEIGHT, b"\0")
    rows = b"".join(b"\0" + shown[at : at + WIDTH] for at in range(0, len(shown), WIDTH))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
