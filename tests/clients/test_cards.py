"""A card is posted once, whatever happens between the node and the shelf."""

from __future__ import annotations

import httpx
import pytest

from clients.errors import NodeRefused
from clients.people import shelves
from clients.people.following import keep_up
from clients.people.looking import look_body, read_look
from clients.people.state import State
from clients.people.views import Status
from clients.people.visit import Sitting
from crypto.drops import address_of
from crypto.labels import bound, hashed, u32
from crypto.messages.cards import Card
from crypto.messages.intake import FAMILY
from crypto.messages.shelf import POSTED, UNSPENT, Slot
from crypto.sealing import open_sealed
from tests.clients.world import FAMILY_LIST, WISH, World


def certified() -> World:
    world = World().asked()
    world.coordinators.certify()
    world.family().visit(post=False)
    return world


def looked(world: World, index: int = 0) -> State:
    """What the family's look shows now, without leaving anything."""
    sitting = Sitting(FAMILY_LIST, world.trial.circle, world.client(), world.node.today, keep_up)
    place = sitting.place(sitting.current, index)
    body = look_body(sitting.current, sitting.previous, place, sitting.open.committed)
    answer = sitting.node.look(body)
    state, _ = read_look(
        answer, sitting.current, sitting.previous, place, sitting.circle, sitting.open
    )
    return state


def slot_of(world: World) -> Slot:
    slot = shelves.slot_of(looked(world).shelf, 0)
    assert slot is not None
    return slot


def drop_card(world: World) -> None:
    """The node loses card and drops, and keeps what was burned nowhere either."""
    pseudonym = looked(world).place.pseudonym
    for write in (pseudonym.outbox_write, *pseudonym.pages_write):
        del world.node.drops[address_of(write)]
    world.node.cards.clear()
    world.node.burned.clear()


def test_the_card_holds_the_wish_and_the_opening_of_the_certificate() -> None:
    world = certified()
    world.family().visit()
    info = bound("card", world.trial.circle.digest, u32(1))

    card = open_sealed(Card, world.node.cards[0], key=world.node.epoch_key, info=info)

    assert (card.regions, card.modes, card.size) == (WISH.regions, WISH.modes, WISH.size)
    assert card.public_key == looked(world).place.pseudonym.sealing_key.public


def test_signatures_leave_the_shelf_only_after_a_later_look_saw_the_card() -> None:
    world = certified()
    world.family().visit()
    posted = slot_of(world)
    world.family().visit()
    seen = slot_of(world)

    assert (posted.stage, len(posted.signatures)) == (POSTED, 2)
    assert (seen.stage, seen.signatures, seen.stamp) == (POSTED, (), None)
    assert seen.receipt is not None


def test_a_card_that_the_node_lost_is_posted_again_under_the_same_stamp() -> None:
    world = certified()
    world.family().visit()
    drop_card(world)

    view = world.family().visit()

    assert view.status == Status.WAITING
    assert len(world.node.cards) == 1


def test_an_epoch_that_closes_in_between_costs_another_request_and_no_stamp() -> None:
    world = certified()

    class Closing(httpx.BaseTransport):
        closed = False

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/cards" and not self.closed:
                self.closed = True
                world.matchmaker.round()
            return world.node.handle_request(request)

    view = world.family(Closing()).visit()

    assert view.status == Status.WAITING
    assert len(world.node.cards) == 1
    world.matchmaker.round()
    assert len(world.matchmaker.of(0)) == 1


def test_a_stamp_spent_on_something_else_is_told_and_the_shelf_keeps_everything() -> None:
    world = certified()
    world.family().visit()
    drop_card(world)
    stamp_nonce = looked(world).place.stamp_nonce(FAMILY)
    spent = hashed("klunak burned", u32(world.trial.period) + stamp_nonce)
    world.node.burned[spent] = (b"another", 1)

    with pytest.raises(NodeRefused) as refused:
        world.family().visit()

    assert refused.value.code == "stamp_spent"
    assert len(slot_of(world).signatures) == 2


def test_without_post_nothing_goes_out() -> None:
    world = certified()

    assert world.family().visit(post=False).status == Status.CERTIFIED
    assert world.node.cards == []
    assert slot_of(world).stage == UNSPENT


def test_cards_past_their_days_leave_the_shelf() -> None:
    world = World().posted()
    for _ in range(world.trial.circle.policy.card_epochs + 1):
        world.matchmaker.round()
    world.matchmaker.live.clear()

    world.family().visit()
    view = world.family().visit(post=False)

    assert slot_of_or_none(world) is None
    assert view.parcels_left == 2


def slot_of_or_none(world: World) -> Slot | None:
    return shelves.slot_of(looked(world).shelf, 0)
