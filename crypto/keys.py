"""The key tree of a person (protocol.md, section 3): everything follows from the list.

    list key ─▶ person (circle, period) ─┬▶ shelf
                                         ├▶ thread 0, thread 1
                                         └▶ pseudonym 0, 1, 2, …

A person's device keeps nothing: a new process with the nine lines walks this tree again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from crypto.drops import WriteSecret
from crypto.labels import PAGES, derive, u8, u16, u32
from crypto.permits import Permit
from crypto.sealing import SealingKey

BLINDING_BYTES = 272
"""16 bytes more than a modulus, so that reducing leaves no bias worth naming."""

PARTNER_MARK_BYTES = 16
"""Only its owner ever compares one: 16 bytes of a keyed value, for a shelf has eight slots."""


class _Hidden:
    """Secrets: a `repr` says what it is and nothing else."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, repr=False)
class Thread(_Hidden):
    """The two drops between a person and one duty coordinator, seen from the person."""

    in_write: WriteSecret
    out_write: WriteSecret
    key: bytes


@dataclass(frozen=True, repr=False)
class Person(_Hidden):
    """One list in one circle and one period."""

    circle: bytes
    period: int
    secret: bytes

    @classmethod
    def from_list_key(cls, list_key: bytes, *, circle: bytes, period: int) -> Person:
        """*list_key* 32 bytes (`crypto.lists.list_to_key`), *circle* the digest."""
        return cls(circle, period, derive(list_key, "person", circle, u32(period)))

    @cached_property
    def shelf_write(self) -> WriteSecret:
        """w of the shelf."""
        return WriteSecret(derive(self.secret, "shelf write"))

    @cached_property
    def shelf_key(self) -> bytes:
        """The shelf is under a key that never leaves its owner."""
        return derive(self.secret, "shelf key")

    @cached_property
    def intake_retry(self) -> bytes:
        """What makes a repeated intake recognisable as the same."""
        return derive(self.secret, "intake retry")

    def exchange_retry(self, asking: int) -> bytes:
        """The same for the exchange that is *asking* number 1..15 of the period."""
        return derive(self.secret, "exchange retry", u8(asking))

    def spare_write(self, asking: int) -> WriteSecret:
        """w of the drop that an exchange reserves where an intake reserves a shelf that stands."""
        return WriteSecret(derive(self.secret, "exchange spare", u8(asking)))

    def thread(self, number: int, asking: int = 0) -> Thread:
        """The thread with duty coordinator 0 or 1 about *asking*: 0 the intake, 1..15 exchanges."""
        secret = derive(self.secret, "thread", u8(2 * asking + number))
        return Thread(
            in_write=WriteSecret(derive(secret, "in write")),
            out_write=WriteSecret(derive(secret, "out write")),
            key=derive(secret, "thread key"),
        )

    def pseudonym(self, index: int) -> Pseudonym:
        """Pseudonym *index*, 0..65535."""
        return Pseudonym(derive(self.secret, "pseudonym", u16(index)))


@dataclass(frozen=True, repr=False)
class Pseudonym(_Hidden):
    """The secrets behind one parcel (family) or one slot (donor)."""

    secret: bytes

    @cached_property
    def sealing_key(self) -> SealingKey:
        """The certified X-Wing key pair."""
        return SealingKey(derive(self.secret, "sealing key"))

    @cached_property
    def throwaway_key(self) -> SealingKey:
        """What page 1 is sealed to before there is a partner; nobody ever opens it."""
        return SealingKey(derive(self.secret, "throwaway key"))

    @cached_property
    def claim_tag(self) -> bytes:
        """Registered once when an address is about to be shown to this pseudonym."""
        return derive(self.secret, "claim tag")

    @cached_property
    def claim_permit(self) -> Permit:
        """Shown in every visit; the card brings its hash."""
        return Permit(derive(self.secret, "claim permit"))

    def claim_token(self, tag: bytes) -> bytes:
        """The token under which this pseudonym registers *tag*; stable, so retries are free."""
        return derive(self.secret, "claim token", tag)

    @cached_property
    def notice_secret(self) -> bytes:
        """Given to the matcher; addresses and opens the notices and the outbox."""
        return derive(self.secret, "notice secret")

    @cached_property
    def outbox_write(self) -> WriteSecret:
        """w of the outbox."""
        return WriteSecret(derive(self.secret, "outbox write"))

    @cached_property
    def pages_write(self) -> tuple[WriteSecret, ...]:
        """w of the four pages."""
        return tuple(
            WriteSecret(derive(self.secret, "page write", u8(n))) for n in range(1, PAGES + 1)
        )

    @cached_property
    def receipt_nonce(self) -> bytes:
        """The message of this pseudonym's receipt (families)."""
        return derive(self.secret, "receipt nonce")

    @cached_property
    def card_retry(self) -> bytes:
        """What makes a repeated card recognisable as the same."""
        return derive(self.secret, "card retry")

    def blinding(self, use: str, key_id: bytes) -> bytes:
        """272 bytes that blind what goes to the certifying key *key_id*; another for each key."""
        return derive(self.secret, f"blinding {use}", key_id, length=BLINDING_BYTES)

    def share(self, rendezvous: bytes, peer_root: bytes) -> bytes:
        """This side's share of a conversation's key; a fresh process finds the same."""
        return derive(self.secret, "share", rendezvous, peer_root)

    def partner_mark(self, rendezvous: bytes, peer_root: bytes, matched: int) -> bytes:
        """16 bytes by which a shelf knows the partner of epoch *matched* again. Nobody else can
        compute them, so no other partner can be made to fit."""
        context = (rendezvous, peer_root, u32(matched))
        return derive(self.secret, "partner mark", *context, length=PARTNER_MARK_BYTES)


def notice_write(notice_secret: bytes, epoch: int) -> WriteSecret:
    """w of the notice of *epoch*; its owner and the matcher both know it."""
    return WriteSecret(derive(notice_secret, "notice write", u32(epoch)))


def notice_key(notice_secret: bytes, epoch: int) -> bytes:
    """The key of the notice of *epoch*."""
    return derive(notice_secret, "notice key", u32(epoch))


def outbox_key(notice_secret: bytes) -> bytes:
    """The key of the outbox, shared by its owner and the matcher."""
    return derive(notice_secret, "outbox key")


def slot_ticket(notice_secret: bytes, index: int) -> bytes:
    """How the matcher recognises the answer to a batch entry without remembering it."""
    return derive(notice_secret, "ticket", u16(index))
