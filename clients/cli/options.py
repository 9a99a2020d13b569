"""What the commands of families and donors share: their options, and where they sit down.

    options ─▶ Seat: node, verified circle, language ─▶ list typed ─▶ act ─▶ told

Options are coarse and public; whatever is secret or personal is typed, never an option.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from clients.cli.lists import read_after_list, read_list
from clients.cli.phrases import Phrases, Role, named, slug, store_of
from clients.cli.reach import persons_ways
from clients.cli.voice import (
    ask_text,
    at_terminal,
    confirm,
    fail,
    person,
    plainly,
    quote,
    say,
    working,
)
from clients.errors import NodeRefused, NodeUnreachable, NotPossible, TooLong, VisitContended
from clients.node import NodeClient, OpenEpoch
from crypto.circle import Circle, read_circle
from crypto.goods import Language
from crypto.messages.pages import Kind, Said
from crypto.messages.shelf import Wish
from matching.catalogue import Catalogue, Mode, Need, Region, Size, bits, members

NODE_VARIABLE, CIRCLE_VARIABLE, LANGUAGE_VARIABLE = (
    "KLUNAK_NODE",
    "KLUNAK_CIRCLE",
    "KLUNAK_LANGUAGE",
)
DEFAULT_LANGUAGE: Language = "be"

T = TypeVar("T")
Chosen = TypeVar("Chosen", Region, Mode)


def _slugs(codes: Iterable[Any]) -> str:
    return "|".join(slug(code) for code in codes)


def _region(typed: str) -> Region:
    return Region(_named("region", Region, typed))


def _mode(typed: str) -> Mode:
    return Mode(_named("mode", Mode, typed))


def _need(typed: str) -> Need:
    return Need(_named("need", Need, typed))


def _size(typed: str) -> Size:
    return Size(_named("size", Size, typed))


def _named(kind: str, codes: Any, typed: str) -> int:
    if isinstance(typed, codes):  # a default goes through here as well
        return int(typed)
    found = named(kind, codes, typed)
    if found is None:
        raise typer.BadParameter(f"not one of {_slugs(codes)}")
    return found


NodeAddress = Annotated[
    str,
    typer.Option(
        "--node",
        envvar=NODE_VARIABLE,
        metavar="URL",
        help="Address of the node to go through, as it was given to you.",
    ),
]
CircleName = Annotated[
    str,
    typer.Option(
        "--circle",
        envvar=CIRCLE_VARIABLE,
        metavar="DIGEST|FILE",
        help="Which circle you trust: its digest (64 hexadecimal digits), or a file with its "
        "circle document. A node that shows another circle is refused.",
    ),
]
SpokenLanguage = Annotated[
    Language,
    typer.Option(
        "--language",
        envvar=LANGUAGE_VARIABLE,
        help="Language to be spoken to in: Belarusian, Russian or English. "
        "Lists are understood in all three.",
    ),
]
AsJson = Annotated[
    bool,
    typer.Option("--json", help="Print how things stand as one JSON document on standard output."),
]
Clearnet = Annotated[
    bool,
    typer.Option(
        "--clearnet",
        help="Allow a node that is neither on this machine nor behind Tor. "
        "It and your provider then see where you are.",
    ),
]
FamilyRegion = Annotated[
    Region | None,
    typer.Option(
        "--region", parser=_region, metavar=_slugs(Region), help="Where the parcel is needed."
    ),
]
DonorRegions = Annotated[
    list[Region] | None,
    typer.Option(
        "--region",
        parser=_region,
        metavar=_slugs(Region),
        help="Where you would send to; repeat for several, leave out for everywhere.",
    ),
]
FamilyModes = Annotated[
    list[Mode] | None,
    typer.Option(
        "--mode",
        parser=_mode,
        metavar=_slugs(Mode),
        help="How you could receive it; repeat for several. The donor learns nothing with a "
        "voucher, a locker with a locker, an address with a delivery. Voucher if left out.",
    ),
]
DonorModes = Annotated[
    list[Mode] | None,
    typer.Option(
        "--mode",
        parser=_mode,
        metavar=_slugs(Mode),
        help="How you would send; repeat for several. Voucher if left out.",
    ),
]
Stores = Annotated[
    int | None,
    typer.Option(
        "--stores",
        min=0,
        metavar="NUMBER",
        help="Which group of stores, 0 for the smallest; `stores` lists them. "
        "All stores if left out.",
    ),
]
FamilySize = Annotated[
    Size,
    typer.Option(
        "--size",
        parser=_size,
        metavar=_slugs(Size),
        show_default="small",
        help="How much: food for one person for about one, two or four weeks. "
        "Smaller parcels find a donor sooner.",
    ),
]
DonorSize = Annotated[
    Size,
    typer.Option(
        "--size",
        parser=_size,
        metavar=_slugs(Size),
        show_default="small",
        help="The largest parcel you would send: food for one person for about one, two or four "
        "weeks.",
    ),
]
Needs = Annotated[
    list[Need] | None,
    typer.Option(
        "--need",
        parser=_need,
        metavar=_slugs(Need),
        help="What: groceries, things for children, diet and hygiene; repeat for several. "
        "Groceries if left out.",
    ),
]
Urgent = Annotated[
    bool, typer.Option("--urgent", help="Goes ahead of others by about three days of waiting.")
]


class Speech(StrEnum):
    """What words are meant as."""

    ANSWER = "answer"
    QUESTION = "question"
    CANNOT = "cannot"

    @property
    def kind(self) -> Kind:
        """As messages have it."""
        return Kind[self.name]


SpeechKind = Annotated[
    Speech,
    typer.Option("--as", help="What your words are: an answer, a question, or that it cannot be."),
]


class _Node(NodeClient):
    """Remembers the epoch it was told of, so that saying when to come back asks nothing more."""

    last_epoch: OpenEpoch | None = None

    def epoch(self, circle: Circle) -> OpenEpoch:
        self.last_epoch = super().epoch(circle)
        return self.last_epoch


@dataclass(frozen=True, repr=False)
class Seat:
    """A node, a verified circle, and the language one is spoken to in."""

    role: Role
    node: _Node
    circle: Circle
    catalogue: Catalogue
    phrases: Phrases
    options: str

    def __repr__(self) -> str:
        return "<Seat>"

    def command(self, what: str) -> str:
        """The exact command to type, with the options that the environment does not hold."""
        return f"klunak {self.role} {what}{self.options}"

    def say(self, name: str, **fields: object) -> None:
        """A line of the table."""
        say(self.phrases.text(name, **fields))

    def list_key(self) -> bytes:
        """The list, typed."""
        return read_list(self.phrases.language)

    def typed(self, prompt: str, *, optional: bool = False) -> str:
        """One line, typed or piped. What has to be typed and is not ends the command."""
        if at_terminal():
            return ask_text(self.phrases.text(prompt), optional=optional)
        line = read_after_list(self.phrases).strip()
        if not line and not optional:
            fail(self.phrases.text("nothing_typed"))
        return line

    def no_more(self) -> None:
        """Where nothing but the list is read, a tenth line is a mistake and not overlooked."""
        if not at_terminal():
            read_after_list(self.phrases)

    def not_possible(self) -> NoReturn:
        """What was asked for does not fit where things stand."""
        fail(self.phrases.explain(NotPossible()))

    def agreed(self, question: str) -> None:
        """Ask before something that cannot be taken back; ends the command on a no."""
        if not confirm(self.phrases.text(question)):
            say(self.phrases.text("not_done"))
            raise typer.Exit(1)

    def insist(self, act: Callable[[], T], *, doing: str | None = "visiting") -> T:
        """Do it, or end the command with a sentence. What is done under None shows itself."""
        with plainly(self.phrases.explain):
            return self._insisted(act, doing)

    def send(
        self,
        prompt: str,
        act: Callable[[str], T],
        *,
        optional: bool = False,
        doing: str | None = "sending",
    ) -> T:
        """Ask for words and do something with them; too many are asked for again."""
        with plainly(self.phrases.explain):
            while True:
                words = self.typed(prompt, optional=optional)
                try:
                    return self._insisted(partial(act, words), doing)
                except TooLong as error:
                    if not at_terminal():
                        raise
                    say(self.phrases.explain(error))

    def say_questions(self, questions: tuple[str, ...]) -> None:
        """What coordinators asked."""
        for words in questions:
            self.say("said_by_coordinator")
            quote(words)

    def say_message(self, message: Said | None, speaker: Role) -> None:
        """The partner's last message: a phrase of ours, and its words, marked as its own."""
        # A family's address is shown as terms, not as a message, and a code as a code.
        if message is None or message.kind in (Kind.TERMS, Kind.CODE, Kind.CODE_REPLACED):
            return
        heading = self.phrases.text(f"said_by_{speaker}")
        say(f"{heading} {self.phrases.kind(message.kind)}")
        if message.words:
            quote(message.words)

    def say_come_back(self, epoch: int | None) -> None:
        """When to come back, if there is anything to come back for; None is the next epoch."""
        if self.node.last_epoch is None:
            return
        if epoch is None:
            epoch = self.node.last_epoch.descriptor.epoch + 1
        if epoch:
            now = datetime.now(UTC).astimezone()
            when = self.phrases.when(epoch, self.node.last_epoch, self.circle.policy, now)
            self.say("come_back", when=when)

    def say_next(self, commands: Iterable[str]) -> None:
        """The commands that make sense now."""
        typed = [self.command(command) for command in commands]
        if typed:
            self.say("next")
        for command in typed:
            say(f"  {command}")

    def wish(
        self,
        *,
        regions: Iterable[Region],
        modes: Iterable[Mode],
        needs: Iterable[Need] | None,
        stores: int | None,
        size: Size,
        urgent: bool = False,
    ) -> Wish:
        """A wish in the catalogue's numbers."""
        last = max(0, len(self.catalogue.presets) - 1)
        if stores is not None and stores > last:
            fail(f"--stores: 0..{last}", self.command("stores"))
        return Wish(
            regions=bits(regions),
            modes=bits(modes),
            preset=last if stores is None else stores,
            size=int(size),
            needs=bits(needs or [Need.FOOD]),
            urgency=int(urgent),
        )

    def say_store(self, number: int) -> None:
        """What there is to know about a store."""
        store = store_of(number, self.catalogue)
        if store is not None:
            say(f"{store.name}: {self.phrases.store_facts(self.role, store)}")

    def choose(self, codes: type[Chosen], prompt: str, *, most: int) -> list[Chosen]:
        """Numbered lines to choose from, at the terminal; the first one if nothing is typed."""
        offered = list(codes)
        for number, code in enumerate(offered, start=1):
            say(f"  {number}. {self.phrases.name(code)}")
        while True:
            typed = ask_text(self.phrases.text(prompt), optional=most > 1)
            numbers = [int(part) for part in re.findall(r"[0-9]{1,3}", typed)]
            if not typed:
                numbers = [1]
            if 1 <= len(numbers) <= most and all(0 < n <= len(offered) for n in numbers):
                return [offered[number - 1] for number in dict.fromkeys(numbers)]
            self.say("prompt_numbers_again")

    def say_stores(self) -> None:
        """The groups of stores, each with what it adds to the one before."""
        shown: set[int] = set()
        for number, preset in enumerate(self.catalogue.presets):
            self.say("preset", number=number, count=len(preset))
            for store in (self.catalogue.stores[n] for n in preset if n not in shown):
                modes = ", ".join(self.phrases.name(mode) for mode in members(Mode, store.modes))
                needs = ", ".join(self.phrases.name(need) for need in members(Need, store.needs))
                say(f"  {store.name}")
                say(f"    {modes}; {needs}")
                say(f"    {self.phrases.store_facts(self.role, store)}")
            shown.update(preset)

    def _insisted(self, act: Callable[[], T], doing: str | None) -> T:
        """At a terminal, a failure that may pass is offered again, with all that was typed."""
        while True:
            try:
                with nullcontext() if doing is None else working(self.phrases.text(doing)):
                    return act()
            except (NodeUnreachable, NodeRefused, VisitContended) as error:
                if not at_terminal():
                    raise
                say(self.phrases.explain(error))
                self.agreed("try_again")


@contextmanager
def seated(
    role: Role, node: str, circle: str, language: Language, *, clearnet: bool
) -> Iterator[Seat]:
    """Sit down at *node*, once it has shown the circle that was pinned."""
    phrases = Phrases(language)
    held = pinned(circle, phrases)
    with plainly(phrases.explain):
        client = _Node(node, **persons_ways(clearnet=clearnet))
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
        options = _options(node, circle, language, clearnet=clearnet)
        yield Seat(role, client, verified, catalogue, phrases, options)
    finally:
        client.close()


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


def _options(node: str, circle: str, language: Language, *, clearnet: bool) -> str:
    """What the next command needs besides the environment."""
    words: list[str] = []
    if os.environ.get(NODE_VARIABLE) != node:
        words += ["--node", node]
    if os.environ.get(CIRCLE_VARIABLE) != circle:
        words += ["--circle", circle]
    if os.environ.get(LANGUAGE_VARIABLE, DEFAULT_LANGUAGE) != language:
        words += ["--language", language]
    if clearnet:
        words.append("--clearnet")
    return "".join(f" {shlex.quote(word)}" for word in words)
