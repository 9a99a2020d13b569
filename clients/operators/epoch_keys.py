"""The keys of epochs: on the disk before anybody seals to one, and gone after its round.

make e+1 durable ─▶ publish ─▶ … ─▶ commit of e acknowledged ─▶ destroy e
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from clients.operators.keyring import HeldEpoch, MatcherKeyring, MatcherSecrets
from crypto.labels import SECRET_BYTES


def make_durable(keyring: MatcherKeyring, epoch: int) -> MatcherSecrets:
    """The keyring with a key of *epoch*; one that is there already is the one to go on with."""

    def with_key(kept: MatcherSecrets) -> MatcherSecrets:
        if any(held.epoch == epoch for held in kept.epochs):
            return kept
        fresh = HeldEpoch(epoch=epoch, seed=secrets.token_bytes(SECRET_BYTES))
        return replace(kept, epochs=(*kept.epochs, fresh))

    return keyring.change(with_key)


def destroy_before(keyring: MatcherKeyring, epoch: int) -> None:
    """Destroy the keys of all epochs before *epoch*: until its commit was acknowledged, an old
    key is what the round can be done again with."""

    def without_old(kept: MatcherSecrets) -> MatcherSecrets:
        needed = tuple(held for held in kept.epochs if held.epoch >= epoch)
        return kept if needed == kept.epochs else replace(kept, epochs=needed)

    keyring.change(without_old)
