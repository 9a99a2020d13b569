"""Seals: only the key, only for the purpose; the reference does it again byte for byte."""

from __future__ import annotations

import hashlib

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import encode
from crypto.errors import CannotOpen, MalformedMessage, WrongLength, WrongShape
from crypto.labels import RECORD_BYTES, bound, u8, u32
from crypto.messages.cards import RoundKey
from crypto.messages.intake import Out
from crypto.sealing import (
    ENC_BYTES,
    MLKEM_PUBLIC_BYTES,
    PUBLIC_KEY_BYTES,
    SEALED_FRAME_BYTES,
    TAG_BYTES,
    SealingKey,
    open_sealed,
    seal,
)
from tests.crypto import hpke_reference

SEED, ESEED, CIRCLE = b"\x55" * 32, b"\x66" * 64, b"\xcc" * 32
KEY = SealingKey(SEED)
INFO = bound("round key", CIRCLE, u32(7))
MESSAGE = RoundKey(key=b"\x77" * 32)
FRAME = encode(MESSAGE, frame_bytes=SEALED_FRAME_BYTES)
RECORD = hpke_reference.seal_frame(FRAME, recipient=KEY.public, info=INFO, eseed=ESEED)

# Points of order 1, 2, 4 or 8 (RFC 7748, section 6.1): X25519 with them is all zeros.
SMALL_ORDER = [
    bytes(32),
    b"\1" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
]


def record_of(frame: bytes) -> bytes:
    return hpke_reference.seal_frame(frame, recipient=KEY.public, info=INFO, eseed=ESEED)


def frame_of(encoded: bytes, *, length: int | None = None, filling: bytes = b"") -> bytes:
    length = len(encoded) if length is None else length
    return (length.to_bytes(2, "big") + encoded + filling).ljust(SEALED_FRAME_BYTES, b"\0")


def flipped(record: bytes, place: int, bit: int) -> bytes:
    altered = bytearray(record)
    altered[place] ^= 1 << bit
    return bytes(altered)


@settings(max_examples=25)
@given(
    turn=st.integers(0, 65_535),
    words=st.text(max_size=225),
    seed=st.binary(min_size=32, max_size=32),
    info=st.binary(max_size=120),
)
def test_opening_undoes_sealing(turn: int, words: str, seed: bytes, info: bytes) -> None:
    message, key = Out(turn=turn, words=words), SealingKey(seed)
    record = seal(message, recipient=key.public, info=info)
    assert len(record) == RECORD_BYTES
    assert open_sealed(Out, record, key=key, info=info) == message


@settings(max_examples=25)
@given(seed=st.binary(min_size=32, max_size=32), info=st.binary(max_size=120))
def test_the_reference_opens_what_the_library_sealed_and_seals_the_same_bytes(
    seed: bytes, info: bytes
) -> None:
    key = SealingKey(seed)
    record = seal(MESSAGE, recipient=key.public, info=info)
    frame = hpke_reference.open_frame(record, seed=seed, info=info)
    assert frame == FRAME
    assert hpke_reference.seal_again(frame, record, seed=seed, info=info) == record


@settings(max_examples=25)
@given(
    seed=st.binary(min_size=32, max_size=32),
    eseed=st.binary(min_size=64, max_size=64),
    info=st.binary(max_size=120),
)
def test_the_library_opens_what_the_reference_sealed(
    seed: bytes, eseed: bytes, info: bytes
) -> None:
    key = SealingKey(seed)
    record = hpke_reference.seal_frame(FRAME, recipient=key.public, info=info, eseed=eseed)
    assert open_sealed(RoundKey, record, key=key, info=info) == MESSAGE


def test_a_key_pair_is_its_seed() -> None:
    assert SealingKey(SEED).public == KEY.public == hpke_reference.public_key(SEED)
    assert SealingKey(b"\x56" * 32).public != KEY.public
    assert len(KEY.public) == PUBLIC_KEY_BYTES


# The X-Wing draft makes its vectors from SHAKE128 of nothing: for each, 32 bytes of seed and 64
# of eseed. These are its shared secrets (draft-connolly-cfrg-xwing-kem-08, appendix C).
DRAFT_SHARED_SECRETS = [
    "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
    "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
    "953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f",
]


@pytest.mark.parametrize("number", range(3))
def test_the_reference_gives_the_shared_secrets_of_the_draft(number: int) -> None:
    stream = hashlib.shake_128().digest(96 * 3)[96 * number :][:96]
    seed, eseed = stream[:32], stream[32:]
    shared_secret, enc = hpke_reference.encapsulate(SealingKey(seed).public, eseed)
    assert shared_secret.hex() == DRAFT_SHARED_SECRETS[number]
    assert hpke_reference.decapsulate(enc, seed) == shared_secret


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_a_seed_has_32_bytes(length: int) -> None:
    with pytest.raises(WrongLength):
        SealingKey(b"s" * length)


def test_every_seal_is_another() -> None:
    records = [seal(MESSAGE, recipient=KEY.public, info=INFO) for _ in range(16)]
    assert len({record[:ENC_BYTES] for record in records}) == 16
    assert len({record[ENC_BYTES:] for record in records}) == 16


def test_another_key_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        open_sealed(RoundKey, RECORD, key=SealingKey(b"\x56" * 32), info=INFO)


@pytest.mark.parametrize(
    "info",
    [
        bound("card", CIRCLE, u32(7)),
        bound("round key", b"\xcd" + CIRCLE[1:], u32(7)),
        bound("round key", CIRCLE, u32(8)),
        bound("round key", CIRCLE),
        INFO + b"\0",
        INFO.replace(b"klunak/1/", b"klunak/2/"),
        b"",
    ],
    ids=["purpose", "circle", "epoch", "nothing", "more", "version", "empty"],
)
def test_a_seal_opens_only_for_what_it_was_made_for(info: bytes) -> None:
    with pytest.raises(CannotOpen):
        open_sealed(RoundKey, RECORD, key=KEY, info=info)


@pytest.mark.parametrize(
    "length",
    [0, 1, 15, 16, 32, 1_088, 1_119, 1_120, 1_121, 1_136, 4_079, 4_080, 4_095, 4_097, 8_192],
)
def test_every_other_length_is_refused_before_opening(length: int) -> None:
    with pytest.raises(WrongLength):
        open_sealed(RoundKey, (RECORD * 2)[:length], key=KEY, info=INFO)


REGIONS = {
    "ML-KEM, u": range(0, 960, 41),
    "ML-KEM, v": range(960, 1_088, 7),
    "X25519": range(1_088, ENC_BYTES),
    "length and message": range(ENC_BYTES, ENC_BYTES + 40),
    "filling": range(ENC_BYTES + 100, RECORD_BYTES - TAG_BYTES, 131),
    "tag": range(RECORD_BYTES - TAG_BYTES, RECORD_BYTES),
}


@pytest.mark.parametrize("region", REGIONS)
def test_one_flipped_bit_does_not_open(region: str) -> None:
    for place in REGIONS[region]:
        for bit in (0, 7):
            with pytest.raises(CannotOpen):
                open_sealed(RoundKey, flipped(RECORD, place, bit), key=KEY, info=INFO)


@pytest.mark.parametrize("point", SMALL_ORDER, ids=range(len(SMALL_ORDER)))
def test_an_encapsulation_of_small_order_does_not_open(point: bytes) -> None:
    record = RECORD[:1_088] + point + RECORD[ENC_BYTES:]
    with pytest.raises(CannotOpen):
        open_sealed(RoundKey, record, key=KEY, info=INFO)


@pytest.mark.parametrize("point", SMALL_ORDER, ids=range(len(SMALL_ORDER)))
def test_nothing_is_sealed_to_a_point_of_small_order(point: bytes) -> None:
    with pytest.raises(MalformedMessage):
        seal(MESSAGE, recipient=KEY.public[:MLKEM_PUBLIC_BYTES] + point, info=INFO)


def test_nothing_is_sealed_to_a_key_that_is_none() -> None:
    # A coefficient of 4,095 is not below q (FIPS 203, section 7.2, "modulus check").
    with pytest.raises(MalformedMessage):
        seal(MESSAGE, recipient=b"\xff" * 3 + KEY.public[3:], info=INFO)


@pytest.mark.parametrize("length", [0, 32, 1_184, 1_215, 1_217, 2_432])
def test_nothing_is_sealed_to_a_key_of_another_size(length: int) -> None:
    with pytest.raises(WrongLength):
        seal(MESSAGE, recipient=(KEY.public * 2)[:length], info=INFO)


BAD_FRAMES = {
    "length over the frame": frame_of(b"", length=SEALED_FRAME_BYTES - 1),
    "length of everything": frame_of(b"", length=0xFFFF),
    "all zeros": bytes(SEALED_FRAME_BYTES),
    "a filling that is not zero": FRAME[:-1] + b"\1",
    "a byte behind the message": frame_of(cbor2.dumps([b"\x77" * 32]) + b"\0"),
    "a longer head": frame_of(b"\x81\x59\x00\x20" + b"\x77" * 32),
    "an indefinite array": frame_of(b"\x9f\x58\x20" + b"\x77" * 32 + b"\xff"),
    "indefinite bytes": frame_of(b"\x81\x5f\x58\x20" + b"\x77" * 32 + b"\xff"),
    "a tag": frame_of(b"\xd9\xd9\xf7" + cbor2.dumps([b"\x77" * 32])),
    "a key of 31 bytes": frame_of(cbor2.dumps([b"\x77" * 31])),
    "a key of 33 bytes": frame_of(cbor2.dumps([b"\x77" * 33])),
    "text": frame_of(cbor2.dumps(["w" * 32])),
    "null": frame_of(cbor2.dumps([None])),
    "no field": frame_of(cbor2.dumps([])),
    "two fields": frame_of(cbor2.dumps([b"\x77" * 32] * 2)),
}


@pytest.mark.parametrize("frame", BAD_FRAMES.values(), ids=BAD_FRAMES)
def test_what_is_wrong_inside_is_not_told(frame: bytes) -> None:
    record = record_of(frame)
    assert hpke_reference.open_frame(record, seed=SEED, info=INFO) == frame
    with pytest.raises(CannotOpen) as refusal:
        open_sealed(RoundKey, record, key=KEY, info=INFO)
    assert str(refusal.value) == "cannot_open"
    assert refusal.value.__suppress_context__


def test_another_kind_of_message_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        open_sealed(Out, RECORD, key=KEY, info=INFO)


def test_a_message_that_does_not_fit_is_not_sealed() -> None:
    with pytest.raises(WrongShape):
        seal(RoundKey(key=b"short"), recipient=KEY.public, info=INFO)


def test_repr_hides_the_secret() -> None:
    assert repr(KEY) == str(KEY) == f"{KEY}" == "<SealingKey>"


def test_purpose_and_recipient_are_not_written() -> None:
    # Two records for two people and purposes share nothing but their size.
    other = hpke_reference.seal_frame(
        FRAME,
        recipient=SealingKey(b"\x56" * 32).public,
        info=bound("answers", CIRCLE, u8(1)),
        eseed=b"\x67" * 64,
    )
    same = sum(a == b for a, b in zip(RECORD, other, strict=True))
    assert same < 50
