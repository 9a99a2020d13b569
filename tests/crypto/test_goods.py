"""The table of goods and the dishes keep what a person's handwriting and typing need of them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

import pytest

from crypto.goods import (
    DISHES,
    GOODS,
    LANGUAGES,
    NUMBER_BY_LETTERS,
    UNIT_WORDS,
    UNITS,
    Dish,
    Good,
    Language,
    letters,
    suggest,
    words,
)

ALPHABETS: dict[Language, frozenset[str]] = {
    "be": frozenset("абвгдеёжзійклмнопрстуўфхцчшыьэюя’ -"),
    "ru": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя -"),
    "en": frozenset("abcdefghijklmnopqrstuvwxyz' -"),
}

# Letters that look alike in both scripts, as they are written by hand or printed.
LOOK_ALIKES = str.maketrans("acehikmoptuxyb", "асенікмортихув")

TABLES = pytest.mark.parametrize("table", [GOODS, DISHES], ids=["goods", "dishes"])


def named(table: tuple[Good | Dish, ...]) -> Iterator[tuple[int, Language, str]]:
    for row in table:
        for language in LANGUAGES:
            yield row.number, language, row.names[language]


def one_slip(name: str) -> Iterator[str]:
    """Patterns of *name* with a letter other (`*`), one less, or two neighbours swapped.

    Two names are at most one slip apart (Damerau-Levenshtein, optimal alignment) exactly if a
    pattern or name of the one is a pattern or name of the other; some pairs two apart are caught
    too (one letter less on either side), which `are_near` sorts out.
    """
    for i in range(len(name)):
        yield name[:i] + "*" + name[i + 1 :]
        yield name[:i] + name[i + 1 :]
        if i:
            yield name[: i - 1] + name[i] + name[i - 1] + name[i + 1 :]


def are_near(a: str, b: str) -> bool:
    """Whether one slip, or none, makes *b* of *a*."""
    if a == b:
        return True
    if len(a) == len(b):
        differ = [i for i in range(len(a)) if a[i] != b[i]]
        if len(differ) == 1:
            return True
        return (
            len(differ) == 2
            and differ[1] == differ[0] + 1
            and a[differ[0]] == b[differ[1]]
            and a[differ[1]] == b[differ[0]]
        )
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def test_there_are_512_goods_numbered_in_order():
    assert [good.number for good in GOODS] == list(range(512))


def test_there_are_64_dishes_numbered_in_order_each_with_its_own_picture():
    assert [dish.number for dish in DISHES] == list(range(64))
    assert len({dish.picture for dish in DISHES}) == 64
    assert all(set(dish.picture) <= set("abcdefghijklmnopqrstuvwxyz-") for dish in DISHES)


@TABLES
def test_names_are_written_in_their_alphabet_and_in_lower_case(table):
    for number, language, name in named(table):
        assert set(name) <= ALPHABETS[language], (number, language)


@TABLES
def test_names_are_short_tidy_and_composed(table):
    for number, language, name in named(table):
        assert len(letters(name)) >= 2, (number, language)
        assert len(name) <= 28, (number, language)
        assert " ".join(name.split()) == name, (number, language)
        assert unicodedata.normalize("NFC", name) == name, (number, language)


@TABLES
def test_no_two_rows_share_a_name_in_any_two_languages(table):
    owners: dict[str, int] = {}
    for number, _, name in named(table):
        assert owners.setdefault(letters(name), number) == number, name


@TABLES
def test_no_two_rows_share_a_name_even_to_the_eye(table):
    owners: dict[str, int] = {}
    for number, _, name in named(table):
        seen = letters(name).translate(LOOK_ALIKES)
        assert owners.setdefault(seen, number) == number, name


@TABLES
def test_one_slip_never_turns_a_name_into_that_of_another_row(table):
    sharing: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for number, _, name in named(table):
        plain = letters(name)
        for pattern in (plain, *one_slip(plain)):
            sharing[pattern].add((number, plain))

    near = {
        (a, b)
        for entries in sharing.values()
        for number, a in entries
        for other, b in entries
        if number < other and are_near(a, b)
    }

    assert near == set()


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("гарбуз", "арбуз", True),
        ("корица", "курица", True),
        ("абв", "авб", True),
        ("сливки", "сливы", False),
        ("абв", "вба", False),
    ],
)
def test_the_measure_of_a_slip_is_itself_right(a, b, near):
    assert are_near(a, b) is are_near(b, a) is near
    if near:
        assert {a, *one_slip(a)} & {b, *one_slip(b)}


def test_no_belarusian_or_russian_name_is_another_with_a_word_more():
    """Nobody who leaves a word out hits another good: there is no "хлеб" beside "белый хлеб"."""
    by_words = {
        (number, frozenset(words(name)))
        for number, language, name in named(GOODS)
        if language != "en"
    }
    for number, few in by_words:
        for other, many in by_words:
            assert number == other or not few <= many, (few, many)


def test_no_name_begins_or_ends_with_a_word_that_could_be_its_unit():
    for _, _, name in named(GOODS):
        assert not {words(name)[0], words(name)[-1], letters(name)} & UNIT_WORDS, name


def test_every_unit_is_used_and_has_its_forms_in_every_language():
    assert {good.unit.slug for good in GOODS} == set(UNITS)
    for unit in UNITS.values():
        for language in LANGUAGES:
            assert len(unit.forms[language]) == 3
            for form in unit.forms[language]:
                assert set(form) <= ALPHABETS[language]
                assert len(words(form)) == 1


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("be", "пачка пачкі пачкі пачкі пачак пачак пачак пачак"),
        ("ru", "пачка пачки пачки пачки пачек пачек пачек пачек"),
        ("en", "pack packs packs packs packs packs packs packs"),
    ],
)
def test_a_unit_takes_the_form_of_its_quantity(language, forms):
    assert [UNITS["pack"].form(n, language) for n in range(1, 9)] == forms.split()


def test_letters_fold_what_hands_and_keyboards_do_differently():
    assert letters("Кеш’ю") == letters("кеш'ю") == letters("КЕШʼЮ") == letters("кешю")
    assert letters("мёд") == letters("мед") == letters("ме\u0308д") == letters("МЁД")
    assert letters("йогурт") == letters("и\u0306огурт") != letters("иогурт")
    assert letters("вяндлі на\u00a0") == letters("вянд-лiна".replace("i", "і"))
    assert letters("капу\u0301ста") == "капуста"
    assert letters(" —12,;:×") == ""


def test_й_and_ў_are_not_и_and_у():
    assert letters("й") != letters("и")
    assert letters("ў") == letters("у\u0306") != letters("у")


def test_every_name_finds_its_good():
    for number, _, name in named(GOODS):
        assert NUMBER_BY_LETTERS[letters(name)] == number


def test_a_name_typed_in_full_is_suggested_first():
    for number, _, name in named(GOODS):
        assert suggest(name)[0].number == number, name


def test_suggestions_begin_with_names_and_go_on_with_later_words():
    russian = [good.names["ru"] for good in suggest("мор", limit=50)]

    assert russian.index("морковь") < russian.index("клюквенный морс")
    assert "мороженое" in russian


def test_suggestions_ignore_case_and_come_in_every_language():
    assert suggest("ГРЭЧ")[0] == suggest("греч")[0] == suggest("Buck-wh")[0] == GOODS[0]


def test_suggestions_are_limited_distinct_and_never_everything():
    assert len(suggest("к")) == 8
    assert len(suggest("к", limit=3)) == 3
    assert suggest("к", limit=0) == []
    assert suggest("") == suggest(" 12 — ") == []
    assert suggest("ъъъ") == []
    found = [good.number for good in suggest("с", limit=512)]
    assert len(found) == len(set(found))
