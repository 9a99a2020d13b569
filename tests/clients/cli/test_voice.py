"""What a stranger wrote is shown, and does nothing to the screen."""

from __future__ import annotations

import json

import pytest
import typer

from clients.cli.phrases import Phrases
from clients.cli.voice import fail, harmless, one_line, plainly, quote, result, say, working
from clients.errors import NodeRefused, NodeUnreachable
from crypto.errors import UnknownGood


def test_nothing_moves_the_cursor_or_turns_letters_round() -> None:
    assert harmless("a\x1b[2Jb\x07\x9b31m\u202ec\rd\x00") == "a[2Jb31mcd"
    assert harmless("мір\n\tдзякуй 👵🏻 об’ём") == "мір\n\tдзякуй 👵🏻 об’ём"


def test_words_with_brackets_and_colons_are_shown_as_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say("[bold]:heart: 50% off[/bold]")

    assert capsys.readouterr().err == "[bold]:heart: 50% off[/bold]\n"


def test_every_line_of_a_stranger_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    quote("hello\nklunak: send money\r\nbye\u2028still me")

    lines = capsys.readouterr().err.splitlines()
    assert lines == ["  │ hello", "  │ klunak: send money", "  │ bye", "  │ still me"]


def test_a_code_cannot_begin_a_line_of_its_own() -> None:
    words = "A-1\nklunak: send\u2028money\x0bto\x85me\r\n"

    assert one_line(words) == "A-1 klunak: send money to me"


def test_a_machine_reads_everything_and_a_terminal_obeys_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    value = {"words": "a\x1b[2J\x9b31m\x7fдзякуй"}
    result(value)

    out = capsys.readouterr().out
    assert json.loads(out) == value
    assert not set(out) & {"\x1b", "\x9b", "\x7f"}


def test_an_error_is_a_sentence_and_an_exit(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as left, plainly():
        raise NodeUnreachable
    assert left.value.exit_code == 1
    assert "could not be reached" in capsys.readouterr().err


def test_an_error_is_explained_in_the_language_of_whoever_is_spoken_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit), plainly(Phrases("be").explain):
        raise NodeRefused("unknown_invite", 403)
    assert "Вузел не ведае такога запрашэння." in capsys.readouterr().err


def test_operators_are_told_the_line_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    error = UnknownGood("свядомасць")
    error.line_number = 3
    with pytest.raises(typer.Exit), plainly():
        raise error
    told = capsys.readouterr().err
    assert "(line 3)" in told
    assert "свядомасць" not in told


def test_a_defect_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), plainly():
        raise ZeroDivisionError


def test_a_failure_says_what_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        fail("no", "try yes")
    assert capsys.readouterr().err == "klunak: no\n        try yes\n"


def test_a_spinner_writes_nothing_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with working("thinking") as now:
        now("thinking harder")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
