"""What families and donors are told, in their language: the table of phrases.toml, and its names.

Pure: words come from the table, facts from a view. What a stranger said is never mixed into a
sentence of ours; whoever shows it marks it as a stranger's.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from clients.errors import NodeRefused
from clients.node import OpenEpoch
from clients.people.views import Facts, SlotView, Status
from crypto.almanac import Policy
from crypto.errors import ListError
from crypto.goods import LANGUAGES, Language
from crypto.messages.pages import Kind, Said
from matching.catalogue import Catalogue, Mode, Need, Region, Size, Store, members

Role = Literal["family", "donor"]
Code = Region | Mode | Need | Size

DAY_SECONDS = 86_400
MORNING_HOUR, EVENING_HOUR = 6, 18

_U_AFTER_A_VOWEL = re.compile("(?<=[аеёіоуыэюя]) у ", re.IGNORECASE)

_OVER = frozenset({Status.RECEIVED, Status.WITHDRAWN, Status.FINISHED})


class Phrases:
    """The table, read in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def text(self, name: str, **fields: object) -> str:
        """A line of the table with its fields filled in."""
        line = self._of("line", name).format(**fields)
        # A field may begin with "у", which is said shorter after a vowel: "Вяртайцеся ў аўторак".
        return _U_AFTER_A_VOWEL.sub(" ў ", line) if self.language == "be" else line

    def status(self, role: Role, status: Status) -> str:
        """Where somebody stands."""
        return self._entry(table()["status"][role][status.value])

    def kind(self, kind: int) -> str:
        """What a message says, in a fixed phrase."""
        return self._of("kind", Kind(kind).name.lower())

    def sees(self, mode: Mode) -> str:
        """Who sees what of a family that receives goods this way."""
        return self._of("sees", slug(mode))

    def guidance(self) -> list[str]:
        """What a donor should know before buying."""
        return [self._entry(entry) for entry in table()["guidance"].values()]

    def name(self, code: Code) -> str:
        """A region, mode, need or size as people call it."""
        return self._of(type(code).__name__.lower(), slug(code))

    def explain(self, error: Exception) -> str:
        """An error of this project as a sentence; nothing that was typed is repeated."""
        if isinstance(error, NodeRefused):
            refusals = table()["refused"]
            return self._entry(refusals.get(error.code, refusals["other"])).format(code=error.code)
        sentence = self._error(error)
        if isinstance(error, ListError) and error.line_number is not None:
            return self.text("at_line", line=error.line_number, sentence=sentence)
        return sentence

    def facts(self, facts: Facts, catalogue: Catalogue) -> str:
        """A match in one line."""
        return self.text(
            "facts",
            mode=self.name(Mode(facts.mode)),
            store=self.store_name(facts.store, catalogue),
            region=self.name(Region(facts.region)),
            size=self.name(_size(facts.size)),
            needs=", ".join(self.name(need) for need in members(Need, facts.needs)),
        )

    def store_name(self, number: int, catalogue: Catalogue) -> str:
        """A store's name; an almanac may be newer than this circle document."""
        store = store_of(number, catalogue)
        return self.text("store_number", number=number) if store is None else store.name

    def store_facts(self, role: Role, store: Store) -> str:
        """What a store asks of a person; for a donor also whether it took a foreign card."""
        facts = []
        if role == "donor":
            card = "store_foreign_cards" if store.foreign_cards else "store_no_foreign_cards"
            tried = date(1970, 1, 1) + timedelta(days=store.foreign_cards_as_of)
            facts.append(self.text(card, day=tried.isoformat()))
        if store.asks_phone:
            facts.append(self.text("store_phone"))
        if store.asks_name:
            facts.append(self.text("store_name"))
        return "; ".join(facts) or self.text("store_asks_nothing")

    def when(self, epoch: int, open_epoch: OpenEpoch, policy: Policy, now: datetime) -> str:
        """When *epoch* is likely to have begun: a time for short epochs, otherwise a day.

        No finer than that: everybody who is told the same comes at another moment of it.
        """
        descriptor = open_epoch.descriptor
        further = (epoch - 1 - descriptor.epoch) * policy.epoch_seconds
        begins = datetime.fromtimestamp(descriptor.closes * 60 + further, now.tzinfo)
        if policy.epoch_seconds < DAY_SECONDS:
            # Upwards to the minute, and one more for the round itself.
            begins = begins.replace(second=0) + timedelta(minutes=2 if begins.second else 1)
            if begins <= now:
                return self.text("when_soon")
            if begins.date() == now.date():
                return self.text("when_today", time=f"{begins:%H:%M}")
        if begins <= now:
            begins = now + timedelta(days=1)
        if begins.hour >= EVENING_HOUR:
            return self.text("when_day", day=self.day(begins.date() + timedelta(days=1)))
        name = "when_day" if begins.hour < MORNING_HOUR else "when_evening"
        return self.text(name, day=self.day(begins.date()))

    def day(self, on: date) -> str:
        """A day with its weekday, as it is said after a verb of coming."""
        days = table()["days"]
        return self.text(
            "day",
            weekday=days[f"{self.language}_weekdays"][on.weekday()],
            day=on.day,
            month=days[f"{self.language}_months"][on.month - 1],
        )

    def _error(self, error: Exception) -> str:
        errors = table()["error"]
        names = (kind.__name__ for kind in type(error).__mro__)
        return self._entry(errors[next(name for name in names if name in errors)])

    def _of(self, section: str, name: str) -> str:
        return self._entry(table()[section][name])

    def _entry(self, entry: dict[str, str]) -> str:
        return entry[self.language]


@cache
def table() -> dict[str, Any]:
    """The whole table, as written."""
    return tomllib.loads(files("clients.cli").joinpath("phrases.toml").read_text("utf-8"))


def slug(code: IntEnum) -> str:
    """The name of a code for options and machines: ``minsk-city``, ``voucher``."""
    return code.name.lower().replace("_", "-")


def named(kind: str, codes: type[IntEnum], typed: str) -> IntEnum | None:
    """The code that somebody means by its slug or by its name in any language."""
    wanted = typed.strip().casefold()
    for code in codes:
        names = {slug(code), *(table()[kind][slug(code)][language] for language in LANGUAGES)}
        if wanted in {name.casefold() for name in names}:
            return code
    return None


def store_of(number: int, catalogue: Catalogue) -> Store | None:
    """The store, or None if this catalogue has fewer."""
    return catalogue.stores[number] if number < len(catalogue.stores) else None


def shown(view: SlotView) -> SlotView:
    """The card without what is over: all of a parcel that is finished."""
    if view.status in _OVER:
        # A donor still reads the thanks; for a family the conversation is gone with the address.
        message = view.message if view.status == Status.FINISHED else None
        return replace(view, facts=None, code="", terms="", ordered="", message=message)
    return view


def slot_json(view: SlotView, catalogue: Catalogue, phrases: Phrases) -> dict[str, Any]:
    """A card for a machine: facts by name, never by number."""
    return {
        "status": view.status.value,
        "facts": None if view.facts is None else _facts_json(view.facts, catalogue),
        "code": view.code,
        "terms": view.terms,
        "ordered": view.ordered,
        "message": None if view.message is None else _message_json(view.message, phrases),
        "again": view.again,
        "come_back_epoch": view.come_back_epoch,
    }


def _size(size: int) -> Size:
    # Region and mode were held against one's own choice; a size is only the matcher's word, and one
    # that does not exist must not keep a person from seeing the rest.
    return Size(min(size, max(Size)))


def _facts_json(facts: Facts, catalogue: Catalogue) -> dict[str, Any]:
    store = store_of(facts.store, catalogue)
    return {
        "region": slug(Region(facts.region)),
        "mode": slug(Mode(facts.mode)),
        "store": None if store is None else store.name,
        "size": slug(_size(facts.size)),
        "needs": [slug(need) for need in members(Need, facts.needs)],
    }


def _message_json(message: Said, phrases: Phrases) -> dict[str, Any]:
    return {
        "kind": Kind(message.kind).name.lower(),
        "phrase": phrases.kind(message.kind),
        "words": message.words,
    }
