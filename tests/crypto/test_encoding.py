"""Framing and deterministic CBOR: one message has one encoding, and all are one size."""

from __future__ import annotations

import struct

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import MAX_DEPTH, decode, encode
from crypto.errors import MalformedMessage, NotCanonical, WrongLength, WrongShape
from crypto.messages.intake import WORDS_BYTES, Out
from crypto.shapes import Message, Wire, shaped, text

FRAME = 1_024


class Words(Message):
    """One text as long as one likes."""

    words: str = shaped(text(10_000))


def framed(encoded: bytes, *, length: int | None = None, filling: bytes = b"") -> bytes:
    length = len(encoded) if length is None else length
    return (length.to_bytes(2, "big") + encoded + filling).ljust(FRAME, b"\0")


GOOD = cbor2.dumps([7, "words"])


def test_a_frame_is_length_message_zeros() -> None:
    message = Out(turn=7, words="words")
    # 82: an array of two; 07: seven; 65: a text of five bytes
    assert encode(message, frame_bytes=FRAME) == (b"\0\x08\x82\x07\x65words").ljust(FRAME, b"\0")
    assert decode(Out, framed(GOOD)) == message


@given(turn=st.integers(0, 65_535), words=st.text(max_size=225))
def test_decoding_undoes_encoding(turn: int, words: str) -> None:
    message = Out(turn=turn, words=words)
    assert decode(Out, encode(message, frame_bytes=FRAME)) == message


@given(turn=st.integers(0, 65_535), words=st.text(max_size=225))
def test_every_message_is_as_long_as_every_other(turn: int, words: str) -> None:
    assert len(encode(Out(turn=turn, words=words), frame_bytes=FRAME)) == FRAME


def test_both_sides_of_the_frames_limit() -> None:
    # An array and a text of over 255 bytes take four bytes of heads; the length takes two.
    longest = Words(words="w" * (FRAME - 6))
    frame = encode(longest, frame_bytes=FRAME)
    assert frame[-1:] == b"w"
    assert decode(Words, frame) == longest
    with pytest.raises(WrongLength):
        encode(Words(words="w" * (FRAME - 5)), frame_bytes=FRAME)


def test_both_sides_of_a_texts_limit() -> None:
    for words in ("w" * WORDS_BYTES, "я" * (WORDS_BYTES // 2)):
        assert decode(Out, encode(Out(turn=0, words=words), frame_bytes=FRAME)).words == words
    for words in ("w" * (WORDS_BYTES + 1), "я" * (WORDS_BYTES // 2) + "w"):
        with pytest.raises(WrongShape):
            encode(Out(turn=0, words=words), frame_bytes=FRAME)
        with pytest.raises(WrongShape):
            decode(Out, framed(cbor2.dumps([0, words])))


@pytest.mark.parametrize("beyond", [1, 2, 256, 60_000])
def test_a_length_over_the_frame_is_refused(beyond: int) -> None:
    with pytest.raises(WrongLength):
        decode(Out, framed(GOOD, length=FRAME - 2 + beyond))


@pytest.mark.parametrize("at", [0, 1, FRAME - len(GOOD) - 3])
def test_a_filling_that_is_not_zero_is_refused(at: int) -> None:
    with pytest.raises(NotCanonical):
        decode(Out, framed(GOOD, filling=bytes(at) + b"\1"))


@pytest.mark.parametrize("length", [n for n in range(len(GOOD) + 8) if n != len(GOOD)])
def test_every_other_length_of_the_same_frame_is_refused(length: int) -> None:
    with pytest.raises(MalformedMessage):
        decode(Out, framed(GOOD, length=length))


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_every_truncation_of_the_message_is_refused(length: int) -> None:
    with pytest.raises(MalformedMessage):
        decode(Out, framed(GOOD[:length]))


# 82 07 65 w o r d s, each time in another way
SAME_VALUE = {
    "a number of two bytes": b"\x82\x18\x07\x65words",
    "a number of three bytes": b"\x82\x19\0\x07\x65words",
    "a number of five bytes": b"\x82\x1a\0\0\0\x07\x65words",
    "a number of nine bytes": b"\x82\x1b\0\0\0\0\0\0\0\x07\x65words",
    "a number as bignum": b"\x82\xc2\x41\x07\x65words",
    "a number as float": b"\x82\xf9\x47\x00\x65words",
    "a number as long float": b"\x82\xfb" + struct.pack(">d", 7.0) + b"\x65words",
    "a longer head of the text": b"\x82\x07\x78\x05words",
    "a longer head of the array": b"\x98\x02\x07\x65words",
    "an array of indefinite length": b"\x9f\x07\x65words\xff",
    "a text of indefinite length": b"\x82\x07\x7f\x65words\xff",
    "a text in two pieces": b"\x82\x07\x7f\x62wo\x63rds\xff",
    "a text tagged as text": b"\x82\x07\xd8\x20\x65words",
    "the message tagged as CBOR": b"\xd9\xd9\xf7\x82\x07\x65words",
    "the message tagged as shared": b"\xd8\x1c\x82\x07\x65words",
    "bytes for text": b"\x82\x07\x45words",
    "an embedded message": b"\xd8\x18\x48\x82\x07\x65words",
}

OTHER = {
    "nothing": b"",
    "a byte more": GOOD + b"\0",
    "the message twice": GOOD + GOOD,
    "a map": cbor2.dumps({0: 7, 1: "words"}),
    "a map with a name twice": b"\xa2\x00\x07\x00\x07",
    "a map that is not sorted": b"\xa2\x01\x65words\x00\x07",
    "a field more": cbor2.dumps([7, "words", None]),
    "a field less": cbor2.dumps([7]),
    "no field": cbor2.dumps([]),
    "a bool": cbor2.dumps([True, "words"]),
    "a negative number": cbor2.dumps([-1, "words"]),
    "a number over u16": cbor2.dumps([65_536, "words"]),
    "a number over u64": cbor2.dumps([2**64, "words"]),
    "null": cbor2.dumps([7, None]),
    "undefined": b"\x82\x07\xf7",
    "a reserved simple value": b"\x82\x07\xf8\x18",
    "a simple value": b"\x82\x07\xf8\x63",
    "an infinity": b"\x82\xf9\x7c\x00\x65words",
    "not a number": b"\x82\xf9\x7e\x00\x65words",
    "half a surrogate pair": b"\x82\x07\x63\xed\xa0\x80",
    "an overlong UTF-8": b"\x82\x07\x62\xc0\x80",
    "not UTF-8": b"\x82\x07\x61\xff",
    "a date": b"\xc0\x74" + b"2026-01-01T00:00:00Z",
    "a pattern": b"\x82\x07\xd8\x23\x61(",
    "a reserved head": b"\x1c",
    "a break": b"\xff",
    "a text that promises more": b"\x82\x07\x6awords",
    "an array that promises a lot": b"\x9a\xff\xff\xff\xff\x07\x65words",
    "an array that promises everything": b"\x9b" + b"\xff" * 8,
    "bytes that promise everything": b"\x5b" + b"\x7f" + b"\xff" * 7,
    "a cycle": b"\xd8\x1c\x81\xd8\x1d\x00",
    "a shared value nobody has": b"\xd8\x1d\x05",
    "an IP network with host bits": b"\xd9\x01\x05\xa1\x44\x0a\x00\x00\x01\x08",
    "a fraction by zero": b"\xd8\x1e\x82\x01\x00",
    "a huge decimal": b"\xc4\x82\x1a\x7f\xff\xff\xff\x01",
}


@pytest.mark.parametrize("encoded", SAME_VALUE.values(), ids=SAME_VALUE)
def test_the_same_value_in_another_encoding_is_refused(encoded: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode(Out, framed(encoded))


@pytest.mark.parametrize("encoded", OTHER.values(), ids=OTHER)
def test_what_is_no_such_message_is_refused(encoded: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode(Out, framed(encoded))


def test_a_longer_number_is_told_from_a_wrong_field() -> None:
    with pytest.raises(NotCanonical):
        decode(Out, framed(SAME_VALUE["a number of two bytes"]))
    with pytest.raises(WrongShape):
        decode(Out, framed(OTHER["a bool"]))


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 500])
def test_nesting_ends_somewhere(depth: int) -> None:
    with pytest.raises(MalformedMessage):
        decode(Out, framed(b"\x81" * depth + b"\x00"))


@pytest.mark.parametrize("bit", range(8 * (2 + len(GOOD))))
def test_one_flipped_bit_is_refused_or_another_message(bit: int) -> None:
    good = framed(GOOD)
    frame = (int.from_bytes(good, "big") ^ 1 << (8 * FRAME - 1 - bit)).to_bytes(FRAME, "big")
    try:
        message = decode(Out, frame)
    except MalformedMessage:
        return
    assert message != Out(turn=7, words="words")
    assert encode(message, frame_bytes=FRAME) == frame


@given(encoded=st.binary(max_size=200))
def test_no_bytes_make_a_decoder_raise_anything_else(encoded: bytes) -> None:
    try:
        message = decode(Out, framed(encoded))
    except MalformedMessage:
        return
    assert encode(message, frame_bytes=FRAME) == framed(encoded)


wires: st.SearchStrategy[Wire] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.binary(max_size=8),
        st.text(max_size=8),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(), inner, max_size=3),
    max_leaves=8,
)


@given(wire=wires)
def test_no_value_makes_a_decoder_raise_anything_else(wire: Wire) -> None:
    try:
        message = decode(Out, framed(cbor2.dumps(wire, canonical=True)))
    except MalformedMessage:
        return
    assert message.to_wire() == wire
