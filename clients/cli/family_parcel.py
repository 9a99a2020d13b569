"""What a family does about a parcel: say where to, talk, confirm, or let it go."""

from __future__ import annotations

from clients.cli.family_view import say_exposure, tell
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
from clients.cli.sitting_down import family_at, seated
from clients.cli.voice import fail, say
from clients.family import FamilyView
from clients.people.views import Facts, Status
from matching.catalogue import Mode

_WHERE_TO = frozenset({Status.NEEDS_ADDRESS, Status.ADDRESS_SHOWN, Status.ORDERED})


def show_address(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Tell the donor where to send: a locker or an address, typed on one line.

    First you are told who will see it. If another family was shown this donor before, nothing is
    shown and you keep your place.
    """
    with seated("family", node, circle, language) as seat:
        family = family_at(seat)
        view = seat.insist(lambda: family.visit(post=False))
        facts = _facts(view)
        if facts is not None and facts.mode == Mode.VOUCHER:
            fail(seat.phrases.text("no_address_for_voucher"))
        if facts is None or view.status not in _WHERE_TO:
            seat.not_possible()
        mode = Mode(facts.mode)
        say_exposure(seat, facts)
        seat.say("nobody_else")
        prompt = "prompt_locker" if mode == Mode.LOCKER else "prompt_delivery"
        view = seat.send(prompt, lambda terms: family.show_address(terms, facts.matched))
        tell(seat, view, as_json=as_json)


def code_failed(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Say that the voucher's code does not work; the donor is asked for another."""
    with seated("family", node, circle, language) as seat:
        family = family_at(seat)
        view = seat.send("prompt_optional_words", family.code_failed, optional=True)
        tell(seat, view, as_json=as_json)


def received(
    node: NodeAddress,
    circle: CircleName,
    again: Again = False,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Confirm that the goods are with you. This erases address, code and conversation for good.

    Your confirmation earns the donor the right to help one person more. You may add thanks.
    """
    with seated("family", node, circle, language) as seat:
        family = family_at(seat)
        seat.agreed("confirm_received")
        view = seat.send(
            "prompt_optional_words",
            lambda thanks: family.received(thanks, again=again),
            optional=True,
        )
        tell(seat, view, as_json=as_json)


def say_to_donor(
    node: NodeAddress,
    circle: CircleName,
    speech: SpeechKind = Speech.ANSWER,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Write to the donor: up to 300 characters, on one line. Nobody else can read it."""
    with seated("family", node, circle, language) as seat:
        family = family_at(seat)
        view = seat.send("prompt_words", lambda words: family.say(words, kind=speech.kind))
        tell(seat, view, as_json=as_json)


def decline(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Not with this donor. Your place in the queue is kept."""
    with seated("family", node, circle, language) as seat:
        family = family_at(seat)
        seat.no_more()
        facts = _facts(seat.insist(lambda: family.visit(post=False)))
        if facts is None:
            seat.not_possible()
        say(seat.phrases.facts(facts, seat.catalogue))
        seat.agreed("confirm_family_decline")
        tell(seat, seat.insist(lambda: family.decline(facts.matched)), as_json=as_json)


def withdraw(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Take the request back for good. This one parcel cannot be asked for again."""
    with seated("family", node, circle, language) as seat:
        family = family_at(seat)
        seat.no_more()
        seat.agreed("confirm_family_withdraw")
        tell(seat, seat.insist(family.withdraw), as_json=as_json)


def _facts(view: FamilyView) -> Facts | None:
    return None if view.card is None else view.card.facts
