"""What somebody types off a slip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.errors import InviteTextError
from clients.invites_text import ALPHABET, CHARACTERS, format_invite, parse_invite

CODES = (bytes(range(8)), bytes(range(248, 256)))


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=8, max_size=8))
def test_reading_undoes_printing(first: bytes, second: bytes) -> None:
    assert parse_invite(format_invite((first, second))) == (first, second)


def test_what_is_printed_has_26_characters_in_groups_and_no_look_alikes() -> None:
    printed = format_invite(CODES)

    assert [len(group) for group in printed.split("-")] == [5, 5, 5, 5, 6]
    assert not set(printed) & set("ILOU")


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda text: text.replace("-", ""),
        lambda text: " " + text.replace("-", " – ") + "\n",
        lambda text: text.replace("0", "o"),
        lambda text: text.replace("1", "l"),
        lambda text: text.replace("1", "I").replace("0", "O"),
    ],
)
def test_case_spaces_dashes_and_look_alikes_do_not_matter(change) -> None:
    assert parse_invite(change(format_invite(CODES))) == CODES


@pytest.mark.parametrize(
    "typed",
    ["", "0" * 25, "0" * 27, "U" + "0" * 25, "ё" * 26, "G" + "0" * 25, "😀" * 26, "0" * 10_000],
)
def test_anything_else_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(InviteTextError) as refused:
        parse_invite(typed)

    assert typed == "" or typed not in str(refused.value)


def test_the_alphabet_is_crockfords() -> None:
    assert len(set(ALPHABET)) == 32
    assert CHARACTERS * 5 == 130
