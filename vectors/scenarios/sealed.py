"""Records sealed to a key (protocol.md, section 2): one per purpose, then everything wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cbor2

from crypto.encoding import encode
from crypto.labels import u8, u32
from crypto.shapes import Message
from tests.vectors.operations import SEALED_KINDS
from vectors.scenarios.parts import (
    CIRCLE,
    OTHER_CIRCLE,
    PERIOD,
    SEALED_FRAME_BYTES,
    Json,
    Scenario,
    bound_to,
    flipped,
    framed,
    sealed,
    stream,
)
from vectors.scenarios.records import bad_frames
from vectors.scenarios.samples import BOUND, EPOCH, SAMPLES

SEED = stream("recipient")
ESEED = stream("encapsulation", 64)


def given_for(message: Message, record: bytes, eseed: bytes = ESEED, **changes: Any) -> Json:
    """Everything needed to open *record*, and *eseed* to seal it again."""
    label, context = BOUND[type(message).__name__]
    given = {
        "kind": type(message).__name__,
        "seed": SEED.hex(),
        "eseed": eseed.hex(),
        "label": label,
        "circle": CIRCLE.hex(),
        "context": context.hex(),
        "record": record.hex(),
    }
    return {**given, **changes}


def scenarios() -> Iterator[Scenario]:
    """Most of them are refused."""
    for name, message in SAMPLES.items():
        if isinstance(message, SEALED_KINDS) and type(message).__name__ in BOUND:
            info = bound_to(*BOUND[type(message).__name__])
            eseed = stream(f"encapsulation of {name}", 64)
            frame = encode(message, frame_bytes=SEALED_FRAME_BYTES)
            record = sealed(frame, seed=SEED, info=info, eseed=eseed)
            comment = "opens, and is sealed to the same bytes with eseed for all randomness"
            yield Scenario(name, "open_sealed", comment, given_for(message, record, eseed))

    round_key, intake = SAMPLES["round_key"], SAMPLES["intake"]
    info = bound_to(*BOUND["RoundKey"])
    frame = encode(round_key, frame_bytes=SEALED_FRAME_BYTES)
    good = sealed(frame, seed=SEED, info=info, eseed=ESEED)

    def refused(name: str, comment: str, record: bytes, code: str, **changes: Any) -> Scenario:
        given = given_for(round_key, record, **changes)
        return Scenario(f"round_key_{name}", "open_sealed", comment, given, code)

    for size, comment in [
        (0, "nothing"),
        (1_120, "an encapsulation alone"),
        (1_136, "an encapsulation and a tag"),
        (4_080, "without its tag"),
        (4_095, "the last byte of the tag is missing"),
        (4_097, "a byte too many"),
    ]:
        record = (good + b"\0")[:size]
        yield refused(f"record_of_{size}_bytes", comment, record, "wrong_length")

    for name, place, bit in [
        ("mlkem_u", 0, 0),
        ("mlkem_v", 1_087, 7),
        ("x25519_first", 1_088, 0),
        ("x25519_top_bit", 1_119, 7),
        ("length", 1_120, 7),
        ("message", 1_130, 0),
        ("filling", 2_000, 4),
        ("tag_first", -16, 0),
        ("tag_last", -1, 7),
    ]:
        record = flipped(good, place, bit)
        yield refused(f"flipped_{name}", "one bit", record, "cannot_open")
    small = good[:1_088] + bytes(32) + good[1_120:]
    yield refused("x25519_zero", "a point of small order", small, "cannot_open")

    for name, changes in {
        "other_key": {"seed": stream("another recipient").hex()},
        "other_purpose": {"label": "card"},
        "other_circle": {"circle": OTHER_CIRCLE.hex()},
        "other_epoch": {"context": u32(EPOCH + 1).hex()},
        "context_empty": {"context": ""},
    }.items():
        yield refused(name, "bound to something else", good, "cannot_open", **changes)
    intake_frame = encode(intake, frame_bytes=SEALED_FRAME_BYTES)
    record = sealed(intake_frame, seed=SEED, info=bound_to(*BOUND["Intake"]), eseed=ESEED)
    for name, changes in {
        "other_period": {"context": (u32(PERIOD - 1) + u8(1)).hex()},
        "other_coordinator": {"context": (u32(PERIOD) + u8(0)).hex()},
    }.items():
        given = given_for(intake, record, **changes)
        comment = "bound to something else"
        yield Scenario(f"intake_{name}", "open_sealed", comment, given, "cannot_open")

    for name, comment, bad in bad_frames(round_key, SEALED_FRAME_BYTES):
        if name == "fields_in_another_order":  # there is one field
            continue
        record = sealed(bad, seed=SEED, info=info, eseed=ESEED)
        yield refused(
            name, f"opens and is refused: {comment}", record, "cannot_open", authentic=True
        )
    key = stream("round key")
    for name, comment, encoded in [
        ("bytes_head_longer", "59 00 20 for 58 20", b"\x81\x59\x00\x20" + key),
        ("bytes_indefinite", "5f 58 20 … ff", b"\x81\x5f\x58\x20" + key + b"\xff"),
        ("bytes_31", "a byte short", cbor2.dumps([key[:31]])),
        ("bytes_33", "a byte long", cbor2.dumps([key + b"\0"])),
        ("bytes_as_text", "text", cbor2.dumps(["w" * 32])),
        ("bytes_null", "null", cbor2.dumps([None])),
    ]:
        record = sealed(framed(encoded, SEALED_FRAME_BYTES), seed=SEED, info=info, eseed=ESEED)
        yield refused(
            name, f"opens and is refused: {comment}", record, "cannot_open", authentic=True
        )
