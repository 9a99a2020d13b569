"""Records under a shared key: one size, one answer to everything that does not open."""

from __future__ import annotations

import hashlib
from collections import Counter

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from crypto.errors import CannotOpen, WrongLength, WrongShape
from crypto.labels import RECORD_BYTES, bound, u8, u32
from crypto.messages.intake import WORDS_BYTES, In, Out
from crypto.records import (
    NONCE_BYTES,
    SHARED_FRAME_BYTES,
    TAG_BYTES,
    _close_from_parts,
    close_record,
    open_record,
    random_record,
)

CIRCLE, KEY, NONCE = b"\xcc" * 32, b"\x33" * 32, b"\x44" * NONCE_BYTES
AAD = bound("thread out", CIRCLE, u32(8_104), u8(0))
MESSAGE = Out(turn=3, words="Хлеба і малака, калі ласка")
RECORD = _close_from_parts(MESSAGE, key=KEY, aad=AAD, nonce=NONCE)


def record_of(frame: bytes) -> bytes:
    """A record with any frame: what somebody who has the key could write."""
    return NONCE + crypto_aead_xchacha20poly1305_ietf_encrypt(frame, AAD, NONCE, KEY)


def frame_of(encoded: bytes, *, length: int | None = None, filling: bytes = b"") -> bytes:
    length = len(encoded) if length is None else length
    return (length.to_bytes(2, "big") + encoded + filling).ljust(SHARED_FRAME_BYTES, b"\0")


@given(
    turn=st.integers(0, 65_535),
    words=st.text(max_size=225),
    key=st.binary(min_size=32, max_size=32),
)
def test_opening_undoes_closing(turn: int, words: str, key: bytes) -> None:
    message = Out(turn=turn, words=words)
    record = close_record(message, key=key, aad=AAD)
    assert len(record) == RECORD_BYTES
    assert open_record(Out, record, key=key, aad=AAD) == message


def test_the_random_shell_only_chooses_the_nonce() -> None:
    record = close_record(MESSAGE, key=KEY, aad=AAD)
    nonce = record[:NONCE_BYTES]
    assert record == _close_from_parts(MESSAGE, key=KEY, aad=AAD, nonce=nonce)


def test_every_write_draws_its_own_nonce() -> None:
    records = [close_record(MESSAGE, key=KEY, aad=AAD) for _ in range(64)]
    assert len({record[:NONCE_BYTES] for record in records}) == 64


def test_another_key_does_not_open() -> None:
    for bit in range(256):
        key = (int.from_bytes(KEY, "big") ^ 1 << bit).to_bytes(32, "big")
        with pytest.raises(CannotOpen):
            open_record(Out, RECORD, key=key, aad=AAD)


@pytest.mark.parametrize(
    "aad",
    [
        bound("thread in", CIRCLE, u32(8_104), u8(0)),
        bound("thread out", b"\xcd" + CIRCLE[1:], u32(8_104), u8(0)),
        bound("thread out", CIRCLE, u32(8_105), u8(0)),
        bound("thread out", CIRCLE, u32(8_104), u8(1)),
        bound("thread out", CIRCLE, u32(8_104)),
        bound("thread out", CIRCLE),
        AAD + b"\0",
        AAD.replace(b"klunak/1/", b"klunak/2/"),
        b"",
    ],
    ids=["purpose", "circle", "period", "number", "less", "nothing", "more", "version", "empty"],
)
def test_a_record_opens_only_for_what_it_was_closed_for(aad: bytes) -> None:
    with pytest.raises(CannotOpen):
        open_record(Out, RECORD, key=KEY, aad=aad)


@pytest.mark.parametrize(
    "length", [*range(64), *range(RECORD_BYTES - 64, RECORD_BYTES), RECORD_BYTES + 1, 8_192]
)
def test_every_other_length_is_refused_before_opening(length: int) -> None:
    with pytest.raises(WrongLength):
        open_record(Out, (RECORD * 2)[:length], key=KEY, aad=AAD)


REGIONS = {
    "nonce": range(NONCE_BYTES),
    "length": range(NONCE_BYTES, NONCE_BYTES + 2),
    "message": range(NONCE_BYTES + 2, NONCE_BYTES + 40),
    "filling": range(NONCE_BYTES + 100, RECORD_BYTES - TAG_BYTES, 257),
    "tag": range(RECORD_BYTES - TAG_BYTES, RECORD_BYTES),
}


@pytest.mark.parametrize("region", REGIONS)
def test_one_flipped_bit_does_not_open(region: str) -> None:
    for place in REGIONS[region]:
        for bit in range(8):
            altered = bytearray(RECORD)
            altered[place] ^= 1 << bit
            with pytest.raises(CannotOpen):
                open_record(Out, bytes(altered), key=KEY, aad=AAD)


def test_the_frame_of_a_record_is_what_the_protocol_says() -> None:
    assert record_of(frame_of(cbor2.dumps([3, MESSAGE.words]))) == RECORD


BAD_FRAMES = {
    "length over the frame": frame_of(b"", length=SHARED_FRAME_BYTES - 1),
    "length of everything": frame_of(b"", length=0xFFFF),
    "no message": frame_of(b""),
    "all zeros": bytes(SHARED_FRAME_BYTES),
    "a filling with a one at its end": frame_of(cbor2.dumps([3, "w"]))[:-1] + b"\1",
    "a filling with a one at its start": frame_of(cbor2.dumps([3, "w"]), filling=b"\1"),
    "a byte behind the message": frame_of(cbor2.dumps([3, "w"]) + b"\0"),
    "a longer number": frame_of(b"\x82\x18\x03\x61w"),
    "an indefinite array": frame_of(b"\x9f\x03\x61w\xff"),
    "a tag": frame_of(b"\xd9\xd9\xf7\x82\x03\x61w"),
    "a float": frame_of(b"\x82\xf9\x42\x00\x61w"),
    "a bool": frame_of(b"\x82\xf5\x61w"),
    "a map": frame_of(b"\xa2\x00\x03\x01\x61w"),
    "a field more": frame_of(cbor2.dumps([3, "w", 0])),
    "a field less": frame_of(cbor2.dumps([3])),
    "a number over u16": frame_of(cbor2.dumps([65_536, "w"])),
    "too many words": frame_of(cbor2.dumps([3, "w" * (WORDS_BYTES + 1)])),
    "another message": frame_of(cbor2.dumps([0, 0, "", [], []])),
    "not CBOR": frame_of(b"\xff" * 40),
    "a frame one byte short": frame_of(cbor2.dumps([3, "w"]))[:-1],
}


@pytest.mark.parametrize("frame", BAD_FRAMES.values(), ids=BAD_FRAMES)
def test_what_is_wrong_inside_is_not_told(frame: bytes) -> None:
    record = record_of(frame)
    with pytest.raises((CannotOpen, WrongLength)) as refusal:
        open_record(Out, record, key=KEY, aad=AAD)
    assert refusal.type is (CannotOpen if len(record) == RECORD_BYTES else WrongLength)
    assert str(refusal.value) in ("cannot_open", "wrong_length: a record has 4,096 bytes")


def test_a_refusal_shows_no_cause() -> None:
    with pytest.raises(CannotOpen) as refusal:
        open_record(Out, record_of(BAD_FRAMES["a bool"]), key=KEY, aad=AAD)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_another_kind_of_message_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        open_record(In, RECORD, key=KEY, aad=AAD)


def test_a_message_that_does_not_fit_is_not_written() -> None:
    with pytest.raises(WrongShape):
        close_record(Out(turn=0, words="w" * (WORDS_BYTES + 1)), key=KEY, aad=AAD)


def test_random_bytes_do_not_open() -> None:
    with pytest.raises(CannotOpen):
        open_record(Out, random_record(), key=KEY, aad=AAD)


def chi_square(data: bytes) -> float:
    """How far the 256 byte values are from equally frequent; 255 is what chance gives."""
    expected = len(data) / 256
    counts = Counter(data)
    return sum((counts[value] - expected) ** 2 / expected for value in range(256))


def test_records_look_random() -> None:
    # 256 nearly empty messages, fixed keys and nonces: 1,048,576 bytes. With 255 degrees of
    # freedom chance stays within 5 standard deviations (22.6 each) of 255 but for one in a million.
    records = []
    for number in range(256):
        stream = hashlib.shake_256(b"records look random" + u8(number)).digest(56)
        message = Out(turn=number, words="")
        records.append(_close_from_parts(message, key=stream[:32], aad=AAD, nonce=stream[32:]))
    assert 142 < chi_square(b"".join(records)) < 368
    # No place of a record is special: each takes nearly all values it could over 256 records.
    for place in range(RECORD_BYTES):
        assert len({record[place] for record in records}) > 120


def test_an_empty_drop_looks_like_a_record() -> None:
    assert len(random_record()) == RECORD_BYTES
    assert random_record() != random_record()
