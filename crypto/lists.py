"""Nine lines of a grocery list, and the key they are (protocol.md, section 3).

Promise: the same nine goods and quantities give the same key, in whatever order, language, letter
case or spelling of ё and й they are typed. log2(C(512, 9) · 8⁹) is about 89.4 bits, and every guess
costs an Argon2id.

No promise, on purpose: there is no checksum. Any nine different goods are a list and open
something, so that a person under pressure can hand over any list. What shows a slip of the pen is
the dish, which every list has.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import (
    ListError,
    RepeatedGood,
    UnknownGood,
    WrongLength,
    WrongNumberOfLines,
    WrongQuantity,
)
from crypto.goods import (
    DISHES,
    DISHES_COUNT,
    GOODS,
    GOODS_COUNT,
    NUMBER_BY_LETTERS,
    UNIT_WORDS,
    Dish,
    Good,
    Language,
    suggest,
    words,
)

__all__ = [
    "DISHES",
    "GOODS",
    "LINES",
    "LIST_KEY_BYTES",
    "LIST_PROFILE",
    "MAX_QUANTITY",
    "Dish",
    "Good",
    "GroceryList",
    "Language",
    "Line",
    "canonical_bytes",
    "dish_of",
    "draw_list",
    "format_line",
    "grocery_list",
    "list_to_key",
    "parse_line",
    "parse_list",
    "suggest",
]

LINES = 9
MAX_QUANTITY = 8
LIST_KEY_BYTES = 32

MAX_LINE_CHARACTERS = 120
"""Four times the longest name, in code points; nobody writes more about a grocery."""

MAX_TEXT_LINES = 64
"""Nine lines and many empty ones; a longer paste is not a list."""

LIST_SALT = b"klunak/1/list\x00\x00\x00"
"""16 bytes, the same for everybody: a person has nothing but the list to keep a salt in."""


@dataclass(frozen=True, slots=True)
class Argon2Profile:
    """The cost of one Argon2id (RFC 9106), under a name."""

    memory_kib: int
    passes: int
    lanes: int
    version: int


LIST_PROFILE = Argon2Profile(memory_kib=19_456, passes=2, lanes=1, version=0x13)
"""OWASP Password Storage Cheat Sheet, 19 MiB: what an old phone's JavaScript can still pay."""


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Line:
    """A good (its number, 0..511) and how many of it (1..8)."""

    good: int
    quantity: int

    def __post_init__(self) -> None:
        if not 0 <= self.good < GOODS_COUNT:
            raise UnknownGood("not in the table")
        if not 1 <= self.quantity <= MAX_QUANTITY:
            raise WrongQuantity("a quantity is a whole number from 1 to 8")

    def __repr__(self) -> str:
        return "<Line>"


@dataclass(frozen=True, slots=True, repr=False)
class GroceryList:
    """A person's only secret. Always nine lines of different goods, by rising good."""

    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        if len(self.lines) != LINES:
            raise WrongNumberOfLines("a list has nine lines")
        if len({line.good for line in self.lines}) != LINES:
            raise RepeatedGood("the same good stands on two lines")
        object.__setattr__(self, "lines", tuple(sorted(self.lines)))

    def __repr__(self) -> str:
        return "<GroceryList>"


def draw_list(randbelow: Callable[[int], int] = secrets.randbelow) -> GroceryList:
    """A list, each of the C(512, 9) · 8⁹ as likely as any other.

    *randbelow(n)* is uniform over 0..n-1; it is asked exactly 18 times.
    """
    goods = sorted(_draw_distinct(LINES, GOODS_COUNT, randbelow))
    return grocery_list(Line(good, 1 + randbelow(MAX_QUANTITY)) for good in goods)


def grocery_list(lines: Iterable[Line]) -> GroceryList:
    """The list of these *lines*, in any order.

    Raises WrongNumberOfLines, then RepeatedGood.
    """
    return GroceryList(tuple(islice(lines, LINES + 1)))


def parse_list(text_lines: Iterable[str]) -> GroceryList:
    """What a person typed, line by line.

    Lines with neither letter nor digit are skipped. Every error carries `line_number`: that of the
    offending line among *text_lines*, from 1, or None if the number of lines is what is wrong.
    """
    texts = list(islice(text_lines, MAX_TEXT_LINES + 1))
    written = [(number, text) for number, text in enumerate(texts, start=1) if not _is_empty(text)]
    if len(texts) > MAX_TEXT_LINES or len(written) != LINES:
        raise _at(None, WrongNumberOfLines("a list has nine lines"))
    lines: dict[int, Line] = {}
    for number, text in written:
        try:
            line = parse_line(text)
        except ListError as error:
            raise _at(number, error) from None
        if line.good in lines:
            raise _at(number, RepeatedGood("the same good stands on two lines"))
        lines[line.good] = line
    return grocery_list(lines.values())


def parse_line(text: str) -> Line:
    """One line: a good, exactly one number, and beside the number a unit or none.

    "Гречка - 2 пачки", "2 пачкі грэчка", "гречка 2", "3x rice", "rice: 3 kg". The number stands
    before the name or after it; the unit is read and ignored. Raises UnknownGood for a line over
    120 characters, then WrongQuantity, then UnknownGood. No error repeats what was typed.
    """
    if len(text) > MAX_LINE_CHARACTERS:
        raise UnknownGood("a line has at most 120 characters")
    quantity, before, after = _split_at_quantity(text)
    # "x", "х" and "×" are the times sign when they stand alone beside the number.
    if before and before[-1] in _TIMES:
        before = before[:-1]
    if after and after[0] in _TIMES:
        after = after[1:]
    if before and after:
        name = before if len(after) == 1 and after[0] in UNIT_WORDS else []
    elif before:
        name = before[:-1] if before[-1] in UNIT_WORDS else before
    else:
        name = after[1:] if after and after[0] in UNIT_WORDS else after
    good = NUMBER_BY_LETTERS.get("".join(name))
    if good is None:
        raise UnknownGood("not in the table")
    return Line(good, quantity)


def format_line(line: Line, language: Language) -> str:
    """The line as it is shown and written down: the good, a dash, how many of its unit."""
    good = GOODS[line.good]
    name = good.names[language]
    unit = good.unit.form(line.quantity, language)
    return f"{name[0].upper()}{name[1:]} — {line.quantity} {unit}"


def canonical_bytes(grocery_list: GroceryList) -> bytes:
    """27 bytes, of which every way to type a list has the same."""
    # 9 × (good u16 big-endian ‖ quantity u8), by rising good
    return b"".join(
        line.good.to_bytes(2, "big") + line.quantity.to_bytes(1, "big")
        for line in grocery_list.lines
    )


def list_to_key(grocery_list: GroceryList) -> bytes:
    """The list key, 32 bytes: Argon2id over `canonical_bytes`; takes a noticeable moment."""
    return hash_secret_raw(
        secret=canonical_bytes(grocery_list),
        salt=LIST_SALT,
        time_cost=LIST_PROFILE.passes,
        memory_cost=LIST_PROFILE.memory_kib,
        parallelism=LIST_PROFILE.lanes,
        hash_len=LIST_KEY_BYTES,
        type=Type.ID,
        version=LIST_PROFILE.version,
    )


def dish_of(list_key: bytes) -> Dish:
    """The dish a list shows: six bits of HKDF-SHA256 (RFC 5869) over its 32-byte key.

    Whoever sees the dish of a list learns those six bits and has saved no Argon2id by it.
    """
    if len(list_key) != LIST_KEY_BYTES:
        raise WrongLength("a list key has 32 bytes")
    # One byte, and an info without a trailing zero: no other key is derived under such a label.
    hkdf = HKDF(algorithm=SHA256(), length=1, salt=None, info=b"klunak/1/dish")
    return DISHES[hkdf.derive(list_key)[0] % DISHES_COUNT]


_TIMES = frozenset({"x", "х"})

_DIGITS = re.compile("[0-9]+")

_SomeError = TypeVar("_SomeError", bound=ListError)


def _draw_distinct(count: int, below: int, randbelow: Callable[[int], int]) -> set[int]:
    """*count* different numbers under *below*, every set as likely as any other.

    Floyd's sampling (Bentley and Floyd, "A sample of brilliance", 1987): it never draws again, so
    no generator, however broken, keeps it from ending.
    """
    drawn: set[int] = set()
    for last in range(below - count, below):
        number = randbelow(last + 1)
        drawn.add(last if number in drawn else number)
    return drawn


def _split_at_quantity(text: str) -> tuple[int, list[str], list[str]]:
    """The one number of a line, the words before it and the words after it."""
    # Other scripts' digits, ½ and ² are numbers too, and not ours to guess at.
    if any(_is_number(character) and not character.isascii() for character in text):
        raise WrongQuantity("a quantity is written in the digits 1 to 8")
    found = list(_DIGITS.finditer(text))
    # The same number twice is refused as well: "rice 2 2" is as likely to mean 22.
    if len(found) != 1:
        raise WrongQuantity("a line has one number")
    (run,) = found
    if len(run[0]) != 1 or not 1 <= int(run[0]) <= MAX_QUANTITY:
        raise WrongQuantity("a quantity is a whole number from 1 to 8")
    return int(run[0]), words(text[: run.start()]), words(text[run.end() :])


def _is_empty(text: str) -> bool:
    return not any(_is_number(character) or character.isalpha() for character in text)


def _is_number(character: str) -> bool:
    return unicodedata.category(character)[0] == "N"


def _at(line_number: int | None, error: _SomeError) -> _SomeError:
    """*error*, which now says on which line: the number, and never the text, of the line."""
    error.line_number = line_number
    return error
