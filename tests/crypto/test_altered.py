"""Every truncation and every flipped bit of everything that travels is refused.

A refusal is one of the declared errors; any other exception fails, and so does being read. What is
quickly read is cut at every length and has each of its bits flipped; of the rest (sealed records,
the commit header, the circle) a bit of every byte or a sample is flipped here, and every bit in the
long tests. What a node is sent is in tests/api/test_altered_bodies.py.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from crypto.certificates import Receipt, Stamp, verify_receipt, verify_stamp
from crypto.circle import read_circle
from crypto.commit_headers import Part, part_digest, read_commit_header, write_commit_header
from crypto.conversations import TO_DONOR, Meeting
from crypto.descriptors import (
    read_epoch_descriptor,
    read_node_descriptor,
    write_epoch_descriptor,
    write_node_descriptor,
)
from crypto.errors import CannotOpen, CryptoError, ListError, WrongLength
from crypto.goods import LANGUAGES, Language
from crypto.labels import RECORD_BYTES
from crypto.lists import Line, draw_list, format_line, parse_line
from crypto.messages.pages import Kind, Page, Said
from crypto.records import close_record, open_record
from crypto.sealing import SealingKey, open_sealed, seal
from crypto.strict_json import write_text
from tests.circles import TrialCircle, make_trial_circle
from tests.crypto.test_budget import SEALED, SHARED

Reads = Callable[[bytes], object]

KEY = b"k" * 32
BOUND = b"klunak/1/for this and nothing else"


@cache
def trial() -> TrialCircle:
    return make_trial_circle()


def flipped(data: bytes, byte: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[byte] ^= 1 << bit
    return bytes(changed)


def every_bit(data: bytes) -> Iterator[bytes]:
    return (flipped(data, byte, bit) for byte in range(len(data)) for bit in range(8))


def a_bit_in_every_byte(data: bytes, step: int = 1) -> Iterator[bytes]:
    dice = random.Random(len(data))
    return (flipped(data, byte, dice.randrange(8)) for byte in range(0, len(data), step))


def every_length(data: bytes, step: int = 1) -> Iterator[bytes]:
    return (data[:length] for length in range(0, len(data), step))


def assert_all_refused(reads: Reads, altered: Iterator[bytes], *errors: type[Exception]) -> None:
    count = 0
    for data in altered:
        count += 1
        try:
            reads(data)
        except errors:
            continue
        raise AssertionError(f"alteration {count} was read")
    assert count


# Records


def sealed(name: str) -> tuple[bytes, Reads]:
    key, message = SealingKey(KEY), SEALED[name]
    record = seal(message, recipient=key.public, info=BOUND)
    return record, lambda data: open_sealed(type(message), data, key=key, info=BOUND)


def shared(name: str) -> tuple[bytes, Reads]:
    message = SHARED[name]
    record = close_record(message, key=KEY, aad=BOUND)
    return record, lambda data: open_record(type(message), data, key=KEY, aad=BOUND)


def page() -> tuple[bytes, Reads]:
    meeting = Meeting(b"c" * 32, b"r" * 32, 7, b"q" * 32, b"o" * 32)
    content = Page(messages=(Said(kind=Kind.TERMS, words="Дзякуй"),) * 3)
    about: dict[str, Any] = {"key": KEY, "direction": TO_DONOR, "number": 2}
    return meeting.close_page(content, **about), lambda data: meeting.open_page(data, **about)


RECORDS = {
    **{name: (sealed, name) for name in SEALED},
    **{name: (shared, name) for name in SHARED},
    "page 2": (lambda _name: page(), ""),
}


@pytest.fixture(scope="module", params=RECORDS)
def record(request: pytest.FixtureRequest) -> tuple[bytes, Reads]:
    make, name = RECORDS[request.param]
    return make(name)


def test_the_unaltered_record_is_read(record: tuple[bytes, Reads]) -> None:
    data, reads = record

    assert reads(data) is not None


@pytest.mark.parametrize("record", [*SHARED, "page 2"], indirect=True)
def test_a_record_under_a_shared_key_with_any_flipped_bit_does_not_open(
    record: tuple[bytes, Reads],
) -> None:
    data, reads = record

    assert_all_refused(reads, every_bit(data), CannotOpen)


@pytest.mark.parametrize("record", SEALED, indirect=True)
def test_a_sealed_record_with_a_flipped_bit_does_not_open(record: tuple[bytes, Reads]) -> None:
    data, reads = record

    assert_all_refused(reads, a_bit_in_every_byte(data), CannotOpen)


@pytest.mark.long
@pytest.mark.parametrize("record", SEALED, indirect=True)
def test_a_sealed_record_with_any_flipped_bit_does_not_open(record: tuple[bytes, Reads]) -> None:
    data, reads = record

    assert_all_refused(reads, every_bit(data), CannotOpen)


def test_a_record_of_another_length_is_none(record: tuple[bytes, Reads]) -> None:
    data, reads = record

    assert_all_refused(reads, every_length(data), WrongLength)
    assert_all_refused(reads, iter((data[1:], data + b"\0", data * 2)), WrongLength)


# Tokens and documents


def stamp() -> tuple[bytes, Reads]:
    wire = trial().stamp(b"n" * 32).to_bytes()
    return wire, lambda data: verify_stamp(trial().circle, Stamp.from_bytes(data))


def receipt() -> tuple[bytes, Reads]:
    wire = trial().receipt(b"n" * 32).to_bytes()
    return wire, lambda data: verify_receipt(trial().circle, Receipt.from_bytes(data))


def epoch_descriptor() -> tuple[bytes, Reads]:
    signed = write_epoch_descriptor(
        trial().circle,
        epoch=3,
        key=bytes(1_216),
        opens=1,
        closes=2,
        signing_seed=trial().matcher_seed,
    )
    return write_text(signed).encode(), lambda data: read_epoch_descriptor(data, trial().circle)


def node_descriptor() -> tuple[bytes, Reads]:
    signed = write_node_descriptor(
        trial().circle,
        day=20_464,
        pow_bits=5,
        pow_challenge=b"c" * 16,
        intake_open=True,
        signing_seed=trial().node_seed,
    )
    return write_text(signed).encode(), lambda data: read_node_descriptor(data, trial().circle)


def commit_header() -> tuple[bytes, Reads]:
    parts = tuple(Part(kind=kind, rows=2, digest=part_digest(bytes([kind]))) for kind in (0, 1, 2))
    signed = write_commit_header(
        trial().circle,
        epoch=3,
        round_key=bytes(RECORD_BYTES),
        parts=parts,
        signing_seed=trial().matcher_seed,
    )
    return write_text(signed).encode(), lambda data: read_commit_header(data, trial().circle)


SMALL = {
    make.__name__: make
    for make in (stamp, receipt, epoch_descriptor, node_descriptor, commit_header)
}


@pytest.mark.parametrize("name", [name for name in SMALL if name != "commit_header"])
def test_any_flipped_bit_is_refused(name: str) -> None:
    data, reads = SMALL[name]()
    assert reads(data)

    assert_all_refused(reads, every_bit(data), CryptoError)


def test_a_commit_header_with_a_flipped_bit_is_refused() -> None:
    """All bits but those of the long key inside, of which there is one in every byte."""
    data, reads = commit_header()
    assert reads(data)

    assert_all_refused(reads, a_bit_in_every_byte(data), CryptoError)
    for end in (data[:160], data[-1_024:]):
        at = data.index(end)
        altered = (data[:at] + bits + data[at + len(end) :] for bits in every_bit(end))
        assert_all_refused(reads, altered, CryptoError)


@pytest.mark.long
def test_a_commit_header_with_any_flipped_bit_is_refused() -> None:
    data, reads = commit_header()

    assert_all_refused(reads, every_bit(data), CryptoError)


@pytest.mark.parametrize("name", SMALL)
def test_every_truncation_is_refused(name: str) -> None:
    data, reads = SMALL[name]()

    assert_all_refused(reads, every_length(data), CryptoError)
    assert_all_refused(reads, iter((data + b"\0", data + b"}", data * 2)), CryptoError)


def circle_document() -> bytes:
    return write_text(trial().document).encode()


def test_a_circle_with_a_flipped_bit_is_refused() -> None:
    """All bits of the charter and of the signatures; of the long almanac, a sample."""
    data = circle_document()
    almanac, signatures = data.index(b'"almanac"'), data.index(b'"signatures"')
    assert read_circle(data) == trial().circle

    ends = [*range(almanac + 64), *range(signatures, len(data))]
    assert_all_refused(
        read_circle, (flipped(data, byte, bit) for byte in ends for bit in range(8)), CryptoError
    )
    assert_all_refused(read_circle, a_bit_in_every_byte(data, step=23), CryptoError)


def test_a_circle_cut_short_is_refused() -> None:
    data = circle_document()

    assert_all_refused(read_circle, every_length(data, step=31), CryptoError)
    assert_all_refused(read_circle, (data[:-cut] for cut in range(1, 300)), CryptoError)


@pytest.mark.long
def test_a_circle_with_any_flipped_bit_or_cut_anywhere_is_refused() -> None:
    data = circle_document()

    assert_all_refused(read_circle, every_bit(data), CryptoError)
    assert_all_refused(read_circle, every_length(data), CryptoError)


def test_a_signed_text_altered_within_sound_json_is_refused() -> None:
    """Where the JSON around a text stays sound, the signature is all that stands in the way."""
    charter, almanac = trial().document["charter"], trial().document["almanac"]
    for name, text in (("charter", charter), ("almanac", almanac)):
        for place in range(0, len(text), 1 + len(text) // 300):
            changed = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]
            with pytest.raises(CryptoError):
                read_circle(json.dumps({**trial().document, name: changed}))


# Lists


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_altered_line_is_another_line_or_none(language: Language) -> None:
    """There is no checksum, on purpose; but nothing that was typed breaks the reader."""
    for line in draw_list(random.Random(7).randrange).lines:
        data = format_line(line, language).encode()
        for altered in [*every_bit(data), *every_length(data)]:
            try:
                assert isinstance(parse_line(altered.decode(errors="surrogateescape")), Line)
            except ListError:
                continue
