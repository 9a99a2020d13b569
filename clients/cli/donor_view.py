"""How a donor stands, slot by slot, told to a person or to a machine, and what it can do next."""

from __future__ import annotations

from typing import Any

from clients.cli.phrases import shown, slot_json
from clients.cli.seat import Seat
from clients.cli.voice import one_line, quote, result, say
from clients.cli.wishes import say_store
from clients.donor import DonorView
from clients.people.slot_names import slot_names
from clients.people.views import Facts, SlotView, Status
from crypto.messages.pages import Kind
from matching.catalogue import Mode

NEXT: dict[Status, tuple[str, ...]] = {
    Status.NOTHING: ("offer",),
    Status.QUESTION: ("answer",),
    Status.DECLINED: ("new",),
    Status.PERIOD_OVER: ("offer",),
}
NEXT_OF_SLOT: dict[Status, tuple[str, ...]] = {
    Status.CERTIFIED: ("post",),
    Status.HELD: ("accept", "decline"),
    Status.ADDRESS_SHOWN: ("ordered", "say"),
    Status.CODE_FAILED: ("replace-code",),
}
"""What a donor can do about where it stands; otherwise there is nothing to do but come back."""

_WAITING_TO_BE_VETTED = frozenset({Status.ASKED, Status.QUESTION, Status.COORDINATOR_FAILED})


def tell(seat: Seat, view: DonorView, *, as_json: bool) -> None:
    """Where the donor stands, slot by slot, what to know before buying, and what comes next."""
    if as_json:
        result(view_json(seat, view))
        return
    if not view.slots or view.questions:
        say(seat.phrases.status("donor", view.status))
    seat.say_questions(view.questions)
    for name, slot in zip(slot_names(view.slots), view.slots, strict=True):
        _say_slot(seat, name, shown(slot))
    buying = next((slot for slot in view.slots if is_before_buying(slot)), None)
    if buying is not None and buying.facts is not None:
        say_before_buying(seat, buying.facts, first=buying.status == Status.HELD)
    if any(slot.come_back_epoch for slot in view.slots) or view.status in _WAITING_TO_BE_VETTED:
        seat.say_come_back(view.come_back_epoch)
    seat.say_next(next_commands(view))


def next_commands(view: DonorView) -> tuple[str, ...]:
    """What a donor can do, slot by slot."""
    if not view.slots:
        return NEXT.get(view.status, ())
    commands = ["answer"] if view.questions else []
    for name, slot in zip(slot_names(view.slots), view.slots, strict=True):
        ways = NEXT_OF_SLOT.get(slot.status, ())
        if slot.status == Status.FINISHED:
            ways = ("close",) if slot.message is not None or slot.again else ()
        elif slot.message is not None and slot.message.kind == Kind.QUESTION and "say" not in ways:
            ways = (*ways, "say")
        commands += [f"{way} {name}" for way in ways]
    return tuple(commands)


def is_before_buying(slot: SlotView) -> bool:
    """Whether this is the moment to say how to buy: a voucher before, a parcel after accepting."""
    is_voucher = slot.facts is not None and slot.facts.mode == Mode.VOUCHER
    if slot.status == Status.HELD:
        return is_voucher
    return slot.status in (Status.ADDRESS_SHOWN, Status.CODE_FAILED)


def view_json(seat: Seat, view: DonorView) -> dict[str, Any]:
    """The view for a machine. The status is that of vetting; each slot has its own."""
    return {
        "status": view.status.value,
        "questions": list(view.questions),
        "slots": [
            {"slot": name, **slot_json(shown(slot), seat.catalogue, seat.phrases)}
            for name, slot in zip(slot_names(view.slots), view.slots, strict=True)
        ],
        "come_back_epoch": view.come_back_epoch,
    }


def say_before_buying(seat: Seat, facts: Facts, *, first: bool) -> None:
    """How to buy without leaving a trace; *first* where the voucher comes before the yes."""
    seat.say("before_buying")
    for line in seat.phrases.guidance():
        say(f"  · {line}")
    if first:
        seat.say("buy_first")
    say_store(seat, facts.store)


def _say_slot(seat: Seat, name: str, slot: SlotView) -> None:
    sentence = seat.phrases.status("donor", slot.status)
    seat.say("slot", slot=name, sentence=sentence)
    if slot.facts is not None:
        say(f"  {seat.phrases.facts(slot.facts, seat.catalogue)}")
    if slot.terms:
        seat.say("terms")
        quote(slot.terms)
    if slot.code:
        seat.say("code", code=one_line(slot.code))
    seat.say_message(slot.message, "family")
