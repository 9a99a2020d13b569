"""What the matcher and a node say about themselves for a while (protocol.md, section 4).

An *epoch descriptor* names the key that cards of one epoch are sealed to; only a matcher of the
circle may publish one. A *node descriptor* tells how a node admits intake today. Both bind the
circle, so that neither can be shown to people of another.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from crypto.circle import SEALING_KEY_BYTES, Circle
from crypto.documents import SignedContent, public_key_of, read_signed, write_signed
from crypto.strict_json import (
    U32,
    JsonDocument,
    b64_field,
    build_model,
    hex_field,
)

POW_CHALLENGE_BYTES = 16
# 2^32 Argon2 calls are years of work for a phone: above it a number only shuts people out.
_MOST_POW_BITS = 32


class EpochDescriptor(SignedContent):
    """One epoch: its number from 1, its sealing key (1,216 bytes), and when it is open.

    *opens* and *closes* are unix minutes. They inform: what closes an epoch is the next one.
    """

    epoch: Annotated[U32, Field(ge=1)]
    key: Annotated[bytes, *b64_field(SEALING_KEY_BYTES)]
    opens: U32
    closes: U32
    matcher: Annotated[bytes, *hex_field(32)]

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        if self.closes < self.opens:
            raise ValueError("closes before it opens")
        return self


class NodeDescriptor(SignedContent):
    """How *node* admits intake on *day*: work of *pow_bits* over *pow_challenge* (16 bytes)."""

    node: Annotated[bytes, *hex_field(32)]
    day: U32
    pow_bits: Annotated[int, Field(ge=0, le=_MOST_POW_BITS)]
    pow_challenge: Annotated[bytes, *hex_field(POW_CHALLENGE_BYTES)]
    intake_open: bool


def write_epoch_descriptor(
    circle: Circle, *, epoch: int, key: bytes, opens: int, closes: int, signing_seed: bytes
) -> dict[str, str]:
    """``{"descriptor": text, "signature": hex}``, signed by the matcher with *signing_seed*.

    Raises WrongShape for a number or size out of range. Whether that matcher belongs to the
    circle is for readers to say.
    """
    content = build_model(
        EpochDescriptor,
        circle=circle.digest,
        epoch=epoch,
        key=key,
        opens=opens,
        closes=closes,
        matcher=public_key_of(signing_seed),
    )
    return write_signed("descriptor", "epoch", circle.digest, content, signing_seed)


def read_epoch_descriptor(document: JsonDocument, circle: Circle) -> EpochDescriptor:
    """The epoch descriptor, verified to be signed by a matcher of *circle*.

    Raises UnknownVersion, WrongShape or InvalidSignature.
    """
    return read_signed(
        EpochDescriptor,
        document,
        name="descriptor",
        label="epoch",
        circle=circle.digest,
        signer_field="matcher",
        signers=circle.matchers,
    )


def write_node_descriptor(
    circle: Circle,
    *,
    day: int,
    pow_bits: int,
    pow_challenge: bytes,
    intake_open: bool,
    signing_seed: bytes,
) -> dict[str, str]:
    """``{"descriptor": text, "signature": hex}``, signed by the node with *signing_seed*.

    Raises WrongShape for a number or size out of range.
    """
    content = build_model(
        NodeDescriptor,
        circle=circle.digest,
        node=public_key_of(signing_seed),
        day=day,
        pow_bits=pow_bits,
        pow_challenge=pow_challenge,
        intake_open=intake_open,
    )
    return write_signed("descriptor", "node", circle.digest, content, signing_seed)


def read_node_descriptor(document: JsonDocument, circle: Circle) -> NodeDescriptor:
    """The node descriptor, verified to be signed by a node of *circle*.

    Raises UnknownVersion, WrongShape or InvalidSignature.
    """
    return read_signed(
        NodeDescriptor,
        document,
        name="descriptor",
        label="node",
        circle=circle.digest,
        signer_field="node",
        signers=tuple(node.key for node in circle.nodes),
    )
