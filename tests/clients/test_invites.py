"""Invites: made without a register, recognised by their maker alone, printed for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from clients.errors import InviteTextError, NodeRefused, TooManyInvites
from clients.invites_text import parse_invite
from clients.operators import invites
from clients.operators.invites import is_ours, join_slips, kept_hash, make_invites, slip_text
from clients.operators.keyring import CoordinatorKeyring
from crypto.labels import hashed
from tests.clients.operators import Desks, desks_at


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    with desks_at(tmp_path, invites_per_day=5) as desks:
        yield desks


def make(desks: Desks, number: int, count: int) -> list[bytes]:
    desk = desks.coordinator(number)
    return make_invites(
        desk.keyring, desk.operator, desk.circle, period=desks.trial.period, count=count
    )


def ours(desks: Desks, number: int, code: bytes, *, later: int = 0) -> bool:
    keyring: CoordinatorKeyring = desks.coordinator(number).keyring
    return is_ours(
        code,
        invite_key=keyring.secrets.invite_key,
        circle=desks.trial.circle.digest,
        period=desks.trial.period + later,
    )


def test_only_its_maker_recognises_a_code_and_only_in_its_period(desks: Desks) -> None:
    (code,) = make(desks, 0, 1)
    assert ours(desks, 0, code)
    assert not ours(desks, 1, code)
    assert not ours(desks, 0, code, later=1)
    for place in range(8):
        forged = bytearray(code)
        forged[place] ^= 1
        assert not ours(desks, 0, bytes(forged))
    assert not ours(desks, 0, code[:-1])
    assert not ours(desks, 0, b"")


def test_codes_never_repeat_and_do_not_count_up(desks: Desks) -> None:
    codes = make(desks, 0, 3) + make(desks, 0, 2)
    assert len({code[:3] for code in codes}) == 5
    steps = {
        (int.from_bytes(b[:3], "big") - int.from_bytes(a[:3], "big")) % 2**24
        for a, b in pairwise(codes)
    }
    assert steps != {1}


def test_there_is_a_limit_here_and_at_the_node(desks: Desks) -> None:
    with pytest.raises(TooManyInvites):
        make(desks, 0, 6)
    with pytest.raises(TooManyInvites):
        make(desks, 0, 0)
    make(desks, 0, 5)
    with pytest.raises(NodeRefused, match="invite_limit"):
        make(desks, 0, 1)
    assert len(make(desks, 1, 5)) == 5


def test_a_period_has_an_end_of_invites(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invites, "MOST_A_PERIOD", 2)
    with pytest.raises(TooManyInvites):
        make(desks, 0, 3)


def test_the_node_keeps_a_hash_of_what_is_shown(desks: Desks) -> None:
    code = b"12345678"
    assert kept_hash(code) == hashed("klunak kept", hashed("klunak invite", code))


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_a_slip_can_be_typed_back(desks: Desks, language: str) -> None:
    (slip,) = join_slips(make(desks, 0, 1), make(desks, 1, 1))
    text = slip_text(slip, address="http://abc.onion", language=language)
    assert "http://abc.onion" in text
    assert any(parsed == slip for parsed in map(_parsed, text.splitlines()))


def test_slips_need_as_many_of_both(desks: Desks) -> None:
    with pytest.raises(ValueError, match="zip"):
        join_slips(make(desks, 0, 2), make(desks, 1, 1))


def _parsed(line: str) -> object:
    try:
        return parse_invite(line.rpartition(": ")[2])
    except InviteTextError:
        return None
