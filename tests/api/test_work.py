"""Proof of work: a price that follows the pool."""

from __future__ import annotations

import threading

import pytest
from argon2.low_level import Type, hash_secret_raw

from api.errors import Busy, WrongWork
from api.work import GRACE_BITS, WORK_BITS, WorkGate, check_work, work_bits, work_digest
from tests.patience import PATIENCE_SECONDS

CHALLENGE, REQUEST = bytes(range(16)), b"\7" * 32


def zeros_of(digest: bytes) -> int:
    return 256 - int.from_bytes(digest, "big").bit_length()


def nonce_with(bits: int) -> bytes:
    """A nonce whose digest has exactly *bits* leading zeros."""
    for number in range(1 << 14):
        nonce = number.to_bytes(8, "big")
        if zeros_of(work_digest(CHALLENGE, nonce, REQUEST)) == bits:
            return nonce
    raise AssertionError("no such nonce")


def test_the_work_is_argon2id_as_the_protocol_says() -> None:
    nonce = b"\3" * 8

    expected = hash_secret_raw(nonce + REQUEST, CHALLENGE, 1, 1_024, 1, 32, Type.ID)

    assert work_digest(CHALLENGE, nonce, REQUEST) == expected


@pytest.mark.parametrize(
    ("waiting", "bits"),
    [(0, 5), (127, 5), (128, 6), (255, 6), (256, 7), (383, 7), (384, 8), (512, 8), (9_999, 8)],
)
def test_each_quarter_of_the_pool_doubles_the_price(waiting: int, bits: int) -> None:
    assert work_bits(waiting, 512) == bits


def test_a_pool_smaller_than_the_steps_has_a_price_too() -> None:
    assert [work_bits(waiting, 1) for waiting in (0, 1)] == [WORK_BITS[0], WORK_BITS[-1]]


def test_one_step_below_counts_and_two_do_not() -> None:
    def check(has: int) -> None:
        nonce = nonce_with(has)
        check_work(WorkGate(1), challenge=CHALLENGE, nonce=nonce, request=REQUEST, bits=6)

    check(6)
    check(6 - GRACE_BITS)
    with pytest.raises(WrongWork):
        check(5 - GRACE_BITS)


def test_more_checks_than_there_is_room_for_are_told_busy() -> None:
    gate = WorkGate(1)
    told, results = threading.Event(), []

    def hold() -> None:
        try:
            with gate.place(), gate.computing:
                told.wait(PATIENCE_SECONDS)
                results.append("done")
        except Busy:
            results.append("busy")
            told.set()

    threads = [threading.Thread(target=hold) for _ in range(3)]  # one computes, one waits
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == ["busy", "done", "done"]
    with gate.place(), gate.computing:
        pass
