"""What a drill looks for beside people's own values."""

from __future__ import annotations

import hashlib

import pytest

from clients.drill.marking import DIGESTS, digests_of
from crypto.labels import hashed


@pytest.mark.parametrize("name", ["family 2: phone", "code 17", "donor 1: list"])
def test_what_people_could_be_looked_up_by_is_looked_for(name: str) -> None:
    found = dict(digests_of(name, "+375 29 1"))

    assert found[f"{name}, by SHA-256"] == hashlib.sha256(b"+375 29 1").digest()
    assert found[f"{name}, by the protocol's hash"] == hashed("", b"+375 29 1")
    assert len(set(found.values())) == len(DIGESTS)


@pytest.mark.parametrize("name", ["family 2: words", "donor 1: list key", "epoch 4 key"])
def test_of_other_markers_no_digest_is_looked_for(name: str) -> None:
    assert list(digests_of(name, bytes(32))) == []
