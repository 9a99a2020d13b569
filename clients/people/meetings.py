"""A match, checked and spoken in: who the partner is, and under which key the two talk.

    notice ─▶ match ─▶ certificate counts? mode and region chosen? ─▶ encounter
    partner's page 1 ─▶ its share ─▶ conversation key ─▶ both transcripts

A notice comes from the matcher and a page through the node. Nothing of a match is shown, and
nothing is sent to the partner, before both duty coordinators' signatures on it are verified here.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from clients.errors import TooLong
from clients.people.person import Place, class_of
from crypto.certificates import verify_certificate
from crypto.circle import Circle
from crypto.conversations import (
    TO_DONOR,
    TO_FAMILY,
    TRANSCRIPT_PAGES,
    Meeting,
    lay_out,
)
from crypto.errors import (
    CannotOpen,
    InvalidCertificate,
    MalformedMessage,
    WrongLength,
    WrongShape,
)
from crypto.labels import PAGES, SECRET_BYTES
from crypto.messages.intake import DONOR, FAMILY
from crypto.messages.notices import Match
from crypto.messages.pages import WORDS_BYTES, Kind, PageOne, Said
from crypto.messages.shelf import Slot, Wish
from crypto.sealing import check_public_key

MOST_CHARACTERS = 300
MOST_REPLACED = 3
"""Codes that a donor's client gives in the place of others in one match: whoever says that each of
them fails has had four, and no more. One failure more can be said; then the request waits anew."""
VOUCHER = 0
"""`matching.catalogue.Mode`; the only mode in which no address is shown."""


@dataclass(frozen=True, repr=False)
class Encounter:
    """A verified match, seen from one side."""

    place: Place
    role: int
    match: Match
    meeting: Meeting

    def __repr__(self) -> str:
        return "<Encounter>"

    @property
    def matched(self) -> int:
        """The epoch of the match, by which outboxes speak of it."""
        return self.match.matched

    @property
    def direction(self) -> int:
        """Which way one's own pages point."""
        return TO_DONOR if self.role == FAMILY else TO_FAMILY

    @property
    def share(self) -> bytes:
        """One's own share; the same in every process."""
        return self.place.pseudonym.share(self.match.rendezvous, self._peer_root)

    @property
    def partner(self) -> bytes:
        """The mark by which the shelf knows this partner again."""
        pseudonym = self.place.pseudonym
        return pseudonym.partner_mark(self.match.rendezvous, self._peer_root, self.matched)

    @property
    def _peer_root(self) -> bytes:
        return self.meeting.offer_root if self.role == FAMILY else self.meeting.request_root

    def key(self, peer_share: bytes) -> bytes:
        """The conversation key, from both shares."""
        if self.role == FAMILY:
            return self.meeting.conversation_key(share_donor=peer_share, share_family=self.share)
        return self.meeting.conversation_key(share_donor=self.share, share_family=peer_share)

    def page_one(self, code: str, *, in_earnest: bool = True) -> bytes:
        """One's own page 1, sealed to the partner; before it is *in_earnest*, with four B that
        blank nothing."""
        noise = tuple(secrets.token_bytes(SECRET_BYTES) for _ in range(PAGES))
        blanks = self.place.page_blanks if in_earnest else noise
        page = PageOne(share=self.share, blanks=blanks, code=code)
        return self.meeting.seal_page_one(
            page, direction=self.direction, recipient=self.match.peer.public_key
        )

    def open_page_one(self, record: bytes) -> PageOne | None:
        """The partner's page 1, or None while there is none for this match."""
        try:
            return self.meeting.open_page_one(
                record,
                direction=1 - self.direction,
                key=self.place.pseudonym.sealing_key,
            )
        except CannotOpen:
            return None

    def pages(self, transcript: tuple[Said, ...], key: bytes) -> tuple[bytes, ...]:
        """One's own pages 2 to 4. Raises TooLong when the conversation is full."""
        try:
            pages = lay_out(transcript)
            return tuple(
                self.meeting.close_page(page, key=key, direction=self.direction, number=number)
                for page, number in zip(pages, TRANSCRIPT_PAGES, strict=True)
            )
        except (WrongLength, WrongShape):
            raise TooLong from None

    def transcript(
        self, records: tuple[bytes, ...], key: bytes, *, own: bool
    ) -> tuple[Said, ...] | None:
        """Pages 2 to 4 joined; None if one does not open: half a transcript is none."""
        direction = self.direction if own else 1 - self.direction
        said: list[Said] = []
        for record, number in zip(records, TRANSCRIPT_PAGES, strict=True):
            try:
                page = self.meeting.open_page(record, key=key, direction=direction, number=number)
            except CannotOpen:
                return None
            said.extend(page.messages)
        return tuple(said)


def encounter_of(
    circle: Circle, place: Place, role: int, chosen: Wish | None, match: Match
) -> Encounter | None:
    """The encounter, or None for a match that is not to be had: a partner without a certificate
    of this circle or with a key that nothing can be sealed to, a mode or a region that was never
    chosen."""
    if chosen is None or not (
        chosen.modes >> match.mode & 1 and chosen.regions >> match.region & 1
    ):
        return None
    peer = match.peer
    try:
        peer_root = verify_certificate(
            circle,
            class_of(DONOR if role == FAMILY else FAMILY),
            peer.period,
            peer.public_key,
            peer.claim_tag,
            peer.signatures,
        )
        check_public_key(peer.public_key)
    except (InvalidCertificate, MalformedMessage):
        return None
    own_root = place.root(role)
    request_root, offer_root = (own_root, peer_root) if role == FAMILY else (peer_root, own_root)
    meeting = Meeting(circle.digest, match.rendezvous, match.matched, request_root, offer_root)
    return Encounter(place, role, match, meeting)


def met(slot: Slot, matched: int, partner: bytes) -> Slot:
    """The slot as it speaks of *partner*, met in epoch *matched*: what belonged to another is
    gone."""
    if slot.met == matched:
        return slot
    return replace(slot, met=matched, partner=partner, peer_share=None, code="")


def is_second(slot: Slot, encounter: Encounter) -> bool:
    """Whether the slot's epoch had another partner. A round gives a card one; a matcher that
    names two wants what the first was given shown to the second."""
    return slot.met == encounter.matched and slot.partner != encounter.partner


def checked(words: str) -> str:
    """*words*, if they fit a message. Raises TooLong."""
    try:
        if len(words) <= MOST_CHARACTERS and len(words.encode()) <= WORDS_BYTES:
            return words
    except UnicodeEncodeError:  # half a character, as broken keyboards send
        pass
    raise TooLong


def said(
    transcript: tuple[Said, ...], kind: Kind, words: str = "", *, anew: bool = False
) -> tuple[Said, ...]:
    """The transcript with one message more, or as it is if that is its last one already; with
    *anew* a second one like it counts too. Raises TooLong.
    """
    message = Said(kind=kind, words=checked(words))
    is_repeated = transcript[-1:] == (message,) and not anew
    return transcript if is_repeated else (*transcript, message)


def count(transcript: tuple[Said, ...], kind: Kind) -> int:
    """How often *kind* was said."""
    return sum(1 for message in transcript if message.kind == kind)


def last(transcript: tuple[Said, ...], *kinds: Kind) -> Said | None:
    """The last message, of one of *kinds* if any are named."""
    wanted = (message for message in reversed(transcript) if not kinds or message.kind in kinds)
    return next(wanted, None)
