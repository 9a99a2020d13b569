"""What a donor does about a slot and its match: accept, buy, talk, and put it away."""

from __future__ import annotations

from dataclasses import replace

from clients.cli.donor_view import say_before_buying, tell
from clients.cli.options import (
    DEFAULT_LANGUAGE,
    Again,
    AsJson,
    CircleName,
    NodeAddress,
    Speech,
    SpeechKind,
    SpokenLanguage,
)
from clients.cli.seat import Seat
from clients.cli.sitting_down import donor_at, seated
from clients.cli.slot_typed import SlotName, SlotTyped
from clients.cli.voice import at_terminal, fail, say
from clients.donor import Donor
from clients.people.views import Facts
from matching.catalogue import Mode


def accept(
    slot: SlotName,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Accept a match. For a voucher you type its code, so buy it first.

    A locker or an address is shown to you only after you have accepted; buy nothing before.
    """
    with seated("donor", node, circle, language) as seat:
        donor = donor_at(seat)
        facts = _matched(seat, donor, slot)
        if facts.mode != Mode.VOUCHER:
            seat.no_more()
            view = seat.insist(lambda: donor.accept(slot.index, None, facts.matched, slot.period))
        else:
            if at_terminal():
                say_before_buying(seat, facts, first=True)
            view = seat.send(
                "prompt_code",
                lambda code: donor.accept(slot.index, code, facts.matched, slot.period),
            )
        tell(seat, view, as_json=as_json)


def decline(
    slot: SlotName,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Not this one. The family keeps its place in the queue."""
    with seated("donor", node, circle, language) as seat:
        donor = donor_at(seat)
        seat.no_more()
        facts = _matched(seat, donor, slot)
        seat.agreed("confirm_donor_decline")
        view = seat.insist(lambda: donor.decline(slot.index, facts.matched, slot.period))
        tell(seat, view, as_json=as_json)


def ordered(
    slot: SlotName,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Say that the parcel is ordered, and what the family must know to receive it."""
    with seated("donor", node, circle, language) as seat:
        donor = donor_at(seat)
        view = seat.send(
            "prompt_ordered",
            lambda words: donor.ordered(slot.index, words, period=slot.period),
            optional=True,
        )
        tell(seat, view, as_json=as_json)


def replace_code(
    slot: SlotName,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Give another code for one that did not work."""
    with seated("donor", node, circle, language) as seat:
        donor = donor_at(seat)
        view = seat.send(
            "prompt_code",
            lambda code: donor.replace_code(slot.index, code, period=slot.period),
        )
        tell(seat, view, as_json=as_json)


def say_to_family(
    slot: SlotName,
    node: NodeAddress,
    circle: CircleName,
    speech: SpeechKind = Speech.ANSWER,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Write to the family: up to 300 characters, on one line. Nobody else can read it."""
    with seated("donor", node, circle, language) as seat:
        donor = donor_at(seat)
        view = seat.send(
            "prompt_words",
            lambda words: donor.say(slot.index, words, kind=speech.kind, period=slot.period),
        )
        tell(seat, view, as_json=as_json)


def withdraw(
    slot: SlotName,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Take an offer back for good. The slot is lost with it."""
    with seated("donor", node, circle, language) as seat:
        donor = donor_at(seat)
        seat.no_more()
        seat.agreed("confirm_donor_withdraw")
        tell(seat, seat.insist(lambda: donor.withdraw(slot.index, slot.period)), as_json=as_json)


def close(
    slot: SlotName,
    node: NodeAddress,
    circle: CircleName,
    again: Again = False,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Put a finished parcel away: what is left of the conversation is erased."""
    with seated("donor", node, circle, language) as seat:
        donor = donor_at(seat)
        seat.no_more()
        view = seat.insist(lambda: donor.close(slot.index, again=again, period=slot.period))
        # What was read before it was erased is not shown once more.
        closed = tuple(
            replace(one, message=None, again=False) if slot.means(one) else one
            for one in view.slots
        )
        tell(seat, replace(view, slots=closed), as_json=as_json)


def _matched(seat: Seat, donor: Donor, slot: SlotTyped) -> Facts:
    """What the slot is matched with now, shown; what is decided is decided about this."""
    view = seat.insist(lambda: donor.visit(post=False))
    try:
        found = seat.insist(lambda: view.slot(slot.index, slot.period), doing=None)
    except KeyError:
        fail(seat.phrases.text("no_such_slot", command=seat.command("visit")))
    if found.facts is None:
        seat.not_possible()
    say(seat.phrases.facts(found.facts, seat.catalogue))
    return found.facts
