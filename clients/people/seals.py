"""What every record of a person is opened and closed with: key and binding, said once.

protocol.md, section 6, names the bindings. A function here returns the pair of keyword arguments
that `crypto.records` takes, or the `info` that `crypto.sealing` takes.
"""

from __future__ import annotations

from typing import TypedDict

from clients.people.person import Place
from crypto.keys import Person, Pseudonym, notice_key, outbox_key
from crypto.labels import bound, u8, u32


class Under(TypedDict):
    """Key and AAD of a record under a shared key."""

    key: bytes
    aad: bytes


def shelf(person: Person) -> Under:
    """The shelf of one period."""
    aad = bound("shelf", person.circle, u32(person.period))
    return Under(key=person.shelf_key, aad=aad)


def thread_in(place: Place, number: int) -> Under:
    """What coordinator *number* (0, 1 in the order of duty) says."""
    return _thread("thread in", place, number)


def thread_out(place: Place, number: int) -> Under:
    """What the person says to coordinator *number*."""
    return _thread("thread out", place, number)


def _thread(label: str, place: Place, number: int) -> Under:
    return Under(
        key=place.thread(number).key,
        aad=bound(label, place.circle, u32(place.period), u8(number)),
    )


def notice(circle: bytes, pseudonym: Pseudonym, epoch: int) -> Under:
    """The notice of *epoch*."""
    return Under(
        key=notice_key(pseudonym.notice_secret, epoch),
        aad=bound("notice", circle, u32(epoch)),
    )


def outbox(circle: bytes, pseudonym: Pseudonym) -> Under:
    """The outbox of a card."""
    return Under(key=outbox_key(pseudonym.notice_secret), aad=bound("outbox", circle))


def intake_info(person: Person, number: int) -> bytes:
    """The seal of the intake record for coordinator *number*."""
    return bound("intake", person.circle, u32(person.period), u8(number))


def card_info(circle: bytes, epoch: int) -> bytes:
    """The seal of a card posted in *epoch*."""
    return bound("card", circle, u32(epoch))
