"""What is wished for, in the catalogue's numbers, and the stores that there are to choose from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from clients.cli.phrases import store_of
from clients.cli.seat import Seat
from clients.cli.voice import ask_text, fail, say
from crypto.messages.shelf import Wish
from matching.catalogue import Mode, Need, Region, Size, bits, members

Chosen = TypeVar("Chosen", Region, Mode)


def wish_of(
    seat: Seat,
    *,
    regions: Iterable[Region],
    modes: Iterable[Mode],
    needs: Iterable[Need] | None,
    stores: int | None,
    size: Size,
    urgent: bool = False,
) -> Wish:
    """A wish in the catalogue's numbers."""
    last = max(0, len(seat.catalogue.presets) - 1)
    if stores is not None and stores > last:
        fail(f"--stores: 0..{last}", seat.command("stores"))
    return Wish(
        regions=bits(regions),
        modes=bits(modes),
        preset=last if stores is None else stores,
        size=int(size),
        needs=bits(needs or [Need.FOOD]),
        urgency=int(urgent),
    )


def choose(seat: Seat, codes: type[Chosen], prompt: str, *, most: int) -> list[Chosen]:
    """Numbered lines to choose from, at the terminal; the first one if nothing is typed."""
    offered = list(codes)
    for number, code in enumerate(offered, start=1):
        say(f"  {number}. {seat.phrases.name(code)}")
    while True:
        typed = ask_text(seat.phrases.text(prompt), optional=most > 1)
        numbers = [int(part) for part in re.findall(r"[0-9]{1,3}", typed)]
        if not typed:
            numbers = [1]
        if 1 <= len(numbers) <= most and all(0 < n <= len(offered) for n in numbers):
            return [offered[number - 1] for number in dict.fromkeys(numbers)]
        seat.say("prompt_numbers_again")


def say_stores(seat: Seat) -> None:
    """The groups of stores, each with what it adds to the one before."""
    shown: set[int] = set()
    for number, preset in enumerate(seat.catalogue.presets):
        seat.say("preset", number=number, count=len(preset))
        for store in (seat.catalogue.stores[n] for n in preset if n not in shown):
            modes = ", ".join(seat.phrases.name(mode) for mode in members(Mode, store.modes))
            needs = ", ".join(seat.phrases.name(need) for need in members(Need, store.needs))
            say(f"  {store.name}")
            say(f"    {modes}; {needs}")
            say(f"    {seat.phrases.store_facts(seat.role, store)}")
        shown.update(preset)


def say_store(seat: Seat, number: int) -> None:
    """What there is to know about a store."""
    store = store_of(number, seat.catalogue)
    if store is not None:
        say(f"{store.name}: {seat.phrases.store_facts(seat.role, store)}")
