"""Two strangers agree on a key and talk through their pages (protocol.md, section 6).

    donor  ──page 1: {share_d, blanks, code}──▶ family       sealed to the family's certified key
    family ──page 1: {share_f, blanks}────────▶ donor        sealed to the donor's certified key
             pages 2–4, both ways                            under K, from both shares

Whoever is not the holder of a certified key learns no share, so a node or a matcher that invents a
partner gets nothing sealed under K. Nobody signs anything to anybody: either side could have made
the whole conversation up, and that is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass

from crypto.errors import WrongLength
from crypto.labels import bound, derive, u8, u32
from crypto.messages.pages import MESSAGES_A_PAGE, Page, PageOne, Said
from crypto.records import close_record, open_record
from crypto.sealing import SealingKey, open_sealed, seal

TO_FAMILY, TO_DONOR = 0, 1
TRANSCRIPT_PAGES = (2, 3, 4)
PAGE_BYTES = 3_600
"""Words a page takes before the next begins; leaves room for the framing of sixteen messages."""


@dataclass(frozen=True, repr=False)
class Meeting:
    """What both sides of a match know and bind everything to.

    Its `repr` is its name: both roots side by side say who was matched with whom.
    """

    circle: bytes
    rendezvous: bytes
    matched: int
    request_root: bytes
    offer_root: bytes

    def __repr__(self) -> str:
        return "<Meeting>"

    def page_one_info(self, direction: int) -> bytes:
        """The HPKE info of page 1."""
        return bound(
            "page 1",
            self.circle,
            u8(direction),
            self.rendezvous,
            u32(self.matched),
            self.request_root,
            self.offer_root,
        )

    def seal_page_one(self, page: PageOne, *, direction: int, recipient: bytes) -> bytes:
        """A record that only the certified *recipient* (1,216 bytes) opens."""
        return seal(page, recipient=recipient, info=self.page_one_info(direction))

    def open_page_one(self, record: bytes, *, direction: int, key: SealingKey) -> PageOne:
        """Raises CannotOpen for anything that was not written for this match."""
        return open_sealed(PageOne, record, key=key, info=self.page_one_info(direction))

    def conversation_key(self, *, share_donor: bytes, share_family: bytes) -> bytes:
        """K, 32 bytes."""
        return derive(
            share_donor + share_family,
            "conversation",
            self.request_root,
            self.offer_root,
            self.rendezvous,
            u32(self.matched),
            self.circle,
        )

    def _page_aad(self, direction: int, number: int) -> bytes:
        return bound("page", self.circle, u8(direction), u8(number), u32(self.matched))

    def close_page(self, page: Page, *, key: bytes, direction: int, number: int) -> bytes:
        """Page 2, 3 or 4 of one direction under K."""
        return close_record(
            page,
            key=_page_key(key, direction, number),
            aad=self._page_aad(direction, number),
        )

    def open_page(self, record: bytes, *, key: bytes, direction: int, number: int) -> Page:
        """Raises CannotOpen."""
        return open_record(
            Page,
            record,
            key=_page_key(key, direction, number),
            aad=self._page_aad(direction, number),
        )


def _page_key(key: bytes, direction: int, number: int) -> bytes:
    return derive(key, "page", u8(direction), u8(number))


def again_value(key: bytes) -> bytes:
    """16 bytes that both sides may put into later cards to meet again."""
    return derive(key, "again")[:16]


def lay_out(transcript: tuple[Said, ...]) -> tuple[Page, ...]:
    """The three pages of a cumulative transcript, in order. Raises WrongLength when it is full."""
    pages: list[list[Said]] = [[]]
    used = 0
    for said in transcript:
        size = len(said.words.encode())
        if used + size > PAGE_BYTES or len(pages[-1]) == MESSAGES_A_PAGE:
            pages.append([])
            used = 0
        pages[-1].append(said)
        used += size
    if len(pages) > len(TRANSCRIPT_PAGES):
        raise WrongLength("this conversation is full")
    pages += [[]] * (len(TRANSCRIPT_PAGES) - len(pages))
    return tuple(Page(messages=tuple(page)) for page in pages)
