"""How families behave: one sitting after another, each with nothing in hand but the list."""

from __future__ import annotations

from dataclasses import dataclass, field

from clients.errors import MatchChanged, NotPossible
from clients.family import Family, FamilyView
from clients.invites_text import InviteCodes
from clients.node import NodeClient
from clients.people.views import Facts, SlotView, Status
from clients.tour.scenario import FamilyHabit, FamilyPlayer
from clients.tour.steps import Step
from clients.tour.world import FAILING, WordLost, World
from crypto.lists import GroceryList, Line, grocery_list, list_to_key
from matching.catalogue import Mode


@dataclass
class FamilyMemory:
    """What a family remembers, and what the tour measures of it."""

    player: FamilyPlayer
    invite: InviteCodes | None = field(default=None, repr=False)
    come_back: int = 1
    asked_epoch: int = 0
    certified: bool = False
    goods_epoch: int = 0
    sittings_to_goods: int = 0
    mode: Mode | None = None
    confirmed: int = 0
    over: bool = False
    slipped: bool = False
    shown: set[int] = field(default_factory=set)
    codes: list[str] = field(default_factory=list, repr=False)
    parcels: dict[int, Mode] = field(default_factory=dict)
    """How each came, by the epoch of its match."""
    confirmed_in: set[int] = field(default_factory=set)
    """Epochs of the matches whose parcels were confirmed."""


def family_sits(memory: FamilyMemory, world: World) -> None:
    """One sitting of a family: come back, see, decide, leave."""
    player = memory.player
    client = world.client_for(player)
    try:
        family = world.family_for(player, client)
        player.sittings += 1
        if not memory.asked_epoch:
            family.ask(player.wish, player.language, player.words, memory.invite)
            memory.asked_epoch = world.epoch
            memory.come_back = world.epoch + 1
            world.told(
                Step.ASKS, f"family {player.number} asks" + (", invited" if memory.invite else "")
            )
            return
        if player.habit is FamilyHabit.SLIPS and not memory.slipped:
            _slips(memory, world, client)
        view = family.visit()
        memory.come_back = _come_back(view, world)
        if player.is_of_crowd:  # as soon as its donor can have answered
            memory.come_back = min(memory.come_back, world.epoch + 2)
        _decide(memory, family, view, world)
    finally:
        client.close()


def _slips(memory: FamilyMemory, world: World, client: NodeClient) -> None:
    """Type one quantity wrong: another list, another dish, and nothing there."""
    wrong = list_to_key(_with_a_slip(memory.player.groceries))
    view = Family(wrong, world.circle, client, world.today).visit()
    if view.status is not Status.NOTHING:
        raise AssertionError("a wrong list opened something")
    memory.slipped = True
    world.told(Step.SLIPS, f"family {memory.player.number} types a line wrong, sees another dish")


def _with_a_slip(groceries: GroceryList) -> GroceryList:
    first, *others = groceries.lines
    return grocery_list([Line(first.good, first.quantity % 8 + 1), *others])


def _come_back(view: FamilyView, world: World) -> int:
    return max(view.come_back_epoch, world.epoch + 1)


def _decide(memory: FamilyMemory, family: Family, view: FamilyView, world: World) -> None:
    player, card = memory.player, view.card
    if view.status is Status.NOTHING:
        raise WordLost("a family has asked, and its list opens nothing")
    if view.status is Status.QUESTION:
        family.answer_question(player.answer)
        world.told(Step.ANSWERS, f"family {player.number} answers a coordinator")
        return
    if view.status in (Status.DECLINED, Status.WITHDRAWN):
        memory.over = True
        return
    memory.certified = memory.certified or card is not None
    if card is None:
        if memory.confirmed:
            _after_a_parcel(memory, family, world)
        return
    if player.habit is FamilyHabit.WITHDRAWS:
        family.withdraw()
        world.told(Step.WITHDRAWS, f"family {player.number} needs nothing any more and withdraws")
        memory.over = True
        return
    if view.status is Status.FINISHED and memory.confirmed:
        _after_a_parcel(memory, family, world)
        return
    try:
        _in_a_match(memory, family, card, world)
    except (NotPossible, MatchChanged):
        memory.come_back = world.epoch + 1  # a round came between seeing and deciding


def _in_a_match(memory: FamilyMemory, family: Family, card: SlotView, world: World) -> None:
    player, facts = memory.player, card.facts
    if facts is None:
        return
    if card.status is Status.CODE:
        if card.code not in memory.codes:
            memory.codes.append(card.code)
        if card.code.startswith(FAILING):
            family.code_failed(matched=facts.matched)
            memory.come_back = world.epoch + 2
            world.told(
                Step.CODE_FAILS,
                f"family {player.number}: the code does not work, and the donor is told",
            )
            return
        _has_goods(memory, family, facts, world)
    elif card.status is Status.NEEDS_ADDRESS:
        if facts.matched in memory.shown:
            raise WordLost("an address was shown, and is asked for again")
        shown = family.show_address(player.terms[Mode(facts.mode)], matched=facts.matched)
        memory.come_back = max(_come_back(shown, world), world.epoch + 2)
        if shown.status is Status.ADDRESS_SHOWN:
            memory.shown.add(facts.matched)
        world.told(
            Step.SHOWS, f"family {player.number} shows its donor a {Mode(facts.mode).name.lower()}"
        )
    elif card.status is Status.ORDERED:
        _has_goods(memory, family, facts, world)


def _has_goods(memory: FamilyMemory, family: Family, facts: Facts, world: World) -> None:
    player, mode = memory.player, Mode(facts.mode)
    memory.parcels[facts.matched] = mode
    if not memory.goods_epoch:
        memory.goods_epoch, memory.mode = world.epoch, mode
        memory.sittings_to_goods = player.sittings
    if player.habit is FamilyHabit.NEVER_CONFIRMS:
        memory.over = True
        return
    again = player.habit is FamilyHabit.AGAIN and not memory.confirmed
    family.received(player.thanks, again=again)
    memory.confirmed += 1
    memory.confirmed_in.add(facts.matched)
    memory.come_back = world.epoch + 1
    world.told(
        Step.GOODS,
        f"family {player.number} has its parcel by {mode.name.lower()}; pages are blanked",
    )


def _after_a_parcel(memory: FamilyMemory, family: Family, world: World) -> None:
    player = memory.player
    if memory.confirmed < player.parcels:
        family.post_card(player.wish)
        wait = 1 if player.is_of_crowd else world.circle.policy.answer_epochs
        memory.come_back = world.epoch + 1 + wait
        what = ", for the same donor if it can be" if player.habit is FamilyHabit.AGAIN else ""
        world.told(Step.AGAIN, f"family {player.number} asks again{what}")
        return
    memory.over = True
