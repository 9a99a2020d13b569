"""What can be bought where: the catalogue of the circle's almanac (protocol.md, section 4).

Codes are bit positions in the sets a card carries, so their order is the wire format: add at the
end, never renumber. The same holds for stores, which carried cards name by number. A store that
closes keeps its number and loses its regions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import NewType, TypeVar

from matching.errors import CatalogueError

STORES_MAX = 256
PRESETS_MAX = 8
NAME_CHARACTERS_MAX = 64


class Region(IntEnum):
    """The six oblasts and the city of Minsk."""

    MINSK_CITY = 0
    BREST = 1
    VITEBSK = 2
    HOMEL = 3
    HRODNA = 4
    MINSK = 5
    MAHILIOU = 6


class Mode(IntEnum):
    """How goods travel, in the order of what the *donor* learns: nothing, a locker, an address."""

    VOUCHER = 0
    LOCKER = 1
    DELIVERY = 2


class Size(IntEnum):
    """How much, in ordered levels: about one, two and four weeks of one person's food."""

    SMALL = 0
    MEDIUM = 1
    LARGE = 2


class Need(IntEnum):
    """What, in three classes. Finer ones would make a card a fingerprint."""

    FOOD = 0
    """Groceries that keep: grain, oil, tins, tea, sugar."""
    CHILD = 1
    """For babies and children: formula, nappies, purée."""
    CARE = 2
    """Medical diets and hygiene: sugar-free, gluten-free, soap, pads."""


Bits = NewType("Bits", int)
"""A set of codes: bit k is code k, as cards carry it."""

Code = TypeVar("Code", bound=IntEnum)


def bits(codes: Iterable[int]) -> Bits:
    """The set of *codes*."""
    joined = 0
    for code in codes:
        joined |= 1 << code
    return Bits(joined)


def members(of: type[Code], held: int) -> Iterator[Code]:
    """The codes in a set, rising."""
    return (code for code in of if held >> code & 1)


@dataclass(frozen=True, slots=True)
class Store:
    """One store. Only regions, modes and needs decide a match; the rest is shown to people."""

    name: str
    regions: Bits
    modes: Bits
    needs: Bits
    foreign_cards: bool
    foreign_cards_as_of: int
    """The day (since 1970) on which somebody last tried a foreign card there."""
    asks_phone: bool
    asks_name: bool

    def serves(self, *, mode: Mode, region: Region) -> bool:
        """Whether it sends to *region* by *mode*."""
        return bool(self.modes >> mode & 1 and self.regions >> region & 1)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Stores, and nested presets of them: whatever preset k reaches, preset k + 1 reaches too."""

    as_of: int
    stores: tuple[Store, ...]
    presets: tuple[tuple[int, ...], ...]

    def reach(self, preset: int) -> tuple[int, ...]:
        """The stores of *preset*; none if a newer or older almanac had more presets."""
        return self.presets[preset] if preset < len(self.presets) else ()

    def modes(self, *, region: Region, preset: int, needs: int) -> Bits:
        """How *needs* can travel to *region* at all: what is worth offering to choose from."""
        stocked = [self.stores[n] for n in self.reach(preset) if not needs & ~self.stores[n].needs]
        return bits(
            mode for mode in Mode if any(one.serves(mode=mode, region=region) for one in stocked)
        )

    @classmethod
    def from_json(cls, unverified: object) -> Catalogue:
        """Read the almanac's ``catalogue``: exactly these names, or a ``CatalogueError``."""
        fields = _object(unverified, "catalogue", {"as_of", "stores", "presets"})
        as_of = _day(fields["as_of"], "as_of")
        stores = tuple(
            _store(item, f"stores[{number}]", as_of)
            for number, item in enumerate(_array(fields["stores"], "stores", most=STORES_MAX))
        )
        presets = tuple(
            _numbers(item, f"presets[{number}]", below=len(stores))
            for number, item in enumerate(_array(fields["presets"], "presets", most=PRESETS_MAX))
        )
        for number, (smaller, larger) in enumerate(pairwise(presets)):
            if not set(smaller) <= set(larger):
                raise CatalogueError(f"presets[{number + 1}]: does not hold all of the one before")
        return cls(as_of, stores, presets)


STORE_FIELDS = {
    "name",
    "regions",
    "modes",
    "needs",
    "foreign_cards",
    "foreign_cards_as_of",
    "asks_phone",
    "asks_name",
}


def _store(unverified: object, where: str, as_of: int) -> Store:
    fields = _object(unverified, where, STORE_FIELDS)
    name = fields["name"]
    if not isinstance(name, str) or not 1 <= len(name) <= NAME_CHARACTERS_MAX:
        raise CatalogueError(f"{where}.name: 1 to {NAME_CHARACTERS_MAX} characters")
    tried_on = _day(fields["foreign_cards_as_of"], f"{where}.foreign_cards_as_of")
    if tried_on > as_of:
        raise CatalogueError(f"{where}.foreign_cards_as_of: later than the catalogue")
    return Store(
        name=name,
        regions=bits(_numbers(fields["regions"], f"{where}.regions", below=len(Region))),
        modes=bits(_numbers(fields["modes"], f"{where}.modes", below=len(Mode))),
        needs=bits(_numbers(fields["needs"], f"{where}.needs", below=len(Need))),
        foreign_cards=_truth(fields["foreign_cards"], f"{where}.foreign_cards"),
        foreign_cards_as_of=tried_on,
        asks_phone=_truth(fields["asks_phone"], f"{where}.asks_phone"),
        asks_name=_truth(fields["asks_name"], f"{where}.asks_name"),
    )


def _object(value: object, where: str, names: set[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise CatalogueError(f"{where}: not an object")
    if value.keys() != names:
        unknown = len(value.keys() - names)
        missing = ", ".join(sorted(names - value.keys())) or "none"
        raise CatalogueError(f"{where}: missing {missing}; {unknown} unknown names")
    return value


def _array(value: object, where: str, *, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        raise CatalogueError(f"{where}: not an array of at most {most}")
    return value


def _numbers(value: object, where: str, *, below: int) -> tuple[int, ...]:
    """A strictly rising array, so that one set has one spelling."""
    numbers = tuple(_number(item, where, below=below) for item in _array(value, where, most=below))
    if list(numbers) != sorted(set(numbers)):
        raise CatalogueError(f"{where}: not strictly rising")
    return numbers


def _number(value: object, where: str, *, below: int) -> int:
    # bool is an int in Python, and true is not a number in JSON
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        raise CatalogueError(f"{where}: not a number from 0 to {below - 1}")
    return value


def _day(value: object, where: str) -> int:
    return _number(value, where, below=2**32)


def _truth(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise CatalogueError(f"{where}: not true or false")
    return value
