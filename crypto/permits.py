"""What a card is posted with so that the visits of its pseudonym may add claims (section 7).

A node keeps the hash and is shown the permit: whoever reads its disk can show none.
"""

from __future__ import annotations

from typing import NewType

from crypto.labels import hashed

Permit = NewType("Permit", bytes)
"""32 bytes; `crypto.keys.Pseudonym.claim_permit`."""

PermitHash = NewType("PermitHash", bytes)
"""32 bytes: H("klunak permit", permit)."""


def permit_hash(permit: Permit) -> PermitHash:
    """What a card brings and a node keeps of *permit*."""
    return PermitHash(hashed("klunak permit", permit))
