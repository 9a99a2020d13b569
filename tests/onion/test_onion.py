"""A parcel through real onion services, and what nobody without a key can do."""

from __future__ import annotations

import httpx
import pytest

from api.onion.authorization import check, revoke
from api.onion.probe import Found, probe
from clients.errors import NodeUnreachable
from clients.people.views import Status
from clients.tor.circuits import on_fresh_circuit
from crypto.messages.shelf import Wish
from tests.onion.town import OnionTown, children, listening

LOOPBACK = "0100007F"
"""127.0.0.1, as the kernel's tables have it on this kind of machine."""

WISH = Wish(regions=0b1, modes=0b1, preset=1, size=0, needs=0b1, urgency=0)


def test_a_parcel_travels_from_intake_to_receipt(town: OnionTown) -> None:
    town.until_reached()
    town.round()
    assert town.family().ask(WISH, "be", "їжа").status == Status.ASKED
    town.donor().offer(WISH, "en", "help")
    town.round()
    town.certify()
    assert town.family().visit().status == Status.WAITING
    assert [slot.status for slot in town.donor().visit().slots] == [Status.WAITING] * 3
    before = town.circuits_by_credentials()
    town.round()
    held = [slot.index for slot in town.donor().visit().slots if slot.status == Status.HELD]
    assert len(held) == 1
    town.donor().accept(held[0], "CODE-1")
    town.round()
    assert town.family().visit().status == Status.CODE
    town.family().received("дзякуй")
    town.round()
    town.round()
    town.round()
    assert town.donor().visit().slot(held[0] + 3).status == Status.CERTIFIED
    used = list(before.values())
    assert len(used) >= 3
    assert sum(len(circuits) for circuits in used) == len(set[str]().union(*used))


def test_two_acts_of_one_person_go_by_two_circuits(town: OnionTown) -> None:
    town.until_reached()
    before = town.circuits_by_credentials()
    node = town.person()
    for act in ("thread", ("card", 1), ("card", 2)):
        node.apart(act).circle()
    fresh = {name: c for name, c in town.circuits_by_credentials().items() if name not in before}
    node.close()

    assert len(fresh) == 3
    circuits = list(fresh.values())
    assert all(len(one) >= 1 for one in circuits)
    assert len(set[str]().union(*circuits)) == sum(map(len, circuits))


def test_without_a_key_nobody_reaches_the_operators_service(town: OnionTown) -> None:
    town.until_reached()
    stranger = town.operator(b"\1" * 32, key=False)
    with pytest.raises(NodeUnreachable):
        stranger.circle_document()
    stranger.close()
    keyholder = town.operator(b"\1" * 32)
    assert keyholder.circle_document()
    keyholder.close()


def test_nothing_listens_but_unix_sockets_and_tor_on_loopback(town: OnionTown) -> None:
    town.until_reached()
    running = children()
    assert town.node.pid in running
    assert len(running) > 8
    found = {pid: listening(pid) for pid in running}

    assert found[town.node.pid] == []
    assert {address for addresses in found.values() for address in addresses} == {LOOPBACK}


def test_the_probe_tells_a_shut_service_from_an_open_one(town: OnionTown) -> None:
    town.until_reached()
    public = town.public.removeprefix("http://")

    assert probe(town.probe_socket, town.operators_onion, seconds=60) is Found.SHUT
    assert probe(town.probe_socket, public, seconds=60) is Found.OPEN


def test_a_key_opens_until_it_is_taken_away_and_tor_started_anew(town: OnionTown) -> None:
    """Last, since it leaves the operators outside."""
    assert check(town.places.authorized_clients) == ["operators"]
    before = town.operator(b"\1" * 32)
    assert before.circle_document()
    before.close()

    revoke(town.places.authorized_clients, "operators")
    town.restart_service()

    assert check(town.places.authorized_clients) == []
    assert probe(town.probe_socket, town.operators_onion, seconds=60) is Found.SHUT
    socks = f"127.0.0.1:{town.operators_socks}"
    with on_fresh_circuit(socks) as http, pytest.raises(httpx.TransportError):
        http.get(f"http://{town.operators_onion}/circle")
