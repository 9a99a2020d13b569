"""How people behave: one sitting after another, each with nothing in hand but the list.

Every sitting derives the key from the nine lines and starts a client that knows nothing. What a
player remembers between sittings is what a person would: that it asked, when to come back, and
what came of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from clients.donor import Donor
from clients.errors import MatchChanged, NotPossible
from clients.family import Family, FamilyView
from clients.invites_text import InviteCodes
from clients.node import NodeClient
from clients.people.views import Facts, SlotView, Status
from clients.tour.scenario import (
    DonorHabit,
    DonorPlayer,
    FamilyHabit,
    FamilyPlayer,
    Player,
    draw_code,
)
from clients.tour.steps import Step, Telling, in_silence
from crypto.circle import Circle
from crypto.labels import BLIND_COUNT
from crypto.lists import GroceryList, Line, grocery_list, list_to_key
from matching.catalogue import Mode

FAILING = "FAILS-"
"""How a code begins that the store will not take; only the tour's families know."""


class WordLost(Exception):
    """Something that was acknowledged is not there any more."""


@dataclass
class World:
    """What is true for everybody at this moment."""

    circle: Circle
    today: int
    connect: Callable[[], NodeClient]
    lot: random.Random = field(repr=False)
    epoch: int = 1
    codes: list[str] = field(default_factory=list, repr=False)
    told: Telling = in_silence
    connect_quickly: Callable[[], NodeClient] | None = None
    family: type[Family] = Family
    donor: type[Donor] = Donor
    """What people's devices run."""

    def client_for(self, player: Player) -> NodeClient:
        """The node, as *player* comes to it."""
        if player.is_of_crowd and self.connect_quickly is not None:
            return self.connect_quickly()
        return self.connect()


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


@dataclass
class Acceptance:
    """What a donor has accepted, and in which epoch."""

    mode: Mode
    epoch: int


@dataclass
class DonorMemory:
    """What a donor remembers."""

    player: DonorPlayer
    asked: bool = False
    certified: bool = False
    over: bool = False
    declined: bool = False
    failed: bool = False
    accepted: dict[tuple[int, int], Acceptance] = field(default_factory=dict)
    earned: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set, repr=False)


def family_sits(memory: FamilyMemory, world: World) -> None:
    """One sitting of a family: come back, see, decide, leave."""
    player = memory.player
    client = world.client_for(player)
    try:
        family = world.family(player.key(), world.circle, client, world.today)
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


def donor_sits(memory: DonorMemory, world: World) -> None:
    """One sitting of a donor, over all its slots."""
    player = memory.player
    client = world.client_for(player)
    try:
        donor = world.donor(player.key(), world.circle, client, world.today)
        player.sittings += 1
        if not memory.asked:
            donor.offer(player.wish, player.language, player.words)
            memory.asked = True
            return
        view = donor.visit()
        if view.status is Status.QUESTION:
            donor.answer_question(f"{player.words} (2)")
            return
        memory.certified = memory.certified or bool(view.slots)
        for slot in view.slots:
            _donate(memory, donor, slot, world)
        memory.earned |= {slot.index for slot in view.slots if slot.index >= BLIND_COUNT}
        # One of a crowd gives what it was certified for; others go on as long as they earn.
        memory.over = player.is_of_crowd and memory.closed >= set(range(BLIND_COUNT))
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


def _donate(memory: DonorMemory, donor: Donor, slot: SlotView, world: World) -> None:
    try:
        _donate_one(memory, donor, slot, world)
    except (NotPossible, MatchChanged):
        world.told(Step.TOO_LATE, f"donor {memory.player.number}: a round came between; next time")


def _donate_one(memory: DonorMemory, donor: Donor, slot: SlotView, world: World) -> None:
    habit, number = memory.player.habit, memory.player.number
    facts = slot.facts
    if slot.status is Status.CERTIFIED and slot.index >= BLIND_COUNT:
        donor.post_card(slot.index)
        world.told(Step.EARNS, f"donor {number} earned a slot by a family's receipt, and offers it")
    elif slot.status is Status.FINISHED:
        donor.close(slot.index, again=slot.again)
        memory.closed.add(slot.index)
    elif facts is None or habit is DonorHabit.SILENT:
        return
    elif slot.status is Status.HELD:
        _answer(memory, donor, slot, world)
    elif slot.status is Status.ADDRESS_SHOWN:
        memory.addresses.add(slot.terms)
        if habit is not DonorHabit.INFILTRATOR:
            donor.ordered(slot.index, memory.player.orders, matched=facts.matched)
            world.told(Step.ORDERS, f"donor {number} has ordered")
    elif slot.status is Status.CODE_FAILED:
        donor.replace_code(slot.index, _new_code(world), matched=facts.matched)
        world.told(Step.REPLACES, f"donor {number} sends another code")


def _answer(memory: DonorMemory, donor: Donor, slot: SlotView, world: World) -> None:
    assert slot.facts is not None
    habit, matched = memory.player.habit, slot.facts.matched
    acceptance = Acceptance(Mode(slot.facts.mode), world.epoch)
    if (slot.index, matched) in memory.accepted:
        raise WordLost("a donor has accepted, and is asked again")
    if habit is DonorHabit.DECLINES and not memory.declined:
        memory.declined = True
        donor.decline(slot.index, matched=matched)
        world.told(Step.DECLINES, f"donor {memory.player.number} cannot, this time")
    elif acceptance.mode is Mode.VOUCHER:
        failing = habit is DonorHabit.CODE_FAILS and not memory.failed
        memory.failed = memory.failed or failing
        donor.accept(slot.index, code=_new_code(world, failing=failing), matched=matched)
        memory.accepted[slot.index, matched] = acceptance
        world.told(
            Step.BUYS, f"donor {memory.player.number} buys a voucher; its code goes into page 1"
        )
    else:
        donor.accept(slot.index, matched=matched)
        memory.accepted[slot.index, matched] = acceptance
        world.told(
            Step.ACCEPTS, f"donor {memory.player.number} accepts, and waits to learn where to"
        )


def _new_code(world: World, *, failing: bool = False) -> str:
    code = (FAILING if failing else "") + draw_code(world.lot)
    world.codes.append(code)
    return code
