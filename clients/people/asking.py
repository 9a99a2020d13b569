"""The values that coordinators are asked to sign blindly, and what their answers become.

A blinding is derived, never drawn: a process that knows nothing but the list asks for the same
values again and can take the answer to an earlier request.
"""

from __future__ import annotations

from dataclasses import dataclass

from clients.people.person import Place, class_of
from clients.people.shelves import new_slot
from clients.people.slot_names import ASKING_STRIDE
from crypto.blinding import BlindedValue, blind, unblind
from crypto.certificates import certificate_message, receipt_message, stamp_message
from crypto.certifying_keys import CertifyingKey
from crypto.circle import Circle
from crypto.labels import BLIND_COUNT
from crypto.messages.intake import DONOR
from crypto.messages.shelf import Slot
from crypto.messages.tokens import Delivery, NextSlot


@dataclass(frozen=True, repr=False)
class Asked:
    """A key, the message it is to sign, and that message blinded for it."""

    key: CertifyingKey
    message: bytes
    value: BlindedValue

    def __repr__(self) -> str:
        return "<Asked>"

    @property
    def blinded(self) -> bytes:
        """What the coordinator is given, 256 bytes."""
        return self.value.blinded

    def unblinded(self, blind_signature: bytes) -> bytes:
        """The signature, verified. Raises InvalidCertificate."""
        return unblind(self.key, self.message, blind_signature, self.value.inverse)


def root_asked(circle: Circle, place: Place, role: int, number: int) -> Asked:
    """The root of *place*, for duty coordinator *number* of its class."""
    key = circle.certificate_keys(place.period, class_of(role))[number]
    return _asked(place, key, certificate_message(circle.digest, place.root(role)))


def stamp_asked(circle: Circle, place: Place, role: int) -> Asked:
    """The stamp that goes with the root of *place*."""
    message = stamp_message(circle.digest, place.period, place.stamp_nonce(role))
    return _asked(place, circle.stamp_key(place.period), message)


def receipt_asked(circle: Circle, place: Place) -> Asked:
    """The receipt with which a family confirms the parcel of *place*."""
    message = receipt_message(circle.digest, place.period, place.pseudonym.receipt_nonce)
    return _asked(place, circle.receipt_key(place.period), message)


def earned_index(index: int) -> int:
    """The pseudonym that a confirmation of *index* pays for.

    0 earns 3, 3 earns 6: no two cards can ever earn the same one, whichever is posted first and
    whatever was forgotten in between.
    """
    return index + BLIND_COUNT


def asked_index(asking: int) -> int:
    """The first pseudonym that *asking* is about; what it earns stays below the next asking's."""
    return asking * ASKING_STRIDE


def next_slot_of(circle: Circle, place: Place) -> NextSlot:
    """What a donor's outbox asks for: the blinded root and stamp of the slot *place* earns."""
    first, second, stamp = _earned(circle, place)
    return NextSlot(
        index=earned_index(place.index),
        period=place.period,
        blinded_roots=(first.blinded, second.blinded),
        blinded_stamp=stamp.blinded,
    )


def earned_slot(circle: Circle, place: Place, delivery: Delivery) -> Slot:
    """The slot that *place* earned, every signature verified. Raises InvalidCertificate."""
    first, second, stamp = (
        asked.unblinded(signature)
        for asked, signature in zip(_earned(circle, place), delivery.signatures, strict=True)
    )
    return new_slot(earned_index(place.index), (first, second), stamp, None)


def _earned(circle: Circle, place: Place) -> tuple[Asked, Asked, Asked]:
    earned = Place(place.person, earned_index(place.index))
    return (
        root_asked(circle, earned, DONOR, 0),
        root_asked(circle, earned, DONOR, 1),
        stamp_asked(circle, earned, DONOR),
    )


def _asked(place: Place, key: CertifyingKey, message: bytes) -> Asked:
    blinding = place.pseudonym.blinding(key.use, key.key_id)
    return Asked(key, message, blind(key, message, blinding))
