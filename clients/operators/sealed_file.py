"""A file that a passphrase seals: what a coordinator or a matcher keeps on a disk.

    magic 16 ‖ kind u8 ‖ memory KiB u32 ‖ passes u8 ‖ lanes u8 ‖ salt 16 ‖ nonce 24 ‖ sealed

The key is Argon2id of the passphrase; everything before the ciphertext is its AAD. The content is
padded to whole blocks, so that its length says little.

Promises that a thief of the file learns nothing without the passphrase, and that a crash leaves
either the old content or the new one (`clients.operators.private_files`). Does not promise that an
older one is gone from the disk beneath: what a file system keeps of it is still under the
passphrase.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError as NaclError

from clients.errors import KeyringError, KeyringExists, WrongPassphrase
from clients.operators.private_files import identity, locked, read_private, replace_durably

MAGIC = b"klunak keyring 1"
SALT_BYTES = 16
NONCE_BYTES = 24
TAG_BYTES = 16
HEADER_BYTES = len(MAGIC) + 1 + 4 + 1 + 1 + SALT_BYTES
BLOCK_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What a passphrase costs to try."""

    memory_kib: int
    passes: int
    lanes: int


RFC_9106_SECOND_ONE_LANE = Cost(memory_kib=64 * 1024, passes=3, lanes=1)
"""RFC 9106, section 4, second recommended option (64 MiB, t = 3), with one lane instead of four:
lanes spare the owner time and an attacker nothing."""

CHEAPEST = Cost(memory_kib=8, passes=1, lanes=1)
"""Only for tests, and for trials: their passphrase is 128 bits, and lies beside."""

# What a header may ask of us before anything is known to be true in it.
_MOST = Cost(memory_kib=1024 * 1024, passes=16, lanes=8)


class SealedFile:
    """One sealed file that stays open to this process.

    Always true of it: ``content`` is what the file held when the lock was last held. The derived
    key is kept in memory, so that a change costs an encryption and an fsync, not an Argon2.
    """

    def __init__(self, path: Path, kind: int, header: bytes, key: bytes, content: bytes) -> None:
        self.path = path
        self.content = content
        self._kind = kind
        self._header = header
        self._key = key
        self._seen = identity(path)

    def __repr__(self) -> str:
        return "<SealedFile>"

    @classmethod
    def create(
        cls,
        path: Path,
        passphrase: str,
        *,
        kind: int,
        content: bytes,
        cost: Cost = RFC_9106_SECOND_ONE_LANE,
    ) -> SealedFile:
        """A new file. Raises KeyringExists, KeyringBusy."""
        header = _header(kind, cost, secrets.token_bytes(SALT_BYTES))
        key = _key_of(passphrase, header)
        with locked(path):
            if path.exists():
                raise KeyringExists
            replace_durably(path, _sealed(header, key, content))
        return cls(path, kind, header, key, content)

    @classmethod
    def open(cls, path: Path, passphrase: str, *, kind: int) -> SealedFile:
        """The file at *path*. Raises WrongPassphrase, KeyringExposed, KeyringError, KeyringBusy."""
        with locked(path):
            data = read_private(path)
            header = _checked_header(data, kind)
            key = _key_of(passphrase, header)
            return cls(path, kind, header, key, _opened(data, header, key))

    @contextmanager
    def held(self) -> Iterator[SealedFile]:
        """Hold the lock, with ``content`` as it is on the disk now. Raises KeyringBusy."""
        with locked(self.path):
            if identity(self.path) != self._seen:
                data = read_private(self.path)
                if data[:HEADER_BYTES] != self._header:
                    raise WrongPassphrase  # another passphrase was set meanwhile
                self.content = _opened(data, self._header, self._key)
                self._seen = identity(self.path)
            yield self

    def write(self, content: bytes) -> None:
        """Replace the content, durably on return. Only while ``held``."""
        replace_durably(self.path, _sealed(self._header, self._key, content))
        self.content = content
        self._seen = identity(self.path)

    def set_passphrase(self, passphrase: str, cost: Cost = RFC_9106_SECOND_ONE_LANE) -> None:
        """Seal the file anew. Other programs that have it open find themselves shut out."""
        header = _header(self._kind, cost, secrets.token_bytes(SALT_BYTES))
        key = _key_of(passphrase, header)
        with self.held():
            self._header, self._key = header, key
            self.write(self.content)


def _header(kind: int, cost: Cost, salt: bytes) -> bytes:
    return (
        MAGIC
        + kind.to_bytes(1, "big")
        + cost.memory_kib.to_bytes(4, "big")
        + cost.passes.to_bytes(1, "big")
        + cost.lanes.to_bytes(1, "big")
        + salt
    )


def _checked_header(data: bytes, kind: int) -> bytes:
    header = data[:HEADER_BYTES]
    if len(data) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES or not header.startswith(MAGIC):
        raise KeyringError("not a keyring")
    if header[len(MAGIC)] != kind:
        raise KeyringError("the keyring of another role")
    cost = _cost_of(header)
    if (
        not 1 <= cost.passes <= _MOST.passes
        or not 1 <= cost.lanes <= _MOST.lanes
        or not 8 * cost.lanes <= cost.memory_kib <= _MOST.memory_kib
    ):
        raise KeyringError("not a keyring")
    return header


def _cost_of(header: bytes) -> Cost:
    at = len(MAGIC) + 1
    return Cost(int.from_bytes(header[at : at + 4], "big"), header[at + 4], header[at + 5])


def _key_of(passphrase: str, header: bytes) -> bytes:
    cost = _cost_of(header)
    key: bytes = hash_secret_raw(
        passphrase.encode(),
        header[-SALT_BYTES:],
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=32,
        type=Type.ID,
    )
    return key


# length u32 ‖ content ‖ zeros, to whole blocks
def _sealed(header: bytes, key: bytes, content: bytes) -> bytes:
    framed = len(content).to_bytes(4, "big") + content
    framed = framed.ljust(-(-len(framed) // BLOCK_BYTES) * BLOCK_BYTES, b"\0")
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(framed, header + nonce, nonce, key)
    return header + nonce + sealed


def _opened(data: bytes, header: bytes, key: bytes) -> bytes:
    nonce = data[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
    sealed = data[HEADER_BYTES + NONCE_BYTES :]
    try:
        framed = crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, header + nonce, nonce, key)
    except (NaclError, ValueError):
        raise WrongPassphrase from None
    length = int.from_bytes(framed[:4], "big")
    if length > len(framed) - 4:
        raise WrongPassphrase
    return framed[4 : 4 + length]
