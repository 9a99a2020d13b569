"""What can be wrong in a record, for shared keys and for seals alike."""

from __future__ import annotations

from collections.abc import Iterator

import cbor2

from crypto.shapes import Message
from vectors.scenarios.parts import framed


def bad_frames(message: Message, frame_bytes: int) -> Iterator[tuple[str, str, bytes]]:
    """Name, comment and frame of everything that opens and is refused all the same."""
    wire = message.to_wire()
    good = cbor2.dumps(wire, canonical=True)
    arity = len(wire)

    def frame(encoded: bytes, length: int | None = None) -> bytes:
        return framed(encoded, frame_bytes, length=length)

    yield "length_over_frame", "one byte more than the frame has", frame(good, frame_bytes - 1)
    yield "length_ffff", "the longest length there is", frame(good, 0xFFFF)
    yield "length_one_less", "the message's last byte is filling", frame(good, len(good) - 1)
    yield "length_one_more", "a zero behind the message", frame(good, len(good) + 1)
    yield "length_zero", "no message", frame(good, 0)
    yield "all_zeros", "a frame of zeros", bytes(frame_bytes)
    yield "filling_first_byte", "1 right behind the message", frame(good + b"\x01", len(good))
    yield "filling_last_byte", "1 as the last byte", frame(good)[:-1] + b"\x01"
    yield "trailing_byte", "a null inside the length", frame(good + b"\xf6")
    yield "array_head_longer", "98 xx for 8x", frame(b"\x98" + bytes((arity,)) + good[1:])
    yield "array_indefinite", "9f … ff", frame(b"\x9f" + good[1:] + b"\xff")
    yield "tagged", "55799, the tag of CBOR itself", frame(b"\xd9\xd9\xf7" + good)
    as_map = cbor2.dumps(dict(enumerate(wire)), canonical=True)
    yield "map", "the fields by number", frame(as_map)
    yield "field_missing", "the last one", frame(cbor2.dumps(wire[:-1], canonical=True))
    yield "field_added", "a null", frame(cbor2.dumps([*wire, None], canonical=True))
    yield "fields_in_another_order", "turned round", frame(cbor2.dumps(wire[::-1], canonical=True))
    yield "not_cbor", "a reserved head", frame(b"\x1c" * 8)
    yield "nested_deep", "nine arrays in each other", frame(b"\x81" * 9 + b"\x00")
    yield "promises_more", "an array of 2^32 − 1", frame(b"\x9a\xff\xff\xff\xff" + good[1:])
