"""Nine lines are one key, however they are typed; what is not nine lines is refused politely."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import math
import unicodedata
from collections import Counter
from fractions import Fraction

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from crypto import lists
from crypto.errors import (
    ListError,
    RepeatedGood,
    UnknownGood,
    WrongLength,
    WrongNumberOfLines,
    WrongQuantity,
)
from crypto.goods import LANGUAGES
from crypto.lists import (
    DISHES,
    GOODS,
    LINES,
    LIST_PROFILE,
    MAX_QUANTITY,
    Line,
    canonical_bytes,
    dish_of,
    draw_list,
    format_line,
    grocery_list,
    list_to_key,
    parse_line,
    parse_list,
)

NINE = [
    "гречка 2",
    "рис 3",
    "мёд 1",
    "чеснок 4",
    "кефир 2",
    "яйца 1",
    "сметана 5",
    "квас 8",
    "сом 1",
]

LISTS = st.lists(
    st.builds(Line, st.integers(0, 511), st.integers(1, MAX_QUANTITY)),
    min_size=LINES,
    max_size=LINES,
    unique_by=lambda line: line.good,
)


def as_somebody_types_it(line: Line, draw: st.DataObject) -> str:
    """One of the many ways to write *line*."""
    good = GOODS[line.good]
    pick = lambda *choices: draw.draw(st.sampled_from(choices))  # noqa: E731
    name = good.names[pick(*LANGUAGES)]
    name = pick(name, name.upper(), name.title(), name.replace(" ", ""), name.replace(" ", "  "))
    name = pick(name, name.replace("ё", "е").replace("Ё", "Е"))
    name = pick(name, name.replace("’", "'"), name.replace("’", "ʼ"), name.replace("’", ""))
    unit = good.unit.form(pick(*range(1, 9)), pick(*LANGUAGES))
    unit = pick(unit, unit.upper(), f"{unit}.")
    n = line.quantity
    text = pick(
        f"{name} {n}",
        f"{name}{n}",
        f"{n} {name}",
        f"{n}{name}",
        f"{name} — {n} {unit}",
        f"{name}: {n}{unit}",
        f"{n} {unit} {name}",
        f"{name}, {unit} {n}",
        f"- {name} - {n}",
        f"{n}x {name}",
        f"{n} х {name};",
        f"{name} ×{n}",
        f"{name} (x{n})",
    )
    return unicodedata.normalize(pick("NFC", "NFD", "NFKC", "NFKD"), text)


@given(LISTS, st.data())
def test_order_language_and_handwriting_do_not_matter(lines, data):
    texts = [as_somebody_types_it(line, data) for line in data.draw(st.permutations(lines))]

    typed = parse_list(texts)

    assert typed == grocery_list(lines)
    assert canonical_bytes(typed) == canonical_bytes(grocery_list(sorted(lines)))


@given(LISTS)
def test_there_is_no_checksum_any_nine_different_goods_are_a_list(lines):
    assert len(canonical_bytes(grocery_list(lines))) == 27


def test_every_good_quantity_and_language_reads_back_as_written():
    for good in range(512):
        for quantity in range(1, MAX_QUANTITY + 1):
            line = Line(good, quantity)
            for language in LANGUAGES:
                assert parse_line(format_line(line, language)) == line


def test_a_line_is_shown_as_one_would_write_it():
    assert format_line(Line(0, 2), "be") == "Грэчка — 2 пачкі"
    assert format_line(Line(0, 5), "ru") == "Гречка — 5 пачек"
    assert format_line(Line(0, 2), "en") == "Buckwheat — 2 packs"
    assert format_line(Line(1, 1), "en") == "Rice — 1 kg"


@pytest.mark.parametrize(
    ("text", "good", "quantity"),
    [
        ("2 пачкі грэчка", "buckwheat", 2),
        ("гречка 2", "buckwheat", 2),
        ("Гречка — 2 пачки", "buckwheat", 2),
        ("3x rice", "rice", 3),
        ("rice: 3 kg", "rice", 3),
        ("rice x 3", "rice", 3),
        ("РИС×3", "rice", 3),
        ("рис, 3 кг.", "rice", 3),
        ("rice: 3 kilos", "rice", 3),
        ("куриные бедра 1", "chicken thighs", 1),
        ("КЕШʼЮ - 4 шт", "cashews", 4),
        ("мои\u0306ва 2", "capelin", 2),
        ("хек 1", "hake", 1),
        ("1 х хек", "hake", 1),
    ],
)
def test_people_write_lines_in_their_own_ways(text, good, quantity):
    line = parse_line(text)

    assert (GOODS[line.good].names["en"], line.quantity) == (good, quantity)


@pytest.mark.parametrize(
    "text",
    [
        "гречка",
        "гречка 0",
        "гречка 9",
        "гречка 10",
        "гречка 02",
        "2 гречка 3",
        "гречка 2 2",
        "гречка 1.5",
        "1. гречка — 2",
        "гречка ½",
        "гречка ²",
        "гречка ٣",
        "гречка 2²",
        "гречка две",
        "",
        "—",
    ],
)
def test_a_line_has_exactly_one_number_from_1_to_8(text):
    with pytest.raises(WrongQuantity):
        parse_line(text)


@pytest.mark.parametrize("quantity", [1, 8])
def test_the_least_and_the_greatest_quantity_are_quantities(quantity):
    assert parse_line(f"гречка {quantity}").quantity == quantity


@pytest.mark.parametrize(
    "text",
    [
        "единорог 2",
        "греча 2",
        "гречки 2",
        "гречка рис 2",
        "гречка 2 рис",
        "гречка 2 пачки кг",
        "пачки 2 гречка",
        "гре 2 чка",
        "2 пачки",
        "2",
        "2 x",
        "3хрис",
    ],
)
def test_what_is_not_in_the_table_is_refused_and_never_guessed(text):
    with pytest.raises(UnknownGood):
        parse_line(text)


def test_a_line_has_at_most_120_characters():
    longest = "гречка" + " " * 113 + "2"
    assert len(longest) == 120
    assert parse_line(longest) == Line(0, 2)

    with pytest.raises(UnknownGood):
        parse_line(" " + longest)


def test_lines_that_say_nothing_are_skipped():
    assert parse_list(["", " \t", *NINE[:4], "—", "\ufeff", *NINE[4:], ""]) == parse_list(NINE)


@pytest.mark.parametrize("count", [0, 1, 8, 10, 64])
def test_a_list_has_nine_lines(count):
    with pytest.raises(WrongNumberOfLines) as refusal:
        parse_list([f"гречка {1 + n % 8}" for n in range(count)])

    assert refusal.value.line_number is None


def test_a_text_has_at_most_64_lines():
    filling = [""] * (64 - LINES)
    assert parse_list(NINE + filling) == parse_list(NINE)

    with pytest.raises(WrongNumberOfLines):
        parse_list([*NINE, *filling, ""])


def test_an_endless_text_is_refused_like_a_long_one():
    with pytest.raises(WrongNumberOfLines):
        parse_list(itertools.repeat(""))
    with pytest.raises(WrongNumberOfLines):
        grocery_list(itertools.repeat(Line(0, 1)))


@pytest.mark.parametrize(
    ("text", "error"),
    [("единорог 2", UnknownGood), ("рис 9", WrongQuantity), ("buckwheat: 7", RepeatedGood)],
)
def test_an_error_says_on_which_line_and_never_what_was_typed(text, error):
    texts = ["", *NINE]
    texts[6] = text

    with pytest.raises(error) as refusal:
        parse_list(texts)

    assert refusal.value.line_number == 7
    assert not set(lists.words(text)) & set(lists.words(str(refusal.value)))
    assert refusal.value.__cause__ is None


@given(st.text(max_size=200))
def test_any_text_is_a_line_or_a_list_error(text):
    try:
        line = parse_line(text)
    except ListError as refusal:
        assert refusal.code in {"unknown_good", "wrong_quantity"}  # noqa: PT017
    else:
        assert line in {Line(line.good, quantity) for quantity in range(1, 9)}


@pytest.mark.parametrize("count", [8, 10])
def test_a_list_of_another_length_cannot_be_made(count):
    with pytest.raises(WrongNumberOfLines):
        grocery_list(Line(good, 1) for good in range(count))


def test_a_list_with_a_good_twice_cannot_be_made():
    with pytest.raises(RepeatedGood):
        grocery_list([Line(good, 1) for good in range(8)] + [Line(0, 2)])


@pytest.mark.parametrize("good", [-1, 512])
def test_a_line_outside_the_table_cannot_be_made(good):
    with pytest.raises(UnknownGood):
        Line(good, 1)


@pytest.mark.parametrize("quantity", [0, 9])
def test_a_line_with_another_quantity_cannot_be_made(quantity):
    with pytest.raises(WrongQuantity):
        Line(0, quantity)


def test_the_first_and_the_last_good_and_quantity_are_lines():
    assert Line(0, 1) < Line(511, 8)


def test_repr_hides_the_list():
    nine = grocery_list(Line(300 + good, 7) for good in range(LINES))

    assert repr(nine) == str(nine) == f"{nine}" == "<GroceryList>"
    assert repr(nine.lines[0]) == str(nine.lines[0]) == "<Line>"


def test_canonical_bytes_are_pairs_by_rising_good():
    nine = grocery_list(Line(good, 1 + good % 8) for good in (511, 256, 0, 1, 2, 3, 4, 5, 255))

    assert canonical_bytes(nine).hex(" ", 3) == (
        "000001 000102 000203 000304 000405 000506 00ff08 010001 01ff08"
    )


# Frozen. The key was confirmed by OpenSSL's Argon2id, the dish by HMAC written out.
VECTOR = [Line(50 * n + 7, 1 + n % 8) for n in range(LINES)]
VECTOR_KEY = bytes.fromhex("c1b9cb625a4ecdee86d3517f4e17fd890eccaaba5f13c379c98bd623d5e243b8")
VECTOR_DISH = "fish-soup"


def test_a_list_is_the_key_it_always_was():
    nine = grocery_list(reversed(VECTOR))

    assert canonical_bytes(nine).hex() == "000701003902006b03009d0400cf05010106013307016508019701"
    assert list_to_key(nine) == VECTOR_KEY
    assert dish_of(VECTOR_KEY).picture == VECTOR_DISH


def test_another_implementation_of_argon2id_gives_the_same_key():
    assert (LIST_PROFILE.memory_kib, LIST_PROFILE.passes, LIST_PROFILE.lanes) == (19_456, 2, 1)
    other = Argon2id(
        salt=b"klunak/1/list".ljust(16, b"\0"),
        length=32,
        iterations=2,
        lanes=1,
        memory_cost=19_456,
    )

    assert other.derive(canonical_bytes(grocery_list(VECTOR))) == VECTOR_KEY


def test_the_dish_is_six_bits_of_hkdf():
    prk = hmac.digest(bytes(32), VECTOR_KEY, hashlib.sha256)
    okm = hmac.digest(prk, b"klunak/1/dish\x01", hashlib.sha256)

    assert dish_of(VECTOR_KEY) is DISHES[okm[0] & 63]


def test_one_other_quantity_is_another_key():
    first, *rest = VECTOR
    slip = grocery_list([Line(first.good, first.quantity + 1), *rest])

    assert list_to_key(slip) != VECTOR_KEY


@pytest.mark.parametrize("length", [0, 31, 33])
def test_only_a_list_key_has_a_dish(length):
    with pytest.raises(WrongLength):
        dish_of(bytes(length))


def test_every_dish_is_somebodys():
    seen = Counter(dish_of(number.to_bytes(32, "big")).number for number in range(2_000))

    assert len(seen) == 64


def test_drawing_asks_exactly_as_often_and_as_far_as_it_must():
    asked = []

    def least(below: int) -> int:
        asked.append(below)
        return 0

    drawn = draw_list(least)

    assert asked == [*range(504, 513), *[8] * 9]
    assert [line.good for line in drawn.lines] == [0, *range(504, 512)]
    assert {line.quantity for line in drawn.lines} == {1}


def test_the_greatest_draw_is_a_list_too():
    drawn = draw_list(lambda below: below - 1)

    assert [line.good for line in drawn.lines] == list(range(503, 512))
    assert {line.quantity for line in drawn.lines} == {8}


@pytest.mark.parametrize(("count", "below"), [(1, 4), (2, 5), (3, 6), (4, 6)])
def test_every_set_of_goods_is_drawn_equally_often(count, below):
    """All the answers a fair generator could give, each once."""
    likely: dict[frozenset[int], Fraction] = Counter()
    choices = [range(last + 1) for last in range(below - count, below)]
    for answers in itertools.product(*choices):
        given_answers = iter(answers)
        drawn = lists._draw_distinct(count, below, lambda _, it=given_answers: next(it))
        likely[frozenset(drawn)] += Fraction(1, math.prod(len(choice) for choice in choices))

    assert set(likely.values()) == {Fraction(1, math.comb(below, count))}
    assert len(likely) == math.comb(below, count)


def test_lists_are_drawn_from_the_systems_generator_by_default():
    drawn = [draw_list() for _ in range(200)]

    assert len(set(drawn)) == 200
    assert {line.quantity for nine in drawn for line in nine.lines} == set(range(1, 9))
    assert len({line.good for nine in drawn for line in nine.lines}) > 450
