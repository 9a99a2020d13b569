"""From a command's options to a seat: a node that shows the circle one has pinned."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clients.cli.operators import today
from clients.cli.options import (
    CIRCLE_VARIABLE,
    DEFAULT_LANGUAGE,
    LANGUAGE_VARIABLE,
    NODE_VARIABLE,
)
from clients.cli.phrases import Phrases, Role
from clients.cli.reach import persons_ways, said_before
from clients.cli.seat import PersonsNode, Seat
from clients.cli.voice import fail, person, plainly, say, working
from clients.donor import Donor
from clients.family import Family
from clients.tor.addresses import moved_to
from crypto.circle import Circle, read_circle
from crypto.goods import Language
from matching.catalogue import Catalogue


@contextmanager
def seated(role: Role, node: str, circle: str, language: Language) -> Iterator[Seat]:
    """Sit down at *node*, once it has shown the circle that was pinned."""
    phrases = Phrases(language)
    held = pinned(circle, phrases)
    with plainly(phrases.explain):
        client = PersonsNode(node, **persons_ways())
    try:
        with plainly(phrases.explain):
            with working(phrases.text("visiting")):
                served = client.fetch_circle(held if isinstance(held, bytes) else held.digest)
            # A node may not bring back an older almanac than the one that lies here.
            is_older = isinstance(held, Circle) and served.serial < held.serial
            verified = held if isinstance(held, Circle) and is_older else served
            catalogue = Catalogue.from_json(verified.catalogue)
        if verified.trial:
            person.print(phrases.text("trial"), markup=False, style="dim")
        if addresses := moved_to(node, [one.address for one in verified.nodes]):
            say(phrases.text("moved", addresses=" ".join(addresses)))
        before = "".join(f"{shlex.quote(word)} " for word in said_before())
        after = "".join(f" {shlex.quote(word)}" for word in _said_after(node, circle, language))
        yield Seat(role, client, verified, catalogue, phrases, before, after)
    finally:
        client.close()


def family_at(seat: Seat) -> Family:
    """The family whose list is typed."""
    return Family(seat.list_key(), seat.circle, seat.node, today())


def donor_at(seat: Seat) -> Donor:
    """The donor whose list is typed."""
    return Donor(seat.list_key(), seat.circle, seat.node, today())


def pinned(circle: str, phrases: Phrases) -> bytes | Circle:
    """The digest typed, or the circle of a document on one's own disk."""
    if re.fullmatch("[0-9a-fA-F]{64}", circle):
        return bytes.fromhex(circle)
    try:
        document = Path(circle).read_bytes()
    except (OSError, ValueError):
        fail("--circle is neither 64 hexadecimal digits nor a file that can be read")
    with plainly(phrases.explain):
        return read_circle(document)


def _said_after(node: str, circle: str, language: Language) -> list[str]:
    """What the next command needs behind it, besides the environment."""
    words: list[str] = []
    if os.environ.get(NODE_VARIABLE) != node:
        words += ["--node", node]
    if os.environ.get(CIRCLE_VARIABLE) != circle:
        words += ["--circle", circle]
    if os.environ.get(LANGUAGE_VARIABLE, DEFAULT_LANGUAGE) != language:
        words += ["--language", language]
    return words
