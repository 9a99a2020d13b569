"""A Dockerfile, read as far as ours goes: stages, and their instructions in order."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction; *words* is everything after its name, continued lines joined."""

    name: str
    words: str

    @property
    def command(self) -> list[str]:
        """What is executed: the words of an exec form, or a shell and a line."""
        if self.words.startswith("["):
            command: list[str] = json.loads(self.words)
            return command
        return ["/bin/sh", "-c", self.words]

    @property
    def copied(self) -> tuple[str | None, list[str], str]:
        """Of a COPY: the stage it copies from, the sources, the target."""
        stage = re.match(r"--from=(\S+) ", self.words)
        *sources, target = self.words[stage.end() if stage else 0 :].split()
        return stage[1] if stage else None, sources, target


@dataclass
class Stage:
    """One FROM, and what follows it."""

    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        """The instructions of that name."""
        return [one for one in self.instructions if one.name == name]

    def last(self, name: str) -> Instruction:
        """The one of that name that counts."""
        return self.all(name)[-1]

    def variables(self) -> dict[str, str]:
        """What ENV sets, as written."""
        words = " ".join(one.words for one in self.all("ENV"))
        return dict(re.findall(r"(\w+)=(\S*)", words))


def read(path: Path) -> dict[str, Stage]:
    """The stages by name."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.M)
    stages: dict[str, Stage] = {}
    for line in re.sub(r"\\\n", " ", text).splitlines():
        name, _, words = line.strip().partition(" ")
        if name == "FROM":
            base, _, stage = words.partition(" AS ")
            stages[stage] = Stage(base, stage)
        elif name:
            list(stages.values())[-1].instructions.append(Instruction(name, words.strip()))
    return stages
