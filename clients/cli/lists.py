"""Nine lines at the terminal: read them, show them, and show their dish."""

from __future__ import annotations

import sys

from clients.cli.options import DEFAULT_LANGUAGE, AsJson, SpokenLanguage
from clients.cli.phrases import Phrases
from clients.cli.voice import at_terminal, fail, person, plainly, result, say, working
from crypto.errors import ListError, RepeatedGood, UnknownGood
from crypto.lists import (
    LINES,
    GroceryList,
    Language,
    Line,
    dish_of,
    draw_list,
    format_line,
    list_to_key,
    parse_line,
    parse_list,
    suggest,
)

SUGGESTIONS = 4
EMPTY_LINES_MAX = 50


def read_list(language: Language) -> bytes:
    """The list key, 32 bytes, from nine lines typed or piped in.

    The dish is shown whatever was typed: an unfamiliar one means a slip of the pen.
    """
    phrases = Phrases(language)
    grocery_list = _typed_list(phrases) if at_terminal() else _piped_list(phrases)
    with working(phrases.text("opening")):
        key = list_to_key(grocery_list)
    say(phrases.text("dish", dish=dish_of(key).names[language]))
    if at_terminal():
        say(phrases.text("dish_known"))
    return key


def read_after_list(phrases: Phrases) -> str:
    """The next piped line. One that belongs on a list is a tenth line, and not sent anywhere."""
    line = sys.stdin.readline().rstrip("\r\n")
    if _is_list_line(line):
        fail(phrases.text("too_many_lines", line=LINES + 1))
    return line


def new(language: SpokenLanguage = DEFAULT_LANGUAGE, as_json: AsJson = False) -> None:
    """Draw a new list: nine lines and a dish, shown once and kept nowhere.

    Write it down on paper as you would any grocery list. Whoever has it can act as you.
    """
    grocery_list = draw_list()
    phrases = Phrases(language)
    with working(phrases.text("opening")):
        dish = dish_of(list_to_key(grocery_list)).names[language]
    lines = [format_line(line, language) for line in grocery_list.lines]
    if as_json:
        result({"lines": lines, "dish": dish})
        return
    for line in lines:
        say(f"  {line}")
    say(phrases.text("dish", dish=dish))


def _piped_list(phrases: Phrases) -> GroceryList:
    texts: list[str] = []
    written = 0
    while written < LINES:
        text = sys.stdin.readline()
        if not text or len(texts) == LINES + EMPTY_LINES_MAX:
            fail(phrases.text("too_few_lines", line=len(texts)))
        texts.append(text)
        written += bool(text.strip())
    with plainly(phrases.explain):
        return parse_list(texts)


def _typed_list(phrases: Phrases) -> GroceryList:
    """Line by line; a wrong one is asked for again, and the others stay."""
    say(phrases.text("type_list"))
    lines: dict[int, Line] = {}
    texts: list[str] = []
    while len(texts) < LINES:
        typed = person.input(f"{len(texts) + 1}. ")
        if not any(character.isalnum() for character in typed):
            continue
        try:
            line = parse_line(typed)
            if line.good in lines:
                raise RepeatedGood
        except ListError as error:
            say(phrases.explain(error))
            _say_suggestions(error, typed, phrases)
            continue
        lines[line.good] = line
        texts.append(typed)
    return parse_list(texts)


def _say_suggestions(error: ListError, typed: str, phrases: Phrases) -> None:
    if not isinstance(error, UnknownGood):
        return
    goods = suggest(typed, SUGGESTIONS) or suggest(typed.split()[0][:4], SUGGESTIONS)
    if goods:
        names = ", ".join(good.names[phrases.language] for good in goods)
        say(phrases.text("perhaps", goods=names))


def _is_list_line(text: str) -> bool:
    try:
        parse_line(text)
    except ListError:
        return False
    return True
