"""How a family stands, told to a person or to a machine, and what it can do next."""

from __future__ import annotations

from typing import Any

from clients.cli.phrases import shown, slot_json
from clients.cli.seat import Seat
from clients.cli.voice import one_line, result, say
from clients.cli.wishes import say_store
from clients.family import FamilyView
from clients.people.slot_names import slot_name
from clients.people.views import Facts, SlotView, Status
from crypto.labels import BLIND_COUNT
from crypto.messages.pages import Kind, Said
from matching.catalogue import Mode

NEXT: dict[Status, tuple[str, ...]] = {
    Status.NOTHING: ("ask",),
    Status.QUESTION: ("answer",),
    Status.CERTIFIED: ("visit",),
    Status.DECLINED: ("new",),
    Status.PERIOD_OVER: ("ask",),
    Status.CODE: ("received", "code-failed"),
    Status.CODE_FAILED: ("received", "say"),
    Status.NEEDS_ADDRESS: ("show-address", "decline"),
    Status.ADDRESS_SHOWN: ("received", "say"),
    Status.ORDERED: ("received", "say"),
}
"""What a family can do about where it stands; otherwise there is nothing to do but come back."""

_PARCEL_OVER = frozenset({Status.WITHDRAWN, Status.RECEIVED, Status.FINISHED})
_NOTHING_TO_WAIT_FOR = frozenset(
    {Status.NOTHING, Status.CERTIFIED, Status.DECLINED, Status.PERIOD_OVER, Status.FINISHED}
)
_BEFORE_SHOWING = frozenset({Status.HELD, Status.AGREED, Status.NEEDS_ADDRESS, Status.CODE})


def tell(seat: Seat, view: FamilyView, *, as_json: bool) -> None:
    """Where the family stands, who sees what, and what comes next."""
    if as_json:
        result(view_json(seat, view))
        return
    say(seat.phrases.status("family", view.status))
    seat.say_questions(view.questions)
    card = view.card and shown(view.card)
    facts = None if card is None else card.facts
    if facts is not None:
        say(seat.phrases.facts(facts, seat.catalogue))
    if card is not None:
        if card.code:
            seat.say("code", code=one_line(card.code))
        if card.ordered:
            seat.say("order_facts", facts=one_line(card.ordered))
        seat.say_message(card.message, "donor")
    if facts is not None and view.status in _BEFORE_SHOWING:
        say_exposure(seat, facts)
    if view.status in _PARCEL_OVER:
        seat.say("parcels_left", count=view.parcels_left)
        if view.parcels_to_come:
            seat.say("parcels_to_come", count=view.parcels_to_come)
        elif not view.parcels_left:
            seat.say("parcels_none")
    if view.status not in _NOTHING_TO_WAIT_FOR:
        seat.say_come_back(view.come_back_epoch)
    seat.say_next(next_commands(view))


def next_commands(view: FamilyView) -> tuple[str, ...]:
    """What a family can do about where it stands; mostly there is only coming back."""
    if view.status == Status.CERTIFIED and view.parcels_left == BLIND_COUNT:
        return ("visit",)
    if view.status in (Status.CERTIFIED, *_PARCEL_OVER):
        return ("another",) if view.may_ask else ()
    asked = view.card is not None and _is_question(view.card.message)
    return (*NEXT.get(view.status, ()), *(("say",) if asked else ()))


def view_json(seat: Seat, view: FamilyView) -> dict[str, Any]:
    """The view for a machine; the fields of a card are there, empty, without one too."""
    card = view.card or SlotView(period=0, index=0, status=view.status)
    return {
        **slot_json(shown(card), seat.catalogue, seat.phrases),
        "slot": None if view.card is None else slot_name(card.index),
        "status": view.status.value,
        "questions": list(view.questions),
        "come_back_epoch": view.come_back_epoch,
        "parcels_left": view.parcels_left,
        "parcels_to_come": view.parcels_to_come,
        "may_ask": view.may_ask,
    }


def say_exposure(seat: Seat, facts: Facts) -> None:
    """Who sees what of a family in a match."""
    say(seat.phrases.sees(Mode(facts.mode)))
    say_store(seat, facts.store)


def _is_question(message: Said | None) -> bool:
    return message is not None and message.kind == Kind.QUESTION
