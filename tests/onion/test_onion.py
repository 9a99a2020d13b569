"""A parcel through real onion services, and what nobody without a key can do."""

from __future__ import annotations

import os
from pathlib import Path

import httpx

from api.onion.authorization import check, revoke
from api.onion.probe import Found, probe
from clients.people.views import Status
from clients.tor.circuits import on_fresh_circuit
from clients.trial.alone import is_alone
from clients.trial.circle import COORDINATORS
from clients.trial.onion_town import KEYHOLDERS, STRANGERS, OnionTown, new_person
from clients.trial.tor_control import Control
from crypto.messages.shelf import Wish
from tests.clients.cli.commands import run
from tests.onion.sockets import descendants, listening, sockets_of
from tests.patience import PATIENCE_SECONDS

LOOPBACK = "0100007F"
"""127.0.0.1, as the kernel's tables have it on this kind of machine."""

WISH = Wish(regions=0b1, modes=0b1, preset=1, size=0, needs=0b1, urgency=0)


def circuits_by_credentials(town: OnionTown) -> dict[str, set[str]]:
    """The circuits that streams of each SOCKS user name went by, from tor's own mouth."""
    with Control(town.strangers.control) as control:
        found: dict[str, set[str]] = {}
        for line in control.get("circuit-status").splitlines():
            fields = dict(part.split("=", 1) for part in line.split() if "=" in part)
            if "SOCKS_USERNAME" in fields:
                found.setdefault(fields["SOCKS_USERNAME"], set()).add(line.split()[0])
        return found


def gets_in(town: OnionTown, tor: str) -> bool:
    """Whether *tor* is let in at the operators' onion service, on a new circuit."""
    socks = f"127.0.0.1:{town.socks[tor]}"
    with on_fresh_circuit(socks) as http:
        try:
            return http.get(f"{town.operators_address}/circle").is_success
        except httpx.TransportError:
            return False


def certify_at_the_desks(town: OnionTown, passphrase: Path) -> None:
    """Both coordinators vouch for everybody who waits, by commands that are processes of their own
    and reach the node by the onion service that only keys open."""
    socks = f"127.0.0.1:{town.socks['desks']}"
    reached = ("--node", town.operators_address, "--circle", str(town.trial.document))
    passphrase.write_text(town.trial.passphrase)
    sealed = (*reached, "--passphrase-file", str(passphrase))
    for number in range(COORDINATORS):
        desk = ("--socks", socks, "coordinator")
        keyring = str(town.trial.coordinator_keyring(number))
        for waiting in run(*desk, "inbox", keyring, *sealed, "--json").json:
            done = run(*desk, "certify", keyring, waiting["id"], *sealed)
            assert done.code == 0, done.told


def test_a_parcel_travels_from_intake_to_receipt(town: OnionTown, tmp_path: Path) -> None:
    mother, giver = new_person(), new_person()
    town.round()
    assert town.family(mother).ask(WISH, "be", "їжа").status == Status.ASKED
    town.donor(giver).offer(WISH, "en", "help")
    town.round()
    certify_at_the_desks(town, tmp_path / "passphrase")
    assert town.family(mother).visit().status == Status.WAITING
    assert [slot.status for slot in town.donor(giver).visit().slots] == [Status.WAITING] * 3
    used = circuits_by_credentials(town)
    town.round()
    held = [s.index for s in town.donor(giver).visit().slots if s.status == Status.HELD]
    assert len(held) == 1
    town.donor(giver).accept(held[0], "CODE-1")
    town.round()
    assert town.family(mother).visit().status == Status.CODE
    town.family(mother).received("дзякуй")
    town.round()
    town.round()
    town.round()
    assert town.donor(giver).visit().slot(held[0] + 3).status == Status.CERTIFIED
    assert len(used) >= 3
    assert sum(map(len, used.values())) == len(set[str]().union(*used.values()))


def test_two_acts_of_one_person_go_by_two_circuits(town: OnionTown) -> None:
    before = circuits_by_credentials(town)
    node = town.person()
    for act in ("thread", ("card", 1), ("card", 2)):
        node.apart(act).circle()
    now = circuits_by_credentials(town)
    fresh = [circuits for name, circuits in now.items() if name not in before]

    assert len(fresh) >= 3  # a request that has to be repeated goes by a circuit of its own
    assert all(len(one) >= 1 for one in fresh)
    assert len(set[str]().union(*fresh)) == sum(map(len, fresh))


def test_without_a_key_nobody_reaches_the_operators_service(town: OnionTown) -> None:
    assert not gets_in(town, STRANGERS)
    assert all(gets_in(town, name) for name in KEYHOLDERS)


def test_nothing_listens_but_unix_sockets_and_tor_on_loopback(town: OnionTown) -> None:
    """The node, the matcher, both clerks, and ten tors, of which one is watched."""
    running = descendants(os.getpid())
    tors = {pid for pid, name in running.items() if name == "tor"}
    everybody = {inode: pid for pid in running for inode in sockets_of(pid)}
    found = {one: everybody[one.inode] for one in listening() if one.inode in everybody}

    assert town.node.pid in running
    assert {program.pid for program in town.programs} <= running.keys()
    assert len(tors) == 10
    assert set(found.values()) == tors - set(town.service.children)
    assert {one.address for one in found} == {LOOPBACK}
    assert found.keys() == set(listening()) or not is_alone()


def test_the_probe_tells_a_shut_service_from_an_open_one(town: OnionTown) -> None:
    public = town.public.removeprefix("http://")

    assert probe(town.probe_socket, town.operators_onion, seconds=PATIENCE_SECONDS) is Found.SHUT
    assert probe(town.probe_socket, public, seconds=PATIENCE_SECONDS) is Found.OPEN


def test_a_key_that_is_taken_away_is_out_and_the_others_are_not(town: OnionTown) -> None:
    """The desks hold the service's descriptor, and a circuit to it. Last, since they stay out."""
    assert check(town.places.authorized_clients) == sorted(KEYHOLDERS)
    assert gets_in(town, "desks")
    before = town.service.children

    revoke(town.places.authorized_clients, "desks")
    town.until_tor_was_started_anew(before)

    town.until_answered(town.operators_address, "matcher")
    assert not gets_in(town, "desks")
    assert probe(town.probe_socket, town.operators_onion, seconds=PATIENCE_SECONDS) is Found.SHUT
