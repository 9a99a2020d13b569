"""Shapes: what does not fit is refused when it is written and when it is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import WrongShape
from crypto.shapes import (
    FLAG,
    U8,
    U16,
    U32,
    Message,
    Shape,
    exactly,
    none_or,
    octets,
    octets_up_to,
    one_of,
    optional,
    part,
    several,
    shaped,
    text,
    uint,
)


class Colour(IntEnum):
    RED = 1


class Inner(Message):
    number: int = shaped(U8)


class Outer(Message):
    secret: bytes = shaped(octets(4))
    inner: Inner = shaped(part(Inner))
    more: tuple[int, ...] = shaped(several(U8, at_most=2))


class Stranger(Message):
    number: int = shaped(U8)


ANYTHING: list[Any] = [
    *(0, 1, -1, 255, 256, 2**16, 2**32, 2**64, True, False, None, 1.0, 0.0, float("nan")),
    *(b"", b"a", b"ab", b"abc", bytearray(b"ab"), memoryview(b"ab"), "", "a", "ab", "яя"),
    *("\ud800", [], (), [1], (1,), {}, {1: 1}, set(), cbor2.undefined, cbor2.CBORTag(1, 1)),
    *(cbor2.CBORSimpleValue(99), datetime(2026, 1, 1, tzinfo=UTC), object()),
]
"""What a decoder or a careless caller could hand over."""


def accepted(check: Callable[[Any], Any]) -> list[Any]:
    found = []
    for value in ANYTHING:
        try:
            check(value)
        except WrongShape:
            continue
        found.append(value)
    return found


def same(found: list[Any], wanted: list[Any]) -> bool:
    """Equal with their types: 1, True and 1.0 are three values."""
    return [(type(v), v) for v in found] == [(type(v), v) for v in wanted]


# Both directions take these of ANYTHING, and nothing else.
TAKES: list[tuple[str, Shape, list[Any]]] = [
    ("u8", U8, [0, 1, 255]),
    ("u16", U16, [0, 1, 255, 256]),
    ("u32", U32, [0, 1, 255, 256, 2**16]),
    ("uint up to 1", uint(1), [0, 1]),
    ("uint from 1", uint(255, minimum=1), [1, 255]),
    ("flag", FLAG, [True, False]),
    ("two bytes", octets(2), [b"ab"]),
    ("up to two bytes", octets_up_to(2), [b"", b"a", b"ab"]),
    ("text of two bytes", text(2), ["", "a", "ab"]),
    ("text of four bytes", text(4), ["", "a", "ab", "яя"]),
    ("a word", one_of("a", "b"), ["a"]),
    ("an optional flag", optional(FLAG), [True, False, None]),
]


@pytest.mark.parametrize(("shape", "takes"), [row[1:] for row in TAKES], ids=[r[0] for r in TAKES])
def test_a_shape_takes_its_values_and_no_others(shape: Shape, takes: list[Any]) -> None:
    assert same(accepted(shape.read), takes)
    assert same(accepted(shape.write), takes)


@pytest.mark.parametrize(("shape", "maximum"), [(U8, 2**8 - 1), (U16, 2**16 - 1), (U32, 2**32 - 1)])
def test_both_sides_of_a_numbers_limit(shape: Shape, maximum: int) -> None:
    for check in (shape.read, shape.write):
        assert check(maximum) == maximum
        for number in (-1, maximum + 1):
            with pytest.raises(WrongShape):
                check(number)


def test_a_named_number_is_written_as_a_number_and_never_read() -> None:
    written = U8.write(Colour.RED)
    assert type(written) is int
    with pytest.raises(WrongShape):
        U8.read(Colour.RED)
    with pytest.raises(WrongShape):
        uint(255, minimum=2).write(Colour.RED)


def test_the_maximum_of_a_text_is_counted_in_bytes() -> None:
    assert text(4).read("яя") == "яя"
    for words in ("яяa", "яяя", "🥖a", "abcde"):
        with pytest.raises(WrongShape):
            text(4).read(words)


@pytest.mark.parametrize("count", range(6))
def test_both_sides_of_every_count(count: int) -> None:
    shapes = {
        several(U8, at_most=3): count <= 3,
        several(U8, at_least=2, at_most=3): 2 <= count <= 3,
        exactly(2, U8): count == 2,
        none_or(2, U8): count in (0, 2),
    }
    for shape, fits in shapes.items():
        if fits:
            assert shape.read([7] * count) == (7,) * count
            assert shape.write((7,) * count) == [7] * count
        else:
            with pytest.raises(WrongShape):
                shape.read([7] * count)
            with pytest.raises(WrongShape):
                shape.write((7,) * count)


def test_each_element_of_an_array_is_looked_at() -> None:
    for values in ([1, 256], [True, 1], [1, None]):
        with pytest.raises(WrongShape):
            exactly(2, U8).read(values)
        with pytest.raises(WrongShape):
            none_or(2, U8).write(tuple(values))


def test_arrays_are_tuples_here_and_lists_on_the_wire() -> None:
    for shape in (exactly(1, U8), none_or(1, U8), several(U8, at_most=1)):
        with pytest.raises(WrongShape):
            shape.write([1])
        with pytest.raises(WrongShape):
            shape.read((1,))


OUTER = Outer(secret=b"1234", inner=Inner(number=5), more=(6, 7))


def test_a_message_is_the_array_of_its_fields_in_order() -> None:
    assert OUTER.to_wire() == [b"1234", [5], [6, 7]]
    assert Outer.from_wire([b"1234", [5], [6, 7]]) == OUTER


@pytest.mark.parametrize(
    "wire",
    [
        [],
        [b"1234", [5]],
        [b"1234", [5], [6, 7], None],
        [b"1234", [5], [6, 7], []],
        [[5], b"1234", [6, 7]],
        (b"1234", [5], [6, 7]),
        {"secret": b"1234", "inner": [5], "more": []},
        {0: b"1234", 1: [5], 2: []},
        [b"1234", 5, []],
        [b"1234", None, []],
        [b"1234", [5, 5], []],
        [b"1234", [], []],
        [b"1234", [5], None],
        [b"1234", [5], [6, 7, 8]],
        [b"123", [5], []],
        None,
        b"1234",
        1,
    ],
)
def test_another_arity_or_order_or_type_is_refused(wire: Any) -> None:
    with pytest.raises(WrongShape):
        Outer.from_wire(wire)


def test_a_message_inside_is_of_its_own_class() -> None:
    for wrong in (Stranger(number=5), [5], None):
        with pytest.raises(WrongShape):
            Outer(secret=b"1234", inner=wrong, more=()).to_wire()


@given(
    secret=st.binary(min_size=4, max_size=4),
    number=st.integers(0, 255),
    more=st.lists(st.integers(0, 255), max_size=2),
)
def test_reading_undoes_writing(secret: bytes, number: int, more: list[int]) -> None:
    message = Outer(secret=secret, inner=Inner(number=number), more=tuple(more))
    assert Outer.from_wire(message.to_wire()) == message


def test_a_message_is_frozen() -> None:
    with pytest.raises(AttributeError):
        OUTER.secret = b"5678"


def test_repr_hides_the_secret() -> None:
    assert repr(OUTER) == str(OUTER) == f"{OUTER}" == "<Outer>"
    assert repr([OUTER]) == "[<Outer>]"


def test_a_refusal_repeats_nothing_of_what_was_given() -> None:
    with pytest.raises(WrongShape) as refusal:
        Outer(secret=b"a mother's name", inner=Inner(number=5), more=()).to_wire()
    assert "mother" not in str(refusal.value)
    with pytest.raises(WrongShape) as refusal:
        text(4).write("a mother's name")
    assert "mother" not in str(refusal.value)
