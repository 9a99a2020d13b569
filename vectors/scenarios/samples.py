"""A message of every kind with different values in every field, and the small ones beside it."""

from __future__ import annotations

from crypto.labels import u8, u32
from crypto.messages.batches import Answers, Batch, Entry, SignedEntry
from crypto.messages.cards import Card, CarriedCard, RoundKey, State
from crypto.messages.intake import In, Intake, Out
from crypto.messages.notices import Match, Notice, Peer
from crypto.messages.outboxes import Outbox
from crypto.messages.pages import Kind, Page, PageOne, Said
from crypto.messages.shelf import Shelf, Slot, Wish
from crypto.messages.tokens import Delivery, Earned, NextSlot, Opening, SpentReceipt
from crypto.shapes import Message
from vectors.scenarios.parts import PERIOD, stream


def b32(name: str) -> bytes:
    """32 bytes called *name*."""
    return stream(name)


def signature(name: str) -> bytes:
    """256 bytes that stand where a signature or a blinded value stands."""
    return stream(f"signature {name}", 256)


def signatures(name: str, count: int) -> tuple[bytes, ...]:
    """Several of them."""
    return tuple(signature(f"{name} {number}") for number in range(count))


def pages(name: str) -> tuple[bytes, ...]:
    """The secrets of four pages."""
    return tuple(b32(f"{name} page {number}") for number in (1, 2, 3, 4))


RECEIPT = SpentReceipt(period=8_103, nonce=b32("nonce"), signature=signature("receipt"))
WISH = Wish(regions=0b1010_0000_0001, modes=0b101, preset=2, size=3, needs=0b110, urgency=1)
CARD = Card(
    card_class=1,
    period=PERIOD,
    public_key=stream("public key", 1_216),
    claim_tag=b32("claim tag"),
    signatures=signatures("certificate", 2),
    regions=0b1000_0000_0000_0001,
    modes=0b011,
    preset=4,
    size=5,
    needs=0b100,
    urgency=0,
    agains=(stream("again 0", 16), stream("again 1", 16)),
    notice_secret=b32("notice secret"),
    outbox_read=b32("outbox read"),
    pages_read=pages("read"),
)
STATE = State(
    posted=101,
    phase=2,
    since=102,
    waited=103,
    counter=104,
    peer=b32("peer root"),
    rendezvous=b32("rendezvous"),
    matched=105,
    mode=1,
    store=106,
    marks=0b0101,
    marked=107,
    receipt=RECEIPT,
    earned=Earned(index=7, signatures=(signature("earned 0"), None, signature("earned 2"))),
)
PEER = Peer(
    period=PERIOD,
    public_key=stream("peer public key", 1_216),
    claim_tag=b32("peer claim tag"),
    signatures=signatures("peer certificate", 2),
)
SHELF = Shelf(
    role=1,
    language="be",
    stage=1,
    asked=20_460,
    wish=WISH,
    answered=(2, 0),
    slots=(
        Slot(
            index=0,
            stage=1,
            signatures=(),
            stamp=None,
            receipt=None,
            posted=61,
            counter=62,
            earns=4,
            chosen=WISH,
            met=63,
            partner=stream("partner mark", 16),
            peer_share=b32("peer share"),
            code="1234 5678 9012",
        ),
        Slot(
            index=3,
            stage=0,
            signatures=signatures("slot", 2),
            stamp=signature("slot stamp"),
            receipt=signature("slot receipt"),
            posted=0,
            counter=0,
            earns=0,
            chosen=None,
            met=0,
            partner=None,
            peer_share=None,
            code="",
        ),
    ),
    next_index=5,
    got=4,
    agains=(stream("again 2", 16),),
    asking=2,
    exchanged=49,
    at_once=2,
)

# name of the scenario → message; the first of a kind has every field set
SAMPLES: dict[str, Message] = {
    "intake": Intake(
        role=0,
        language="be",
        words="Нас пяцёра, муж хворы. Тэлефона няма, пішыце сюды. Ёсць дзіця 8 месяцаў 🍼",
        thread_key=b32("thread key"),
        out_read=b32("out read"),
        in_write=b32("in write"),
        blinded_roots=signatures("blinded root", 3),
        blinded_extras=signatures("blinded extra", 3),
        invite_code=stream("invite code", 8),
        opening=None,
    ),
    "exchange": Intake(
        role=0,
        language="ru",
        words="",
        thread_key=b32("thread key"),
        out_read=b32("out read"),
        in_write=b32("in write"),
        blinded_roots=signatures("blinded root", 1),
        blinded_extras=signatures("blinded extra", 1),
        invite_code=b"",
        opening=Opening(
            root=b32("old root"),
            signatures=signatures("old certificate", 2),
            stamp=signature("old stamp"),
            receipt=RECEIPT,
        ),
    ),
    "intake_without_extras": Intake(
        role=1,
        language="en",
        words="",
        thread_key=b32("thread key"),
        out_read=b32("out read"),
        in_write=b32("in write"),
        blinded_roots=signatures("blinded root", 3),
        blinded_extras=(),
        invite_code=b"",
        opening=None,
    ),
    "out": Out(turn=258, words="Добры дзень! Дакументы ў мяне з сабою."),
    "in_certified": In(
        kind=2,
        turn=3,
        words="",
        signed_roots=signatures("signed root", 3),
        signed_extras=signatures("signed extra", 3),
    ),
    "in_exchanged": In(
        kind=2,
        turn=0,
        words="",
        signed_roots=signatures("signed root", 1),
        signed_extras=signatures("signed extra", 1),
    ),
    "in_nothing_yet": In(kind=0, turn=0, words="", signed_roots=(), signed_extras=()),
    "in_question": In(
        kind=1, turn=1, words="Кто передал вам код?", signed_roots=(), signed_extras=()
    ),
    "shelf": SHELF,
    "shelf_just_asked": Shelf(
        role=0,
        language="ru",
        stage=0,
        asked=20_454,
        wish=WISH,
        answered=(0, 0),
        slots=(),
        next_index=3,
        got=0,
        agains=(),
        asking=0,
        exchanged=None,
        at_once=1,
    ),
    "card": CARD,
    "carried": CarriedCard(card=CARD, state=STATE),
    "carried_void": CarriedCard(card=None, state=None),
    "round_key": RoundKey(key=b32("round key")),
    "notice": Notice(
        phase=1,
        counter=900,
        pages=pages("notice"),
        match=Match(
            rendezvous=b32("rendezvous"),
            matched=201,
            since=202,
            mode=2,
            store=203,
            region=11,
            size=12,
            needs=13,
            peer=PEER,
        ),
        delivery=Delivery(index=9, signatures=signatures("delivery", 3)),
    ),
    "notice_waiting": Notice(phase=0, counter=0, pages=pages("decoy"), match=None, delivery=None),
    "outbox": Outbox(
        counter=70_000,
        accepted=301,
        declined=302,
        sent=303,
        shown=304,
        failed=305,
        received=306,
        withdrawn=True,
        receipt=RECEIPT,
        next_slot=NextSlot(
            index=10,
            period=PERIOD,
            blinded_roots=signatures("next root", 2),
            blinded_stamp=signature("next stamp"),
        ),
        got=9,
    ),
    "outbox_with_nothing_to_say": Outbox(
        counter=1,
        accepted=0,
        declined=0,
        sent=0,
        shown=0,
        failed=0,
        received=0,
        withdrawn=False,
        receipt=None,
        next_slot=None,
        got=0,
    ),
    "page_one": PageOne(share=b32("share"), blanks=pages("blank"), code="КОД-4417"),
    "page": Page(
        messages=(
            Said(kind=Kind.ACCEPT, words=""),
            Said(kind=Kind.TERMS, words="Прывязу ў суботу да 18:00, падʼезд 3."),
            Said(kind=Kind.AGAIN, words="ё й ў 🥖"),
        )
    ),
    "page_empty": Page(messages=()),
    "batch": Batch(
        entries=(
            Entry(
                ticket=b32("ticket 0"),
                receipt=RECEIPT,
                index=4,
                period=PERIOD,
                blinded_root=signature("entry root 0"),
                blinded_stamp=signature("entry stamp 0"),
            ),
            Entry(
                ticket=b32("ticket 1"),
                receipt=RECEIPT,
                index=5,
                period=PERIOD,
                blinded_root=signature("entry root 1"),
                blinded_stamp=None,
            ),
        )
    ),
    "batch_empty": Batch(entries=()),
    "answers": Answers(
        coordinator=1,
        entries=(
            SignedEntry(
                ticket=b32("ticket 0"),
                index=4,
                signed_root=signature("answer root"),
                signed_stamp=signature("answer stamp"),
            ),
            SignedEntry(ticket=b32("ticket 1"), index=5, signed_root=None, signed_stamp=None),
        ),
    ),
}

# What a record of the kind is bound to: label, context.
EPOCH = 77
BOUND: dict[str, tuple[str, bytes]] = {
    "Intake": ("intake", u32(PERIOD) + u8(1)),
    "Out": ("thread out", u32(PERIOD) + u8(0)),
    "In": ("thread in", u32(PERIOD) + u8(0)),
    "Shelf": ("shelf", u32(PERIOD)),
    "Card": ("card", u32(EPOCH)),
    "CarriedCard": ("carried", u32(EPOCH)),
    "RoundKey": ("round key", u32(EPOCH)),
    "Notice": ("notice", u32(EPOCH)),
    "Outbox": ("outbox", b""),
    "Batch": ("batch", u32(EPOCH) + u8(1)),
    "Answers": ("answers", u32(EPOCH)),
}
