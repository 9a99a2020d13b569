"""An operator's key to an onion service that only keys open (client authorization, rend-spec-v3).

private, for the operator's own tor    <56 letters>:descriptor:x25519:<key, base32>
public, for whoever runs the node      52 letters and digits
"""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

ONION_LETTERS = 56


def new_onion_key(onion: str) -> tuple[str, str]:
    """The line of a new .auth_private file for *onion* (NAME.onion), and the public key for its
    node. Raises ValueError."""
    name = onion.removesuffix(".onion")
    if len(name) != ONION_LETTERS or not name.isalnum():
        raise ValueError("not an onion address of version 3")
    key = X25519PrivateKey.generate()
    private = _base32(key.private_bytes_raw())
    return f"{name}:descriptor:x25519:{private}\n", _base32(key.public_key().public_bytes_raw())


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")
