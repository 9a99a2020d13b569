"""What stands in the place of records that are not there."""

from __future__ import annotations

import os

from api.noise import noise


def test_each_is_a_record_long_and_none_is_like_another() -> None:
    drawn = [record for _ in range(3) for record in noise(12)]

    assert [len(record) for record in drawn] == [4_096] * 36
    # Not even a block of 64 bytes, which is where a stream of ChaCha20 could come round.
    blocks = {record[at : at + 64] for record in drawn for at in range(0, 4_096, 64)}
    assert len(blocks) == 36 * 64


def test_a_worker_that_was_forked_draws_its_own() -> None:
    noise(1)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, noise(1)[0])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        its = pipe.read()
    os.waitpid(child, 0)

    assert len(its) == 4_096
    assert its != noise(1)[0]
