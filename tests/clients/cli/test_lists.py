"""Nine lines, typed at a terminal or piped: each slip is named, and the rest is kept."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable

import pytest

from crypto.lists import list_to_key, parse_list
from tests.clients.cli.commands import drawn
from tests.patience import PATIENCE_SECONDS

READ = """
from clients.cli.lists import read_list, read_after_list
from clients.cli.phrases import Phrases
key = read_list("{language}")
print(key.hex())
print(read_after_list(Phrases("{language}")) if {more} else "")
"""


def read(
    typed: list[str], *, language: str = "en", more: bool = False
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", READ.format(language=language, more=more)],
        input="".join(f"{line}\n" for line in typed),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_a_piped_list_is_a_key_and_a_dish() -> None:
    lines = drawn("ru")

    done = read(lines)

    assert done.stdout.split() == [list_to_key(parse_list(lines)).hex()]
    assert done.stderr.startswith("Your dish: ")


def test_order_language_and_empty_lines_do_not_matter() -> None:
    lines = drawn("be")

    assert read(["", *reversed(lines[:4]), "  ", *lines[4:]]).stdout == read(lines).stdout


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda lines: lines[:8], "klunak: The list ends after line 8; it needs nine lines."),
        (lambda _: [], "klunak: The list ends after line 0; it needs nine lines."),
        (lambda lines: [*lines[:2], "вугаль 2", *lines[3:]], "klunak: Line 3: There is no such"),
        (lambda lines: [*lines[:8], lines[0]], "klunak: Line 9: This good already stands"),
        (lambda lines: [lines[0] + "0", *lines[1:]], "klunak: Line 1: "),
        (lambda lines: [*lines[:6], "rice 9", *lines[7:]], "klunak: Line 7: A quantity is one"),
        (lambda lines: [*lines[:6], "rice 0", *lines[7:]], "klunak: Line 7: A quantity is one"),
    ],
)
def test_a_slip_is_named_with_its_line(
    change: Callable[[list[str]], list[str]], sentence: str
) -> None:
    lines = drawn("en")

    done = read(change(lines))

    assert done.returncode != 0
    assert done.stderr.startswith(sentence)
    assert "вугаль" not in done.stderr


def test_a_tenth_line_is_not_taken_for_words() -> None:
    lines = drawn("be")

    tenth = read([*lines, "Гречка — 2 пачки"], more=True)
    words = read([*lines, "Гречка нам вельмі патрэбная"], more=True)

    assert "Line 10: the list has its nine lines already." in tenth.stderr
    assert words.stdout.splitlines()[1] == "Гречка нам вельмі патрэбная"


def test_at_a_terminal_a_slip_is_typed_again_and_the_rest_is_kept() -> None:
    """A pseudo-terminal stands in for a keyboard."""
    lines = drawn("be")
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", READ.format(language="en", more=False)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    typed = [*lines[:3], "грэч 2", lines[0], "тоўстая папера", "", *lines[3:]]
    os.write(ours, "".join(f"{line}\n" for line in typed).encode())
    out, told = child.communicate(timeout=PATIENCE_SECONDS)
    os.close(theirs)
    os.close(ours)

    text = told.decode()
    assert out.decode().split() == [list_to_key(parse_list(lines)).hex()]
    assert text.startswith("Type the nine lines of your list")
    assert "perhaps: buckwheat" in text
    assert "This good already stands on another line." in text
    assert "A quantity is one whole number from 1 to 8." in text
    assert "If the dish is unfamiliar, there is a slip in the list." in text
