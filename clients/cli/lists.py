"""Nine lines at the terminal: read them, show them, and show their dish."""

from __future__ import annotations

import sys

from clients.cli.voice import person, plainly, say, working
from crypto.lists import (
    LINES,
    GroceryList,
    Language,
    dish_of,
    format_line,
    list_to_key,
    parse_line,
    parse_list,
)


def read_list(language: Language) -> bytes:
    """The list key, 32 bytes, from nine lines typed or piped in.

    The dish is shown whatever was typed: an unfamiliar one means a slip of the pen.
    """
    with plainly():
        grocery_list = parse_list(_typed_lines())
        with working("opening"):
            key = list_to_key(grocery_list)
    say(f"your dish: {dish_of(key).names[language]}")
    return key


def _typed_lines() -> list[str]:
    if not sys.stdin.isatty():
        return [sys.stdin.readline() for _ in range(LINES)]
    say("type the nine lines of your list, in any order and language:")
    lines: list[str] = []
    while len(lines) < LINES:
        typed = person.input(f"{len(lines) + 1}. ")
        if not typed.strip():
            continue
        with plainly():
            parse_line(typed)
        lines.append(typed)
    return lines


def show_list(grocery_list: GroceryList, language: Language) -> list[str]:
    """The nine lines as a person would write them, and on the screen once."""
    lines = [format_line(line, language) for line in grocery_list.lines]
    for line in lines:
        say(f"  {line}")
    return lines
