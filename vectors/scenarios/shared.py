"""Records under a shared key (protocol.md, section 2): every message, then everything wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cbor2

from crypto.labels import u8, u32
from crypto.records import _close_from_parts
from crypto.shapes import Message
from tests.vectors.operations import SHARED_KINDS
from vectors.scenarios.parts import (
    CIRCLE,
    OTHER_CIRCLE,
    PERIOD,
    SHARED_FRAME_BYTES,
    Json,
    Scenario,
    bound_to,
    closed,
    flipped,
    framed,
    stream,
)
from vectors.scenarios.records import bad_frames
from vectors.scenarios.samples import BOUND, SAMPLES

KEY, NONCE = stream("shared key"), stream("nonce of a record", 24)


def given_for(message: Message, record: bytes, **changes: Any) -> Json:
    """Everything needed to open *record*."""
    label, context = BOUND[type(message).__name__]
    given = {
        "kind": type(message).__name__,
        "key": KEY.hex(),
        "label": label,
        "circle": CIRCLE.hex(),
        "context": context.hex(),
        "record": record.hex(),
    }
    return {**given, **changes}


def scenarios() -> Iterator[Scenario]:
    """Most of them are refused."""
    for name, message in SAMPLES.items():
        if isinstance(message, SHARED_KINDS) and type(message).__name__ in BOUND:
            aad = bound_to(*BOUND[type(message).__name__])
            nonce = stream(f"nonce of {name}", 24)
            record = _close_from_parts(message, key=KEY, aad=aad, nonce=nonce)
            comment = "opens, and closes to the same bytes with the nonce it begins with"
            yield Scenario(name, "open_shared", comment, given_for(message, record))

    out = SAMPLES["out"]
    aad = bound_to(*BOUND["Out"])
    good = _close_from_parts(out, key=KEY, aad=aad, nonce=NONCE)

    def refused(name: str, comment: str, record: bytes, code: str, **changes: Any) -> Scenario:
        return Scenario(
            f"out_{name}", "open_shared", comment, given_for(out, record, **changes), code
        )

    for size, comment in [
        (0, "nothing"),
        (24, "a nonce alone"),
        (40, "a nonce and a tag"),
        (4_080, "without its tag"),
        (4_095, "the last byte of the tag is missing"),
        (4_097, "a byte too many"),
    ]:
        record = (good + b"\0")[:size]
        yield refused(f"record_of_{size}_bytes", comment, record, "wrong_length")

    for name, place, bit in [
        ("nonce_first", 0, 0),
        ("nonce_last", 23, 7),
        ("length", 24, 7),
        ("message", 30, 0),
        ("filling", 2_000, 4),
        ("tag_first", -16, 0),
        ("tag_last", -1, 7),
    ]:
        record = flipped(good, place, bit)
        yield refused(f"flipped_{name}", "one bit", record, "cannot_open")

    for name, changes in {
        "other_key": {"key": stream("another key").hex()},
        "other_purpose": {"label": "thread in"},
        "other_circle": {"circle": OTHER_CIRCLE.hex()},
        "other_period": {"context": (u32(PERIOD + 1) + u8(0)).hex()},
        "other_coordinator": {"context": (u32(PERIOD) + u8(1)).hex()},
        "context_cut": {"context": u32(PERIOD).hex()},
    }.items():
        yield refused(name, "bound to something else", good, "cannot_open", **changes)
    yield refused(
        "empty_drop", "what a drop without a record reads as", stream("x", 4_096), "cannot_open"
    )
    yield refused("other_kind", "an In is not an Out", good, "cannot_open", kind="In")

    for name, comment, frame in bad_frames(out, SHARED_FRAME_BYTES):
        record = closed(frame, key=KEY, aad=aad, nonce=NONCE)
        yield refused(
            name, f"opens and is refused: {comment}", record, "cannot_open", authentic=True
        )

    # What only some fields can have wrong. 82: an array of two; 61 77: the text "w".
    for name, comment, encoded in [
        ("number_longer", "18 03 for 03", b"\x82\x18\x03\x61w"),
        ("number_float", "3.0", b"\x82\xf9\x42\x00\x61w"),
        ("number_bool", "true", b"\x82\xf5\x61w"),
        ("number_bignum", "tag 2", b"\x82\xc2\x41\x03\x61w"),
        ("number_negative", "-1", b"\x82\x20\x61w"),
        ("number_over_u16", "65,536", b"\x82\x1a\x00\x01\x00\x00\x61w"),
        ("text_head_longer", "78 01 for 61", b"\x82\x03\x78\x01w"),
        ("text_indefinite", "7f 61 77 ff", b"\x82\x03\x7f\x61w\xff"),
        ("text_as_bytes", "41 for 61", b"\x82\x03\x41w"),
        ("text_not_utf8", "a lone ff", b"\x82\x03\x61\xff"),
        ("text_surrogate", "ed a0 80 is no character", b"\x82\x03\x63\xed\xa0\x80"),
        ("text_overlong", "c0 80 for 00", b"\x82\x03\x62\xc0\x80"),
        ("text_null", "null", b"\x82\x03\xf6"),
        ("text_undefined", "undefined", b"\x82\x03\xf7"),
        ("text_of_901_bytes", "one byte over", cbor2.dumps([3, "w" * 901])),
        ("text_with_a_date_tag", "tag 0", b"\x82\x03\xc0\x74" + b"2026-01-01T00:00:00Z"),
    ]:
        record = closed(framed(encoded, SHARED_FRAME_BYTES), key=KEY, aad=aad, nonce=NONCE)
        yield refused(
            name, f"opens and is refused: {comment}", record, "cannot_open", authentic=True
        )
