"""Stamps in numbers, for a bench that plays everybody: signed as blinding would end, in one go."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from clients.operators.keyring import CoordinatorKeyring
from clients.trial.circle import Trial
from clients.trial.native_keys import native_signer
from crypto.certificates import Stamp, stamp_message
from crypto.certifying_keys import Use


def stamper(trial: Trial, period: int) -> Callable[[], Stamp]:
    """What gives a fresh stamp of *period* each time, in any thread."""
    circle = trial.circle()
    key = circle.stamp_key(period)
    keyring = CoordinatorKeyring.open(trial.coordinator_keyring(key.coordinator), trial.passphrase)
    signed = native_signer(keyring.secrets.signing_key(period, Use(key.use)))

    def stamp() -> Stamp:
        nonce = secrets.token_bytes(32)
        return Stamp(period, nonce, signed(stamp_message(circle.digest, period, nonce)))

    return stamp
