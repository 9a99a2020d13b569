"""The price of an intake without an invite."""

from __future__ import annotations

from api.work import work_digest
from clients.people import work
from clients.people.work import work_for
from crypto.labels import hashed

CHALLENGE = b"\x01" * 16


def test_the_node_accepts_what_was_worked_for() -> None:
    nonce = work_for(b"body", challenge=CHALLENGE, bits=6)

    digest = work_digest(CHALLENGE, nonce, hashed("klunak work", b"body"))
    assert digest[0] < 4
    assert len(nonce) == 8


def test_work_of_no_bits_is_the_first_try() -> None:
    assert len(work_for(b"body", challenge=CHALLENGE, bits=0)) == 8


def test_progress_is_told_in_tries(monkeypatch) -> None:
    told: list[tuple[int, int]] = []
    digests = iter([b"\xff" * 32] * 40 + [b"\x00" * 32])
    monkeypatch.setattr(work, "argon2id", lambda *_: next(digests))

    work_for(b"body", challenge=CHALLENGE, bits=5, progress=lambda *now: told.append(now))

    assert told == [(16, 32), (32, 32)]
