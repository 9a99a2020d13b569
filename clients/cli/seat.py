"""Where a family or a donor sits: a node, a verified circle, and how one talks there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn, TypeVar

import typer

from clients.cli.lists import read_after_list, read_list
from clients.cli.phrases import Phrases, Role
from clients.cli.voice import ask_text, at_terminal, confirm, fail, plainly, quote, say, working
from clients.errors import NodeRefused, NodeUnreachable, NotPossible, TooLong, VisitContended
from clients.node import NodeClient, OpenEpoch
from clients.people.work import Progress
from crypto.circle import Circle
from crypto.messages.pages import Kind, Said
from matching.catalogue import Catalogue

T = TypeVar("T")


class PersonsNode(NodeClient):
    """Remembers the epoch it was told of, so that saying when to come back asks nothing more."""

    last_epoch: OpenEpoch | None = None

    def epoch(self, circle: Circle) -> OpenEpoch:
        self.last_epoch = super().epoch(circle)
        return self.last_epoch


@dataclass(frozen=True, repr=False)
class Seat:
    """A node, a verified circle, and the language one is spoken to in."""

    role: Role
    node: PersonsNode
    circle: Circle
    catalogue: Catalogue
    phrases: Phrases
    before: str = ""
    after: str = ""
    """What the next command needs besides the environment, before and after its own words."""

    def __repr__(self) -> str:
        return "<Seat>"

    def command(self, what: str) -> str:
        """The exact command to type, with the options that the environment does not hold."""
        return f"klunak {self.before}{self.role} {what}{self.after}"

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

    @contextmanager
    def working(self) -> Iterator[Progress]:
        """Tells how the work goes that an intake without an invite is admitted by."""
        with working(self.phrases.text("sending")) as now:
            yield lambda tries, expected: now(
                self.phrases.text("working", tries=tries, expected=expected)
            )

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
