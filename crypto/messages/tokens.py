"""A stamp or receipt inside a message, and the values a client asks to have signed."""

from __future__ import annotations

from crypto.labels import SIGNATURE_BYTES
from crypto.shapes import U16, U32, Message, exactly, octets, optional, part, shaped

SIGNATURE = octets(SIGNATURE_BYTES)


class SpentReceipt(Message):
    """A receipt on its way to the coordinators: period, nonce (32), signature (256)."""

    period: int = shaped(U32)
    nonce: bytes = shaped(octets(32))
    signature: bytes = shaped(SIGNATURE)


class Opening(Message):
    """A slot of the period before, shown to be exchanged: its root and certificate, its stamp and,
    of a request, its receipt."""

    root: bytes = shaped(octets(32))
    signatures: tuple[bytes, ...] = shaped(exactly(2, SIGNATURE))
    stamp: bytes = shaped(SIGNATURE)
    receipt: SpentReceipt | None = shaped(optional(part(SpentReceipt)))


class NextSlot(Message):
    """What a donor wants signed once a family confirms: one root by both, one stamp."""

    index: int = shaped(U16)
    period: int = shaped(U32)
    blinded_roots: tuple[bytes, ...] = shaped(exactly(2, SIGNATURE))
    blinded_stamp: bytes = shaped(SIGNATURE)


class Delivery(Message):
    """The blind signatures on a `NextSlot`: two on the root, one on the stamp."""

    index: int = shaped(U16)
    signatures: tuple[bytes, ...] = shaped(exactly(3, SIGNATURE))


class Earned(Message):
    """A `Delivery` while it is put together: clerks answer in their own time, and an answer comes
    once. Null where nothing has come yet."""

    index: int = shaped(U16)
    signatures: tuple[bytes | None, ...] = shaped(exactly(3, optional(SIGNATURE)))
