"""`klunak donor`: offer, accept, buy, and earn the next slot by a family's confirmation.

    new ─▶ offer ─▶ visit … ─▶ accept SLOT ─▶ (visit: where to ─▶ ordered SLOT) ─▶ … ─▶ close SLOT

Slots are numbered from 1, as `visit` shows them. Every command asks for the nine lines and keeps
nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from clients.cli.family import new_list
from clients.cli.operators import today
from clients.cli.options import (
    DEFAULT_LANGUAGE,
    AsJson,
    CircleName,
    Clearnet,
    DonorModes,
    DonorRegions,
    DonorSize,
    Needs,
    NodeAddress,
    Seat,
    Speech,
    SpeechKind,
    SpokenLanguage,
    Stores,
    seated,
)
from clients.cli.phrases import shown, slot_json
from clients.cli.voice import at_terminal, fail, one_line, quote, result, say, working
from clients.donor import Donor, DonorView
from clients.people.views import Facts, SlotView, Status
from crypto.messages.pages import Kind
from matching.catalogue import Mode, Region, Size

donor_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print local variables, which hold secrets
    help="Give food parcels to people you will not know. Your only key is a grocery list of nine "
    "lines; every command asks you to type it, and this machine keeps nothing.",
)

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

SlotNumber = Annotated[
    int, typer.Argument(min=1, metavar="SLOT", help="Number of the slot, as `visit` shows it.")
]


@donor_app.command()
def new(language: SpokenLanguage = DEFAULT_LANGUAGE, as_json: AsJson = False) -> None:
    """Draw a new list: nine lines and a dish, shown once and kept nowhere.

    Write it down on paper as you would any grocery list. Whoever has it can act as you.
    """
    new_list(language, as_json=as_json)


@donor_app.command()
def stores(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    clearnet: Clearnet = False,
) -> None:
    """List the stores, in the groups that --stores takes, and whether foreign cards worked."""
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        seat.say_stores()


@donor_app.command()
def offer(
    node: NodeAddress,
    circle: CircleName,
    regions: DonorRegions = None,
    modes: DonorModes = None,
    preset: Stores = None,
    size: DonorSize = Size.SMALL,
    needs: Needs = None,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Ask two coordinators to vouch for you, and say what you can send.

    You type your list and a few words. You begin with three slots: three people at a time.
    """
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        wish = seat.wish(
            regions=regions or list(Region),
            modes=modes or [Mode.VOUCHER],
            needs=needs,
            stores=preset,
            size=size,
        )
        seat.say("who_offers")
        donor = _donor(seat)

        def offering(words: str) -> DonorView:
            with working(seat.phrases.text("sending")) as now:
                return donor.offer(
                    wish,
                    language,
                    words,
                    lambda tries, expected: now(
                        seat.phrases.text("working", tries=tries, expected=expected)
                    ),
                )

        tell(seat, seat.send("prompt_offer_words", offering, doing=None), as_json=as_json)


@donor_app.command()
def visit(
    node: NodeAddress,
    circle: CircleName,
    post: Annotated[
        bool,
        typer.Option(
            "--post/--no-post", help="Post the first three offers as soon as you are vouched for."
        ),
    ] = True,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """See how each slot stands, and do what needs no decision."""
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        donor = _donor(seat)
        seat.no_more()
        tell(seat, seat.insist(lambda: donor.visit(post=post)), as_json=as_json)


@donor_app.command()
def answer(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Answer what a coordinator asked."""
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        donor = _donor(seat)
        if at_terminal():
            seat.say_questions(seat.insist(lambda: donor.visit(post=False)).questions)
        tell(seat, seat.send("prompt_answer", donor.answer_question), as_json=as_json)


@donor_app.command()
def post(
    node: NodeAddress,
    circle: CircleName,
    slot: Annotated[
        int | None,
        typer.Argument(min=1, metavar="[SLOT]", help="Number of the slot; the first free one."),
    ] = None,
    regions: DonorRegions = None,
    modes: DonorModes = None,
    preset: Stores = None,
    size: DonorSize = Size.SMALL,
    needs: Needs = None,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Post the offer of a free slot, for instance of one you have earned.

    With --region, --mode, --need or --stores the offer is made anew; without them it is as before.
    """
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        wish = None
        if regions or modes or needs or preset is not None:
            wish = seat.wish(
                regions=regions or list(Region),
                modes=modes or [Mode.VOUCHER],
                needs=needs,
                stores=preset,
                size=size,
            )
        donor = _donor(seat)
        seat.no_more()
        index = None if slot is None else slot - 1
        tell(seat, seat.insist(lambda: donor.post_card(index, wish)), as_json=as_json)


@donor_app.command()
def accept(
    slot: SlotNumber,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Accept a match. For a voucher you type its code, so buy it first.

    A locker or an address is shown to you only after you have accepted; buy nothing before.
    """
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        donor = _donor(seat)
        facts = _matched(seat, donor, slot)
        if facts.mode != Mode.VOUCHER:
            seat.no_more()
            view = seat.insist(lambda: donor.accept(slot - 1, None, facts.matched))
        else:
            if at_terminal():
                _say_before_buying(seat, facts, first=True)
            view = seat.send(
                "prompt_code", lambda code: donor.accept(slot - 1, code, facts.matched)
            )
        tell(seat, view, as_json=as_json)


@donor_app.command()
def decline(
    slot: SlotNumber,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Not this one. The family keeps its place in the queue."""
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        donor = _donor(seat)
        seat.no_more()
        facts = _matched(seat, donor, slot)
        seat.agreed("confirm_donor_decline")
        view = seat.insist(lambda: donor.decline(slot - 1, facts.matched))
        tell(seat, view, as_json=as_json)


@donor_app.command()
def ordered(
    slot: SlotNumber,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Say that the parcel is ordered, and what the family must know to receive it."""
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        donor = _donor(seat)
        view = seat.send(
            "prompt_ordered", lambda words: donor.ordered(slot - 1, words), optional=True
        )
        tell(seat, view, as_json=as_json)


@donor_app.command()
def replace_code(
    slot: SlotNumber,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Give another code for one that did not work."""
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        donor = _donor(seat)
        view = seat.send("prompt_code", lambda code: donor.replace_code(slot - 1, code))
        tell(seat, view, as_json=as_json)


@donor_app.command("say")
def say_to_family(
    slot: SlotNumber,
    node: NodeAddress,
    circle: CircleName,
    speech: SpeechKind = Speech.ANSWER,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Write to the family: up to 300 characters, on one line. Nobody else can read it."""
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        donor = _donor(seat)
        view = seat.send("prompt_words", lambda words: donor.say(slot - 1, words, kind=speech.kind))
        tell(seat, view, as_json=as_json)


@donor_app.command()
def withdraw(
    slot: SlotNumber,
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Take an offer back for good. The slot is lost with it."""
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        donor = _donor(seat)
        seat.no_more()
        seat.agreed("confirm_donor_withdraw")
        tell(seat, seat.insist(lambda: donor.withdraw(slot - 1)), as_json=as_json)


@donor_app.command()
def close(
    slot: SlotNumber,
    node: NodeAddress,
    circle: CircleName,
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            help="Be matched with the same family next time, if the family wants so too. "
            "Neither of you learns who the other is.",
        ),
    ] = False,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Put a finished parcel away: what is left of the conversation is erased."""
    with seated("donor", node, circle, language, clearnet=clearnet) as seat:
        donor = _donor(seat)
        seat.no_more()
        view = seat.insist(lambda: donor.close(slot - 1, again=again))
        # What was read before it was erased is not shown once more.
        closed = tuple(
            replace(one, message=None) if one.index == slot - 1 else one for one in view.slots
        )
        tell(seat, replace(view, slots=closed), as_json=as_json)


def tell(seat: Seat, view: DonorView, *, as_json: bool) -> None:
    """Where the donor stands, slot by slot, what to know before buying, and what comes next."""
    if as_json:
        result(view_json(seat, view))
        return
    if not view.slots or view.questions:
        say(seat.phrases.status("donor", view.status))
    seat.say_questions(view.questions)
    for slot in view.slots:
        _say_slot(seat, shown(slot))
    buying = next((slot for slot in view.slots if is_before_buying(slot)), None)
    if buying is not None and buying.facts is not None:
        _say_before_buying(seat, buying.facts, first=buying.status == Status.HELD)
    if any(slot.come_back_epoch for slot in view.slots) or view.status in _WAITING_TO_BE_VETTED:
        seat.say_come_back(view.come_back_epoch)
    seat.say_next(next_commands(view))


def next_commands(view: DonorView) -> tuple[str, ...]:
    """What a donor can do, slot by slot."""
    if not view.slots:
        return NEXT.get(view.status, ())
    commands = ["answer"] if view.questions else []
    for slot in view.slots:
        ways = NEXT_OF_SLOT.get(slot.status, ())
        if slot.message is not None:
            if slot.status == Status.FINISHED:
                ways = ("close",)
            elif slot.message.kind == Kind.QUESTION and "say" not in ways:
                ways = (*ways, "say")
        commands += [f"{way} {slot.index + 1}" for way in ways]
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
        "slots": [slot_json(shown(slot), seat.catalogue, seat.phrases) for slot in view.slots],
        "come_back_epoch": view.come_back_epoch,
    }


_WAITING_TO_BE_VETTED = frozenset({Status.ASKED, Status.QUESTION, Status.COORDINATOR_FAILED})


def _donor(seat: Seat) -> Donor:
    return Donor(seat.list_key(), seat.circle, seat.node, today())


def _matched(seat: Seat, donor: Donor, slot: int) -> Facts:
    """What the slot is matched with now, shown; what is decided is decided about this."""
    view = seat.insist(lambda: donor.visit(post=False))
    try:
        found = view.slot(slot - 1)
    except KeyError:
        fail(seat.phrases.text("no_such_slot", command=seat.command("visit")))
    if found.facts is None:
        seat.not_possible()
    say(seat.phrases.facts(found.facts, seat.catalogue))
    return found.facts


def _say_slot(seat: Seat, slot: SlotView) -> None:
    sentence = seat.phrases.status("donor", slot.status)
    seat.say("slot", slot=slot.index + 1, sentence=sentence)
    if slot.facts is not None:
        say(f"  {seat.phrases.facts(slot.facts, seat.catalogue)}")
    if slot.terms:
        seat.say("terms")
        quote(slot.terms)
    if slot.code:
        seat.say("code", code=one_line(slot.code))
    seat.say_message(slot.message, "family")


def _say_before_buying(seat: Seat, facts: Facts, *, first: bool) -> None:
    seat.say("before_buying")
    for line in seat.phrases.guidance():
        say(f"  · {line}")
    if first:
        seat.say("buy_first")
    seat.say_store(facts.store)
