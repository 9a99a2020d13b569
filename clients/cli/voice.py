"""The one voice of the command line.

What a machine reads goes to standard output; everything said to a person goes to standard error,
in lower case, with a hint after an error. Secrets are asked for at the terminal, or read from
standard input where there is none; never from an argument, which other users of a machine can see.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from clients.errors import ClientError, NodeRefused
from crypto.errors import CryptoError, ListError

person = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where people are spoken to."""

HINTS: dict[str, str] = {
    "stamp_spent": "this card was posted before, from elsewhere; nothing was lost",
    "invite_spent": "this invite was used already; ask whoever gave it to you for another",
    "invite_unknown": "check the letters of the invite; nothing was used up",
    "pool_full": "many people are asking just now; try again tomorrow, or with an invite",
    "busy": "the node is busy; try again in a minute, nothing was lost",
    "epoch_closed": "a round has just begun; try again",
    "no_epoch": "the matcher has not opened the first epoch yet; try again in a minute",
}


def say(text: str) -> None:
    """One line to the person."""
    person.print(text, markup=False)


def result(value: Any) -> None:
    """One JSON document to the machine."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def fail(what: str, hint: str = "") -> NoReturn:
    """Say what went wrong and what to do, and stop."""
    person.print(f"klunak: {what}", markup=False, style="bold red")
    if hint:
        person.print(f"        {hint}", markup=False)
    raise typer.Exit(1)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn the errors of this project into a sentence and a hint; others are defects and show."""
    try:
        yield
    except NodeRefused as error:
        fail(f"the node refused ({error.code})", HINTS.get(error.code, ""))
    except ClientError as error:
        fail(_sentence(error))
    except ListError as error:
        line = getattr(error, "line_number", None)
        where = f" (line {line})" if line else ""
        fail(f"{_sentence(error)}{where}", "a list is nine lines: a good, and how many, 1 to 8")
    except CryptoError as error:
        fail(f"{_sentence(error)} ({error.code})")


def _sentence(error: Exception) -> str:
    # The docstring of an error is what a person reads; its message may be for developers.
    return (type(error).__doc__ or type(error).__name__).strip().splitlines()[0]


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Show that something is going on; the value says what is being done now."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=person, transient=True) as progress:
        task = progress.add_task(what)
        yield lambda now: progress.update(task, description=now)


def ask_secret(prompt: str) -> str:
    """A passphrase or a voucher code, not shown while typed."""
    if sys.stdin.isatty():
        return str(typer.prompt(prompt, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def ask_text(prompt: str) -> str:
    """Words, one line."""
    if sys.stdin.isatty():
        return str(typer.prompt(prompt, err=True))
    return sys.stdin.readline().rstrip("\n")
