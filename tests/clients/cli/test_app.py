"""A command loads what it stands on, and nothing that another stands on."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import typer

from clients.cli.app import PLACES, command

HEAVY = {"api", "fastapi", "numpy", "ortools", "sqlmodel"}

PROGRAM = """
import json, sys
from clients.cli.app import command
command(sys.argv[1:])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def groups(*words: str) -> set[str]:
    built: Any = typer.main.get_command(command(words))
    return set(built.commands)


@pytest.mark.parametrize("words", [(), ("--help",), ("famly", "visit")])
def test_whoever_names_no_group_is_told_of_all(words: tuple[str, ...]) -> None:
    assert groups(*words) == set(PLACES)


def test_whoever_names_one_gets_it() -> None:
    assert groups("--linger", "2", "family", "visit") == {"family"}
    assert groups("run") == {"run"}


def loaded(*words: str) -> set[str]:
    """What a fresh process has of the heavy ones when it knows these commands."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=True
    )
    return set(json.loads(ran.stdout)) & HEAVY


@pytest.mark.parametrize("word", ["family", "donor", "coordinator"])
def test_people_and_clerks_load_neither_a_node_nor_a_solver(word: str) -> None:
    assert loaded(word) == set()


def test_all_together_load_both() -> None:
    assert loaded() == HEAVY
