"""Keyrings: what a coordinator, a matcher or a signer keeps, and nothing beyond it.

A keyring is a sealed file (`clients.operators.sealed_file`) whose content is deterministic CBOR.
It is read freely and changed only through ``change``: that holds the file's lock, looks at what
another program wrote meanwhile, and is durable when it returns. Two clerks at once therefore burn a
receipt once.

A coordinator's keyring names nobody. What it remembers of people are hashes of spent things and
how many of them there were on a day.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Generic, Self, TypeVar

import cbor2

from clients.errors import WrongPassphrase
from clients.operators.sealed_file import RFC_9106_SECOND_ONE_LANE, Cost, SealedFile
from crypto.certifying_keys import Use
from crypto.documents import new_signing_seed, public_key_of
from crypto.errors import InvalidKey, WrongShape
from crypto.labels import SECRET_BYTES
from crypto.sealing import SealingKey
from crypto.shapes import U16, U32, Message, octets, one_of, part, several, shaped
from crypto.signing_keys import SIGNING_KEY_BYTES, SigningKey

MOST_BURNED = 500_000
MOST_DAYS = 4_000


class HeldKey(Message):
    """The private half of a certifying key."""

    period: int = shaped(U32)
    use: str = shaped(one_of(*Use))
    primes: bytes = shaped(octets(SIGNING_KEY_BYTES))


class Burned(Message):
    """Something spent: its hash, the hash of what it was spent on, and its period."""

    spent: bytes = shaped(octets(32))
    on: bytes = shaped(octets(32))
    period: int = shaped(U32)


class DayCount(Message):
    """How many invited requests the clerk certified on a day (days since 1970)."""

    day: int = shaped(U32)
    certified: int = shaped(U16)


class InviteCount(Message):
    """How many invites were ever made for a period; the next one's nonce follows from it."""

    period: int = shaped(U32)
    made: int = shaped(U32)


class CoordinatorSecrets(Message):
    """Everything a coordinator keeps."""

    signing_seed: bytes = shaped(octets(SECRET_BYTES))
    sealing_seed: bytes = shaped(octets(SECRET_BYTES))
    invite_key: bytes = shaped(octets(SECRET_BYTES))
    keys: tuple[HeldKey, ...] = shaped(several(part(HeldKey), at_most=64))
    burned_invites: tuple[Burned, ...] = shaped(several(part(Burned), at_most=MOST_BURNED))
    # Whatever bought a next slot: receipts, and roots in an exchange.
    burned_for_slots: tuple[Burned, ...] = shaped(several(part(Burned), at_most=MOST_BURNED))
    days: tuple[DayCount, ...] = shaped(several(part(DayCount), at_most=MOST_DAYS))
    invites: tuple[InviteCount, ...] = shaped(several(part(InviteCount), at_most=64))

    @property
    def sealing_key(self) -> SealingKey:
        """The key that intake records and batches are sealed to."""
        return SealingKey(self.sealing_seed)

    def signing_key(self, period: int, use: Use) -> SigningKey:
        """The certifying key of a duty. Raises InvalidKey if this keyring has none."""
        for held in self.keys:
            if held.period == period and held.use == use:
                return SigningKey.from_bytes(held.primes)
        raise InvalidKey("no such key in the keyring")

    def certified_on(self, day: int) -> int:
        """How many invited requests were certified on *day*."""
        return next((count.certified for count in self.days if count.day == day), 0)


class HeldEpoch(Message):
    """The seed of an epoch's sealing key."""

    epoch: int = shaped(U32)
    seed: bytes = shaped(octets(SECRET_BYTES))


class MatcherSecrets(Message):
    """Everything a matcher keeps: its signing key and the keys of the epochs still needed."""

    signing_seed: bytes = shaped(octets(SECRET_BYTES))
    epochs: tuple[HeldEpoch, ...] = shaped(several(part(HeldEpoch), at_most=3))

    def epoch_seed(self, epoch: int) -> bytes:
        """The seed of *epoch*'s key. Raises InvalidKey if it is not kept, or no longer."""
        for held in self.epochs:
            if held.epoch == epoch:
                return held.seed
        raise InvalidKey("no key of that epoch in the keyring")

    def epoch_key(self, epoch: int) -> SealingKey:
        """The sealing key of *epoch*. Raises InvalidKey."""
        return SealingKey(self.epoch_seed(epoch))


class SignerSecrets(Message):
    """Everything a signer of circle documents keeps."""

    signing_seed: bytes = shaped(octets(SECRET_BYTES))


Secrets = TypeVar("Secrets", bound=Message)


class _Keyring(Generic[Secrets]):
    """A sealed file and the secrets in it; ``secrets`` is what the file held at the last change."""

    kind: ClassVar[int]
    message: ClassVar[type[Message]]

    def __init__(self, file: SealedFile, secrets: Secrets) -> None:
        self._file = file
        self.secrets = secrets

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @classmethod
    def _create(cls, path: Path, passphrase: str, secrets: Secrets, cost: Cost) -> Self:
        content = _encoded(secrets)
        file = SealedFile.create(path, passphrase, kind=cls.kind, content=content, cost=cost)
        return cls(file, secrets)

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """The keyring at *path*. Raises WrongPassphrase, KeyringExposed, KeyringError."""
        file = SealedFile.open(path, passphrase, kind=cls.kind)
        return cls(file, cls._decoded(file.content))

    def change(self, step: Callable[[Secrets], Secrets]) -> Secrets:
        """Apply *step* to what the disk holds now; durable on return. Raises KeyringBusy.

        *step* may raise to change nothing. What it returns unchanged is not written again.
        """
        with self._file.held() as file:
            before = self._decoded(file.content)
            after = step(before)
            if after is not before:
                file.write(_encoded(after))
            self.secrets = after
        return after

    def set_passphrase(self, passphrase: str, *, cost: Cost = RFC_9106_SECOND_ONE_LANE) -> None:
        """Seal the keyring under another passphrase. Raises KeyringBusy."""
        self._file.set_passphrase(passphrase, cost)

    @classmethod
    def _decoded(cls, content: bytes) -> Secrets:
        try:
            return cls.message.from_wire(cbor2.loads(content))  # type: ignore[return-value]
        except (WrongShape, cbor2.CBORDecodeError):
            raise WrongPassphrase from None


def _encoded(secrets: Message) -> bytes:
    encoded: bytes = cbor2.dumps(secrets.to_wire(), canonical=True)
    return encoded


class CoordinatorKeyring(_Keyring[CoordinatorSecrets]):
    """The keyring of a coordinator."""

    kind = 0
    message = CoordinatorSecrets

    @classmethod
    def create(cls, path: Path, passphrase: str, *, cost: Cost = RFC_9106_SECOND_ONE_LANE) -> Self:
        """A new coordinator's keyring, without certifying keys yet. Raises KeyringExists."""
        secrets = CoordinatorSecrets(
            signing_seed=new_signing_seed(),
            sealing_seed=new_signing_seed(),
            invite_key=new_signing_seed(),
            keys=(),
            burned_invites=(),
            burned_for_slots=(),
            days=(),
            invites=(),
        )
        return cls._create(path, passphrase, secrets, cost)

    @property
    def public_key(self) -> bytes:
        """The Ed25519 key, 32 bytes, that the charter names."""
        return public_key_of(self.secrets.signing_seed)


class MatcherKeyring(_Keyring[MatcherSecrets]):
    """The keyring of a matcher."""

    kind = 1
    message = MatcherSecrets

    @classmethod
    def create(cls, path: Path, passphrase: str, *, cost: Cost = RFC_9106_SECOND_ONE_LANE) -> Self:
        """A new matcher's keyring, before its first epoch. Raises KeyringExists."""
        secrets = MatcherSecrets(signing_seed=new_signing_seed(), epochs=())
        return cls._create(path, passphrase, secrets, cost)

    @property
    def public_key(self) -> bytes:
        """The Ed25519 key, 32 bytes, that the charter names."""
        return public_key_of(self.secrets.signing_seed)


class SignerKeyring(_Keyring[SignerSecrets]):
    """The keyring of a signer of circle documents."""

    kind = 2
    message = SignerSecrets

    @classmethod
    def create(cls, path: Path, passphrase: str, *, cost: Cost = RFC_9106_SECOND_ONE_LANE) -> Self:
        """A new signer's keyring. Raises KeyringExists."""
        secrets = SignerSecrets(signing_seed=new_signing_seed())
        return cls._create(path, passphrase, secrets, cost)

    @property
    def public_key(self) -> bytes:
        """The Ed25519 key, 32 bytes, that the charter names."""
        return public_key_of(self.secrets.signing_seed)
