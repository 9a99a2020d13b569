"""The table of goods and the dishes: what a list can say, in three languages.

Everything here is public and the same for everybody. `goods.toml` and `dishes.toml` are the tables;
their numbers are the wire format and are frozen there.

Names are compared by their letters alone (`letters`), so neither case, spacing, hyphens, the kind
of apostrophe, ё for е nor a composed or decomposed й makes two names of one.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

Language = Literal["be", "ru", "en"]

LANGUAGES: tuple[Language, ...] = ("be", "ru", "en")
GOODS_COUNT = 512
DISHES_COUNT = 64


@dataclass(frozen=True, slots=True)
class Unit:
    """What a good is counted in; *forms* are those for 1, for 2 to 4 and for 5 to 8."""

    slug: str
    forms: Mapping[Language, tuple[str, str, str]] = field(hash=False)
    also: tuple[str, ...]
    """What people write besides; read, never written."""

    def form(self, quantity: int, language: Language) -> str:
        """The form that goes with *quantity*, 1 to 8."""
        one, few, many = self.forms[language]
        if quantity == 1:
            return one
        return few if quantity <= 4 else many


@dataclass(frozen=True, slots=True)
class Good:
    """One row of the table; *number* 0..511 is the wire format."""

    number: int
    unit: Unit
    names: Mapping[Language, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Dish:
    """One of 64 dishes; *picture* names its drawing."""

    number: int
    picture: str
    names: Mapping[Language, str] = field(hash=False)


def letters(text: str) -> str:
    """What of *text* counts in a comparison: its letters, folded, and nothing else.

    NFKC, case folded, ё as е, composed again, and then everything that is not a letter goes.
    Modifier letters go as well: ʼ (U+02BC) is a Belarusian apostrophe, and a letter to Unicode.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    composed = unicodedata.normalize("NFC", folded).replace("ё", "е")
    return "".join(character for character in composed if _is_letter(character))


def words(text: str) -> list[str]:
    """The words of *text*, each as `letters` has it."""
    spaced = "".join(
        character if unicodedata.category(character)[0] in "LM" else " "
        for character in unicodedata.normalize("NFKC", text)
    )
    return [word for word in map(letters, spaced.split()) if word]


def suggest(prefix: str, limit: int = 8) -> list[Good]:
    """At most *limit* goods whose name begins with *prefix*, then those where a later word does.

    In any language; what the prefix nearly fills comes first, a name typed in full first of all.
    """
    wanted = letters(prefix)
    if not wanted:
        return []
    best: dict[int, tuple[bool, int, int]] = {}
    for number, starts in _STARTS:
        for position, rest in enumerate(starts):
            if rest.startswith(wanted):
                rank = (position > 0, len(rest), number)
                best[number] = min(best.get(number, rank), rank)
    ranked = sorted(best.values())
    return [GOODS[number] for _, _, number in ranked[:limit]]


def _is_letter(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "L" and category != "Lm"


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("crypto").joinpath(name).read_text(encoding="utf-8"))


def _names(row: dict[str, Any]) -> Mapping[Language, str]:
    return MappingProxyType({language: row[language] for language in LANGUAGES})


def _forms(row: dict[str, Any]) -> Mapping[Language, tuple[str, str, str]]:
    forms: dict[Language, tuple[str, str, str]] = {}
    for language in LANGUAGES:
        one, few, many = row[language]
        forms[language] = (one, few, many)
    return MappingProxyType(forms)


_GOODS_TABLE = _table("goods.toml")

UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        slug: Unit(slug, _forms(row), tuple(row["also"]))
        for slug, row in _GOODS_TABLE["units"].items()
    }
)

GOODS: tuple[Good, ...] = tuple(
    Good(row["number"], UNITS[row["unit"]], _names(row)) for row in _GOODS_TABLE["goods"]
)

DISHES: tuple[Dish, ...] = tuple(
    Dish(row["number"], row["picture"], _names(row)) for row in _table("dishes.toml")["dishes"]
)

NUMBER_BY_LETTERS: Mapping[str, int] = MappingProxyType(
    {letters(name): good.number for good in GOODS for name in good.names.values()}
)
"""Every name of every good, as `letters` has it; no two goods share one."""

UNIT_WORDS: frozenset[str] = frozenset(
    letters(word)
    for unit in UNITS.values()
    for word in (*(form for forms in unit.forms.values() for form in forms), *unit.also)
)
"""Every word that may stand beside a quantity; no good's name begins or ends with one."""

# Per name of a good: the name, then what is left of it from its second word on, from its third, …
_STARTS: tuple[tuple[int, tuple[str, ...]], ...] = tuple(
    (good.number, tuple("".join(parts[first:]) for first in range(len(parts))))
    for good in GOODS
    for parts in map(words, good.names.values())
)
