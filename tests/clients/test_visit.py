"""Two phones with one list, and the shape that a visit keeps whatever happens in it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from clients.errors import MatchChanged, NodeMisbehaves, NotPossible, VisitContended
from clients.people.views import Status
from tests.clients.world import DELIVERY, VOUCHER, WISH, World


class Before(httpx.BaseTransport):
    """Does something just before the leaves of somebody else arrive: another phone is faster."""

    def __init__(self, world: World, act: Callable[[], object], *, times: int) -> None:
        self.world, self.act, self.times = world, act, times

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/visit/leave" and self.times > 0:
            self.times -= 1
            self.act()
        return self.world.node.handle_request(request)


class Changed(httpx.BaseTransport):
    """Answers of a node with something changed in those of one path."""

    def __init__(self, world: World, path: str, change: Callable[[bytes], bytes]) -> None:
        self.world, self.path, self.change = world, path, change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.world.node.handle_request(request)
        if request.url.path != self.path:
            return response
        content = self.change(response.read())
        return httpx.Response(200, content=content, headers=dict(response.headers))


@pytest.mark.parametrize("times", [1, 2])
def test_two_phones_at_once_lose_no_word(times: int) -> None:
    """One says that the parcel may come, the other shows the address, and both count."""
    world = World().agreed(DELIVERY)
    world.family().visit()
    other_phone = Before(world, lambda: world.family().say("is it far?"), times=times)

    world.family(other_phone).show_address("Vulica 1")

    donor = world.donor().visit().slot(0)
    assert donor.terms == "Vulica 1"
    assert donor.message is not None
    assert donor.message.words == "is it far?"


def test_two_phones_ask_at_once_and_one_intake_stands() -> None:
    world = World()
    asked_elsewhere: list[bool] = []

    class Faster(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/intake" and not asked_elsewhere:
                asked_elsewhere.append(True)
                world.family().ask(WISH, "be")
            return world.node.handle_request(request)

    view = world.family(Faster()).ask(WISH, "be")

    assert view.status == Status.ASKED
    assert len(world.node.intake) == 2  # one record for each coordinator


def test_a_phone_that_never_stops_writing_is_told_of() -> None:
    world = World().posted()

    with pytest.raises(VisitContended):
        world.family(Before(world, lambda: world.family().visit(), times=9)).visit()

    assert world.family().visit().status == Status.WAITING


def test_a_decision_that_does_not_fit_leaves_like_any_other() -> None:
    world = World().posted()
    world.family().visit()

    def refused() -> None:
        with pytest.raises(NotPossible):
            world.family().say("hello?")

    paths = [path for path, _, _ in world.recorded(refused)]

    assert paths[-3:] == ["/visit/look", "/visit/meet", "/visit/leave"]


def test_a_decision_about_a_match_that_is_over_is_refused() -> None:
    world = World().held()
    seen = world.donor().visit().slot(0)
    assert seen.facts is not None
    request = world.matchmaker.of(0)[0]
    world.matchmaker.round(lambda maker: maker.reopen(request))
    world.matchmaker.round()
    world.donor().visit()
    world.matchmaker.round()
    world.matchmaker.round(world.matchmaker.pair_first(VOUCHER))

    for index in (0, 1):
        with pytest.raises(NotPossible):
            world.donor().accept(index, "CODE", matched=seen.facts.matched)


def test_a_family_is_not_led_into_showing_itself_to_another_donor() -> None:
    world = World().agreed(DELIVERY)
    seen = world.family().visit()
    assert seen.card is not None
    assert seen.card.facts is not None
    world.matchmaker.reopen(world.matchmaker.of(0)[0])
    world.matchmaker.round(world.matchmaker.pair_first(DELIVERY))

    with pytest.raises(MatchChanged):
        world.family().show_address("Vulica 1", matched=seen.card.facts.matched)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/visit/meet", lambda answer: answer[:-16] + b"\x03" + bytes(15)),
        ("/visit/meet", lambda answer: answer[:-1] + b"\x01"),
        ("/visit/leave", lambda answer: b"\x02" + answer[1:]),
        ("/visit/leave", lambda answer: answer[1:]),
        ("/visit/look", lambda answer: answer + b"x"),
    ],
)
def test_an_answer_that_the_protocol_does_not_know_ends_the_visit(path, change) -> None:
    world = World().posted()

    with pytest.raises(NodeMisbehaves):
        world.family(Changed(world, path, change)).visit()
