"""Stamps in numbers, for a bench that plays everybody: signed as blinding would end, in one go."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateNumbers,
    RSAPublicNumbers,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
)
from cryptography.hazmat.primitives.hashes import SHA384

from clients.operators.keyring import CoordinatorKeyring
from clients.trial.circle import Trial
from crypto.certificates import Stamp, stamp_message
from crypto.certifying_keys import PUBLIC_EXPONENT, Use
from crypto.signing_keys import SigningKey


def stamper(trial: Trial, period: int) -> Callable[[], Stamp]:
    """What gives a fresh stamp of *period* each time, in any thread."""
    circle = trial.circle()
    key = circle.stamp_key(period)
    keyring = CoordinatorKeyring.open(trial.coordinator_keyring(key.coordinator), trial.passphrase)
    signed = _signer(keyring.secrets.signing_key(period, Use(key.use)))

    def stamp() -> Stamp:
        nonce = secrets.token_bytes(32)
        return Stamp(period, nonce, signed(stamp_message(circle.digest, period, nonce)))

    return stamp


def _signer(key: SigningKey) -> Callable[[bytes], bytes]:
    """Signs as blinding, signing and unblinding would, forty times as fast: PSS without a salt."""
    exponent = pow(PUBLIC_EXPONENT, -1, (key.p - 1) * (key.q - 1))
    numbers = RSAPrivateNumbers(
        key.p,
        key.q,
        exponent,
        rsa_crt_dmp1(exponent, key.p),
        rsa_crt_dmq1(exponent, key.q),
        rsa_crt_iqmp(key.p, key.q),
        RSAPublicNumbers(PUBLIC_EXPONENT, key.n),
    )
    native = numbers.private_key()
    return lambda message: native.sign(message, PSS(MGF1(SHA384()), salt_length=0), SHA384())
