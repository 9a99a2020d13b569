"""How donors behave: one sitting after another, each with nothing in hand but the list."""

from __future__ import annotations

from dataclasses import dataclass, field

from clients.donor import Donor
from clients.errors import MatchChanged, NotPossible
from clients.people.views import SlotView, Status
from clients.tour.scenario import DonorHabit, DonorPlayer, draw_code
from clients.tour.steps import Step
from clients.tour.world import FAILING, WordLost, World
from crypto.labels import BLIND_COUNT
from matching.catalogue import Mode


@dataclass
class Acceptance:
    """What a donor has accepted, and in which epoch."""

    mode: Mode
    epoch: int


@dataclass(frozen=True)
class SentCode:
    """A voucher's code, of the match that slot *index* had in epoch *matched*."""

    index: int
    matched: int
    code: str = field(repr=False)


@dataclass
class DonorMemory:
    """What a donor remembers."""

    player: DonorPlayer
    come_back: int = 1
    asked: bool = False
    certified: bool = False
    over: bool = False
    declined: bool = False
    failed: bool = False
    accepted: dict[tuple[int, int], Acceptance] = field(default_factory=dict)
    earned: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set, repr=False)
    codes: list[SentCode] = field(default_factory=list, repr=False)
    """Each that was sent or was to be, until its parcel is seen to be confirmed."""


def donor_sits(memory: DonorMemory, world: World) -> None:
    """One sitting of a donor, over all its slots."""
    player = memory.player
    client = world.client_for(player)
    try:
        donor = world.donor_for(player, client)
        player.sittings += 1
        if not memory.asked:
            donor.offer(player.wish, player.language, player.words)
            memory.asked = True
            return
        view = donor.visit()
        if player.is_of_crowd:
            memory.come_back = world.epoch + _crowds_pause(memory, world)
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


def _crowds_pause(memory: DonorMemory, world: World) -> int:
    """Epochs: until what was just posted can be matched, and then as late as still answers in
    time whatever is matched meanwhile."""
    return world.circle.policy.answer_epochs if memory.certified else 1


def _donate(memory: DonorMemory, donor: Donor, slot: SlotView, world: World) -> None:
    try:
        _donate_one(memory, donor, slot, world)
    except (NotPossible, MatchChanged):
        world.told(Step.TOO_LATE, f"donor {memory.player.number}: a round came between; next time")


def _donate_one(memory: DonorMemory, donor: Donor, slot: SlotView, world: World) -> None:
    habit, number = memory.player.habit, memory.player.number
    facts = slot.facts
    if slot.status is Status.CERTIFIED and slot.index >= BLIND_COUNT:
        if memory.player.is_of_crowd:
            return  # it gives what it was certified for
        donor.post_card(slot.index)
        world.told(Step.EARNS, f"donor {number} earned a slot by a family's receipt, and offers it")
    elif slot.status is Status.FINISHED:
        memory.codes = [sent for sent in memory.codes if sent.index != slot.index]
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
        code = _new_code(memory, slot.index, facts.matched, world)
        donor.replace_code(slot.index, code, matched=facts.matched)
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
        code = _new_code(memory, slot.index, matched, world, failing=failing)
        donor.accept(slot.index, code=code, matched=matched)
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


def _new_code(
    memory: DonorMemory, index: int, matched: int, world: World, *, failing: bool = False
) -> str:
    code = (FAILING if failing else "") + draw_code(world.lot)
    memory.codes.append(SentCode(index, matched, code))
    world.codes.append(code)
    return code
