"""The gate that all requests of a drill go through."""

from __future__ import annotations

import threading

import pytest

from clients.drill.traffic import Seized, Traffic
from tests.patience import PATIENCE_SECONDS, wait_until


def test_nobody_sends_while_the_traffic_is_held() -> None:
    traffic, sent = Traffic(), threading.Event()

    def send() -> None:
        with traffic.passing(b"late"):
            sent.set()

    with traffic.held():
        thread = threading.Thread(target=send)
        thread.start()
        assert not sent.wait(0.1)
        assert traffic.requests == 0
    thread.join(PATIENCE_SECONDS)
    assert sent.is_set()
    assert (traffic.requests, traffic.in_flight) == (1, [])


@pytest.mark.parametrize("fails", [False, True])
def test_what_is_under_way_is_waited_for(fails: bool) -> None:
    traffic, go_on, held = Traffic(), threading.Event(), threading.Event()

    def send() -> None:
        try:
            with traffic.passing(b"slow"):
                assert go_on.wait(PATIENCE_SECONDS)
                if fails:
                    raise ConnectionError
        except ConnectionError:
            pass

    def hold() -> None:
        with traffic.held():
            held.set()

    threads = [threading.Thread(target=send), threading.Thread(target=hold)]
    threads[0].start()
    wait_until(lambda: traffic.requests == 1)
    threads[1].start()
    assert not held.wait(0.1)
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert held.is_set()
    assert traffic.in_flight == []


def test_whoever_was_held_learns_that_the_node_is_gone() -> None:
    traffic, said = Traffic(), threading.Event()

    def send() -> None:
        try:
            with traffic.passing(b"late"):
                pass
        except Seized:
            said.set()

    with traffic.held():
        thread = threading.Thread(target=send)
        thread.start()
        traffic.is_seized = True
    thread.join(PATIENCE_SECONDS)
    assert said.is_set()
    assert traffic.requests == 0
