"""From the matcher to a card's owner: the notice, one for every live card in every epoch."""

from __future__ import annotations

from crypto.labels import PAGES
from crypto.messages.cards import FINISHED
from crypto.messages.tokens import SIGNATURE, Delivery
from crypto.sealing import PUBLIC_KEY_BYTES
from crypto.shapes import U8, U16, U32, Message, exactly, octets, optional, part, shaped, uint


class Peer(Message):
    """The opening of the partner's certificate; its class is the other one."""

    period: int = shaped(U32)
    public_key: bytes = shaped(octets(PUBLIC_KEY_BYTES))
    claim_tag: bytes = shaped(octets(32))
    signatures: tuple[bytes, ...] = shaped(exactly(2, SIGNATURE))


class Match(Message):
    """Who was matched, how, and what is asked for. `since` is the epoch of the present phase."""

    rendezvous: bytes = shaped(octets(32))
    matched: int = shaped(U32)
    since: int = shaped(U32)
    mode: int = shaped(uint(2))
    store: int = shaped(U16)
    region: int = shaped(U8)
    size: int = shaped(U8)
    needs: int = shaped(U8)
    peer: Peer = shaped(part(Peer))


class Notice(Message):
    """What one card's owner learns of a round; `counter` is the last outbox that counted.

    `pages` are what to read next: the partner's in a match, a decoy's otherwise, so that both
    visits look alike.
    """

    phase: int = shaped(uint(FINISHED))
    counter: int = shaped(U32)
    pages: tuple[bytes, ...] = shaped(exactly(PAGES, octets(32)))
    match: Match | None = shaped(optional(part(Match)))
    delivery: Delivery | None = shaped(optional(part(Delivery)))
