"""The transcripts are true: each is typed to real processes, in order, and read line by line.

A list is piped in another language and another order each time: to a family it is one list.
"""

from __future__ import annotations

import random
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from clients.cli.phrases import Phrases
from crypto.goods import LANGUAGES
from crypto.lists import GroceryList, draw_list
from tests.clients.cli.commands import Circle, written

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
TRIAL = Phrases("en").text("trial")


@dataclass
class Step:
    """A command with what is typed to it and told by it, or something that others do."""

    line: str
    typed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass
class People:
    """One family and one donor at a circle."""

    circle: Circle
    lists: dict[str, GroceryList]
    slot: str = ""

    def typed(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            if line in self.lists:
                yield from _shuffled(self.lists[line])
            elif line == "{invite}":
                yield self.circle.invite()
            else:
                yield line

    def filled(self, text: str) -> str:
        if "{slot}" in text and not self.slot:
            donor = list(_shuffled(self.lists["{donor}"]))
            view = self.circle.run("donor", "visit", "--no-post", "--json", typed=donor).json
            held = [slot["slot"] for slot in view["slots"] if slot["status"] == "held"]
            assert len(held) == 1
            self.slot = str(held[0])
        return text.replace("{slot}", self.slot)

    def others(self, what: str) -> None:
        name, _, words = what.partition(" ")
        acts: dict[str, Callable[[], None]] = {
            "round": self.circle.round,
            "clerks": self.circle.clerks,
            "vouch": self.circle.vouch,
            "question": partial(self.circle.question, words),
        }
        acts[name]()


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_what_the_transcript_says_happens(circle: Circle, transcript: Path) -> None:
    people = People(circle, {"{family}": draw_list(), "{donor}": draw_list()})
    for step in _steps(transcript.read_text(encoding="utf-8")):
        if step.line.startswith("! "):
            people.others(step.line[2:])
            continue
        arguments = shlex.split(people.filled(step.line))[2:]
        expected = people.filled("\n".join(step.told))
        ran = circle.run(*arguments, typed=list(people.typed(step.typed)))
        told = ran.told.removeprefix(f"{TRIAL}\n")
        assert re.fullmatch(_pattern(expected), told), f"{step.line}\n{expected}\n---\n{told}"
        assert ran.code == (1 if "klunak: " in expected else 0)
        assert ran.out == ""


def _steps(text: str) -> list[Step]:
    steps: list[Step] = []
    for line in text.splitlines():
        if line.startswith(("$ ", "! ")):
            steps.append(Step(line))
        elif line.startswith("<"):
            steps[-1].typed.append(line[2:])
        elif line and not line.startswith("#"):
            steps[-1].told.append(line)
    return steps


def _pattern(expected: str) -> str:
    """`…` alone stands for any lines, within a line for any characters."""
    pattern = ""
    for line in expected.splitlines():
        pattern += "(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n"
    return pattern


def _shuffled(grocery_list: GroceryList) -> list[str]:
    lines = written(grocery_list, random.choice(LANGUAGES))
    random.shuffle(lines)
    return lines
