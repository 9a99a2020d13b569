"""Who takes part in a tour: people composed by lot from a scenario file, and what each will do.

Everything a person types is composed here, so everything that must not be found later is known.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from typing import Any, cast

from crypto.lists import GroceryList, Language, draw_list, list_to_key
from crypto.messages.shelf import Wish
from matching.catalogue import Catalogue, Mode, Need, Region, Size, bits

LANGUAGES: tuple[Language, ...] = ("be", "ru", "en")


class FamilyHabit(StrEnum):
    """How a family behaves, beyond asking and confirming."""

    PLAIN = "plain"
    WITHDRAWS = "withdraws"
    NEVER_CONFIRMS = "never confirms"
    SLIPS = "types its list wrong once"
    AGAIN = "asks for the same donor again"


class DonorHabit(StrEnum):
    """How a donor behaves, beyond accepting and sending."""

    PLAIN = "plain"
    SILENT = "never answers"
    DECLINES = "cannot, the first time"
    CODE_FAILS = "sends a code that fails, then another"
    AGAIN = "asks for the same family again"
    INFILTRATOR = "collects addresses and sends nothing"


@dataclass
class Player:
    """Somebody in the tour. The list is all they keep; the rest stands for their memory."""

    number: int
    language: Language
    groceries: GroceryList = field(repr=False)
    wish: Wish
    words: str = field(repr=False)
    sittings: int = 0
    drawn_key: bytes = field(default=b"", repr=False)
    """Of one of a crowd: in place of what Argon2id would make of the list."""
    arrives: int = 1
    """The epoch of the first sitting."""

    @property
    def is_of_crowd(self) -> bool:
        """Whether this one's device is spared the slowest of its work."""
        return self.drawn_key != b""

    def key(self) -> bytes:
        """The list key, 32 bytes, worked out anew each time."""
        return self.drawn_key or list_to_key(self.groceries)


@dataclass
class FamilyPlayer(Player):
    """A family: what it types when an address, a locker or thanks are due."""

    habit: FamilyHabit = FamilyHabit.PLAIN
    invited: bool = True
    parcels: int = 1
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    street: str = field(default="", repr=False)
    terms: dict[Mode, str] = field(default_factory=dict, repr=False)
    thanks: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)


@dataclass
class DonorPlayer(Player):
    """A donor: slots, voucher codes drawn one by one, facts of an order."""

    habit: DonorHabit = DonorHabit.PLAIN
    orders: str = field(default="", repr=False)


@dataclass
class Scenario:
    """Everybody of one tour, and the lot that everything is drawn by."""

    families: list[FamilyPlayer]
    donors: list[DonorPlayer]
    questions: list[str]
    lot: random.Random = field(repr=False)


def compose(families: int, donors: int, *, seed: int, catalogue: Catalogue) -> Scenario:
    """People for a tour; the same numbers and seed give the same people."""
    # A tour can be replayed; nothing here protects anybody, so a seeded generator is right.
    lot = random.Random(seed)  # noqa: S311
    texts = scenario_texts()
    habits = _dealt(_FAMILY_HABITS, families, FamilyHabit.PLAIN)
    donor_habits = _dealt(_DONOR_HABITS, donors, DonorHabit.PLAIN)
    return Scenario(
        families=[family_by_lot(n, habits[n], texts, lot, catalogue) for n in range(families)],
        donors=[donor_by_lot(n, donor_habits[n], texts, lot, catalogue) for n in range(donors)],
        questions=texts["coordinator_questions"],
        lot=lot,
    )


def scenario_texts() -> dict[str, Any]:
    """What people say and are called, by what it is."""
    return tomllib.loads(files("clients.scenarios").joinpath("belarus.toml").read_text("utf-8"))


# In each cycle of ten, one of each; everybody else is plain.
_FAMILY_HABITS = {
    1: FamilyHabit.SLIPS,
    3: FamilyHabit.WITHDRAWS,
    5: FamilyHabit.NEVER_CONFIRMS,
    7: FamilyHabit.AGAIN,
}
_DONOR_HABITS = {
    2: DonorHabit.SILENT,
    4: DonorHabit.DECLINES,
    6: DonorHabit.CODE_FAILS,
    8: DonorHabit.AGAIN,
}


def _dealt(habits: dict[int, Any], count: int, plain: Any) -> list[Any]:
    dealt = [habits.get(n % 10, plain) for n in range(count)]
    if plain is DonorHabit.PLAIN and count:
        dealt[0] = DonorHabit.INFILTRATOR  # exactly one: the figure asked for is per infiltrator
    return dealt


def _draw(lot: random.Random) -> GroceryList:
    return draw_list(lot.randrange)


def _pick(lot: random.Random, texts: Sequence[str]) -> str:
    return lot.choice(list(texts))


def _phone(lot: random.Random) -> str:
    return f"+375 {lot.choice((25, 29, 33, 44))} {lot.randrange(1_000_000, 9_999_999)}"


def family_by_lot(
    number: int,
    habit: FamilyHabit,
    texts: dict[str, Any],
    lot: random.Random,
    catalogue: Catalogue,
    *,
    invited: bool | None = None,
) -> FamilyPlayer:
    """A family; whether it has an invite goes by its number unless *invited* says."""
    region = lot.randrange(len(Region))
    name = f"{_pick(lot, texts['first_names'])} {_pick(lot, texts['last_names'])} {_tail(lot)}"
    phone = _phone(lot)
    house, flat = lot.randrange(1, 140), lot.randrange(1, 220)
    street = f"{_pick(lot, texts['streets'])} {house}-{flat}-{_tail(lot)}"
    facts = {
        "name": name,
        "phone": phone,
        "street": street,
        "town": _pick(lot, texts["towns"][region]),
        "locker": f"{lot.randrange(10, 99)}-{_tail(lot)}",
        "house": house,
        "flat": flat,
        "door": lot.randrange(10, 9_999),
    }
    preset = lot.randrange(1, len(catalogue.presets))
    needs = bits({Need.FOOD, lot.choice((Need.FOOD, Need.CHILD))})
    possible = catalogue.modes(region=Region(region), preset=preset, needs=needs)
    # One mode in turn, so that every mode is seen in a small tour too; some accept everything.
    # The page offers only what is possible, so nobody asks for what never comes.
    wanted = lot.choice((1 << number % 3, 1 << number % 3, bits(Mode)))
    invited = number % 7 != 4 if invited is None else invited
    return FamilyPlayer(
        number=number,
        language=LANGUAGES[number % 3],
        groceries=_draw(lot),
        wish=Wish(
            regions=1 << region,
            modes=possible & wanted or possible,
            preset=preset,
            size=lot.choice((0, 0, 1, 2)),
            needs=needs,
            urgency=lot.randrange(2),
        ),
        words="" if invited else f"{_pick(lot, texts['words'])} {_tail(lot)}",
        habit=habit,
        invited=invited,
        parcels=2 if habit is FamilyHabit.AGAIN else 1,
        name=name,
        phone=phone,
        street=street,
        terms={
            Mode.LOCKER: texts["locker_terms"].format(**facts),
            Mode.DELIVERY: texts["delivery_terms"].format(**facts),
        },
        thanks=f"{_pick(lot, texts['thanks'])} {_tail(lot)}",
        answer=f"{_pick(lot, texts['answers'])} {_tail(lot)}",
    )


def donor_by_lot(
    number: int,
    habit: DonorHabit,
    texts: dict[str, Any],
    lot: random.Random,
    catalogue: Catalogue,
) -> DonorPlayer:
    """A donor."""
    regions = lot.sample(list(Region), k=lot.randrange(4, len(Region) + 1))
    modes = list(Mode)
    if habit is DonorHabit.INFILTRATOR:
        regions, modes = list(Region), [Mode.LOCKER, Mode.DELIVERY]
    elif habit is DonorHabit.CODE_FAILS:
        modes = [Mode.VOUCHER]
    return DonorPlayer(
        number=number,
        language=LANGUAGES[(number + 1) % 3],
        groceries=_draw(lot),
        wish=Wish(
            regions=bits(regions),
            modes=bits(modes),
            preset=len(catalogue.presets) - 1,
            size=lot.choice((Size.MEDIUM, Size.LARGE, Size.LARGE)),
            needs=bits(Need),
            urgency=0,
        ),
        words=f"{_pick(lot, texts['donor_words'])} {_tail(lot)}",
        habit=habit,
        orders=cast("str", texts["order_facts"]).format(code=_tail(lot), day=lot.randrange(1, 29)),
    )


def _tail(lot: random.Random) -> str:
    """Ten letters that make a text this person's alone."""
    return "".join(lot.choices("абвгдежзклмнопрстуфхцчшыэюя", k=10))


def draw_code(lot: random.Random) -> str:
    """A voucher's code."""
    return "KV-" + "-".join(
        "".join(lot.choices("23456789ABCDEFGHJKMNPQRSTUVWXYZ", k=4)) for _ in range(4)
    )
