"""The one voice of the command line.

What a machine reads goes to standard output; everything said to a person goes to standard error,
with a hint after an error: to operators in lower case, to families and donors in sentences of their
language (``phrases.py``). Secrets are asked for at the terminal, or read from standard input where
there is none; never from an argument, which other users of a machine can see.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from clients.errors import ClientError, NodeRefused
from crypto.errors import CryptoError, ListError

person = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
"""Where people are spoken to."""

HINTS: dict[str, str] = {
    "stamp_spent": "this card was posted before, from elsewhere; nothing was lost",
    "invite_spent": "this invite was used already; ask whoever gave it to you for another",
    "unknown_invite": "check the letters of the invite; nothing was used up",
    "intake_full": "many people are asking just now; try again tomorrow, or with an invite",
    "busy": "the node is busy; try again in a minute, nothing was lost",
    "epoch_closed": "a round has just begun; try again",
    "no_epoch": "the matcher has not opened the first epoch yet; try again in a minute",
}

Explain = Callable[[Exception], str]
"""An error of this project as a sentence in somebody's language."""

# Letters that turn the direction of what follows: they can make one text look like another.
_DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_C1 = re.compile("[\x7f-\x9f]")


def say(text: str) -> None:
    """One line, or a few, to the person."""
    person.print(harmless(text), markup=False)


def quote(words: str) -> None:
    """Somebody else's words, marked as such on every line, so that they cannot pass for ours."""
    for line in words.splitlines() or [""]:
        say(f"  │ {line}")


def one_line(words: str) -> str:
    """Somebody else's *words* on one line, to stand inside a sentence of ours: a code, say."""
    return " ".join(words.split())


def harmless(text: str) -> str:
    """*text* without what would move a cursor, change a screen or turn letters round."""
    return "".join(
        character
        for character in text
        if character in "\n\t"
        or (unicodedata.category(character) != "Cc" and character not in _DIRECTIONS)
    )


def result(value: Any) -> None:
    """One JSON document to the machine."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    # JSON lets the C1 controls through as they are, and a terminal may obey them.
    sys.stdout.write(_C1.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")
    sys.stdout.flush()


def fail(what: str, hint: str = "") -> NoReturn:
    """Say what went wrong and what to do, and stop."""
    person.print(harmless(f"klunak: {what}"), markup=False, style="bold red")
    if hint:
        person.print(harmless(f"        {hint}"), markup=False)
    raise typer.Exit(1)


@contextmanager
def plainly(explain: Explain | None = None) -> Iterator[None]:
    """Turn the errors of this project into a sentence and a hint; others are defects and show."""
    try:
        yield
    except (ClientError, CryptoError) as error:
        if explain is not None:
            fail(explain(error))
        if isinstance(error, NodeRefused):
            fail(f"the node refused ({error.code})", HINTS.get(error.code, ""))
        if isinstance(error, ListError):
            where = f" (line {error.line_number})" if error.line_number else ""
            hint = "a list is nine lines: a good, and how many, 1 to 8"
            fail(f"{_sentence(error)}{where}", hint)
        if isinstance(error, CryptoError):
            fail(f"{_sentence(error)} ({error.code})")
        fail(_sentence(error))


def _sentence(error: Exception) -> str:
    # The docstring of an error is what a person reads; its message may be for developers.
    return (type(error).__doc__ or type(error).__name__).strip().splitlines()[0]


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Show that something is going on; the value says what is being done now."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    shown = person.is_terminal
    with Progress(*columns, console=person, transient=True, disable=not shown) as progress:
        task = progress.add_task(what)
        yield lambda now: progress.update(task, description=now)


def at_terminal() -> bool:
    """Whether somebody types; otherwise everything comes down a pipe, one line each."""
    return sys.stdin.isatty()


def ask_secret(prompt: str) -> str:
    """A passphrase, not shown while typed."""
    if at_terminal():
        return str(typer.prompt(prompt, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def ask_text(prompt: str, *, optional: bool = False) -> str:
    """Words, one line; at the terminal asked again while nothing is typed, unless *optional*."""
    if not at_terminal():
        return sys.stdin.readline().rstrip("\r\n")
    while True:
        typed = person.input(f"{prompt}: ", markup=False).strip()
        if typed or optional:
            return typed


def confirm(question: str) -> bool:
    """Whether a person agrees. A pipe has agreed by being set up."""
    return not at_terminal() or typer.confirm(question, err=True)
