"""What is said before a command holds for it, in whatever group it stands."""

from __future__ import annotations

import json
from contextvars import copy_context
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from clients.cli.reach import persons_ways, reached, ways


def told(*arguments: str) -> Any:
    """What a command of a group hears of *arguments*."""
    root, group = typer.Typer(), typer.Typer()
    root.callback()(reached)

    @group.callback()
    def in_between() -> None:
        """As our groups have one."""

    @group.command()
    def command() -> None:
        print(json.dumps([ways(), persons_ways()]))

    root.add_typer(group, name="group")
    # A context of its own: what is said here is said to nobody else.
    run = copy_context().run(CliRunner().invoke, root, [*arguments, "group", "command"])
    assert run.exit_code == 0, run.output
    return json.loads(run.output)


@pytest.mark.parametrize("socks", ["127.0.0.1:9050", "unix:/run/socks"])
def test_the_socks_address_and_the_lingering_are_heard(socks: str) -> None:
    operators, persons = told("--socks", socks, "--linger", "3")

    assert operators == {"socks": socks, "clearnet": False}
    assert persons == {"socks": socks, "clearnet": False, "linger": 3}


def test_clearnet_is_heard_by_everybody() -> None:
    operators, persons = told("--clearnet")

    assert operators["clearnet"]
    assert persons["clearnet"]


def test_without_a_word_only_this_machine_is_reached() -> None:
    operators, _ = told()

    assert operators == {"socks": None, "clearnet": False}
