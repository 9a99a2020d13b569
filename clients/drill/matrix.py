"""Adversary × secret: what a seizure of each yielded in this drill, in a word and a number.

Counted is what opened or was found, of everybody who was tried; docs/threat-model.md has why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from clients.drill.attacks import Advantage
from clients.drill.coercion import Coerced
from clients.drill.estimates import Estimate
from clients.drill.place import Place, kind_of


class Yield(Enum):
    """What somebody gets of a kind of secret. The value is what a reader sees."""

    NOTHING = "nothing"
    GUESS = "a guess"
    SOME = "some"
    ALL = "all"


@dataclass(frozen=True)
class Cell:
    """How much, and a number that says it."""

    much: Yield
    number: str = ""

    def __str__(self) -> str:
        return f"{self.much.value}: {self.number}" if self.number else self.much.value


ATTRIBUTES, PAIRS, PEOPLE = "region, needs", "who was matched", "numbers of people"

_KINDS = {
    "names, addresses": re.compile(r".*: (name|phone|street)\b.*"),
    "messages, codes": re.compile(r"code\b.*|.*: (words|thanks|answer|terms|order facts).*"),
    ATTRIBUTES: re.compile(r"attributes of a card|shelf"),
    PAIRS: re.compile(r"a pair|a partner"),
    "lists": re.compile(r".*: (list|line|list key)\b.*"),
    PEOPLE: re.compile(r"attributes of a card|pending threads"),
}
"""By name of the secret, which kinds of marker and which counts of coercion show it."""

SECRETS = tuple(_KINDS)

_OFF = ("node_disk", "node_core", "table_internals", "shared_directories")
_SEIZED = {
    "node, switched off": _OFF,
    "node, running": (*_OFF, "node_memory", "postgresql_memory"),
    "matcher, off, without its passphrase": ("matcher_disk",),
}
_COERCED = {
    "matcher, running, with the node's records": "matcher_passphrase",
    "one coordinator's passphrase": "coordinator_passphrase",
    "one family's list": "family_list",
    "one donor's list": "donor_list",
}

Matrix = dict[str, dict[str, Cell]]


def matrix_of(
    places: Mapping[str, Place],
    coercion: Mapping[str, Coerced],
    link: Mapping[str, Advantage],
    estimates: Mapping[str, Estimate],
) -> Matrix:
    """By adversary and secret, from what a drill found, opened, guessed and estimated."""
    totals = {ATTRIBUTES: "open_cards", PAIRS: "matches", PEOPLE: "open_cards"}
    there = {what: estimates[name].true for what, name in totals.items() if name in estimates}
    rows: Matrix = {}
    for adversary, names in _SEIZED.items():
        searched = [places[name] for name in names if name in places]
        row = rows[adversary] = _row(_found(searched), there)
        named = sum(place.surplus.total() for place in searched)
        if named:
            row[ATTRIBUTES] = Cell(Yield.SOME, f"{named:,}")
    for adversary, what in _COERCED.items():
        rows[adversary] = _row(coercion[what].opens if what in coercion else Counter(), there)
    for adversary in ("node, switched off", "node, running"):
        rows[adversary] |= _guessed(link, estimates)
    return rows


def _row(shown: Counter[str], there: Mapping[str, float]) -> dict[str, Cell]:
    return {what: _cell(_sum(shown, kinds), there.get(what)) for what, kinds in _KINDS.items()}


def _cell(count: int, of: float | None) -> Cell:
    if not count:
        return Cell(Yield.NOTHING)
    return Cell(Yield.ALL if of is not None and count >= of else Yield.SOME, f"{count:,}")


def _sum(shown: Counter[str], kinds: re.Pattern[str]) -> int:
    return sum(count for kind, count in shown.items() if kinds.fullmatch(kind))


def _found(places: Iterable[Place]) -> Counter[str]:
    return Counter(kind_of(find.marker) for place in places for find in place.told)


def _guessed(link: Mapping[str, Advantage], estimates: Mapping[str, Estimate]) -> dict[str, Cell]:
    """What a node's rows tell without a word of theirs: who was matched, if a guess is certainly
    better than a blind one, and how many people there are."""
    cells: dict[str, Cell] = {}
    matched, people = link.get("request_offer"), estimates.get("active_people")
    if matched is not None and matched.lower > 0:
        cells[PAIRS] = Cell(Yield.GUESS, f"{matched.advantage:+.3f}")
    if people is not None:
        cells[PEOPLE] = Cell(Yield.GUESS, f"{people.estimated:,.0f} of {people.true:,.0f}")
    return cells
