"""A node moves house, by the commands that docs/operations.md gives, and is reached all the while.

The operators come through the matcher's tor: another test takes the desks' key away for good.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clients.family import Family
from clients.node import NodeClient
from clients.people.views import Status
from clients.tor.addresses import moved_to
from clients.trial.onion_town import STRANGERS, OnionTown, new_person
from clients.trial.tor_control import Control
from crypto.circle import Circle, read_circle
from crypto.messages.shelf import Wish
from tests.clients.cli.commands import run

OPERATORS = "matcher"
WISH = Wish(regions=0b1, modes=0b1, preset=1, size=0, needs=0b1, urgency=0)


@pytest.fixture
def klunak(town: OnionTown) -> Callable[..., str]:
    """A command that has to succeed, behind somebody's tor; what it printed and said."""

    def ran(tor: str, *arguments: str | Path) -> str:
        done = run("--socks", f"127.0.0.1:{town.socks[tor]}", *map(str, arguments))
        assert done.code == 0, done.told
        return done.out + done.told

    return ran


def document_at(town: OnionTown, address: str) -> bytes:
    """The circle document, as a person is served it who comes by *address*."""
    node = NodeClient(address, socks=f"127.0.0.1:{town.socks[STRANGERS]}")
    try:
        return node.circle()
    finally:
        node.close()


def circle_at(town: OnionTown, address: str) -> Circle:
    """The same, verified."""
    return read_circle(document_at(town, address), pinned_digest=town.trial.circle().digest)


def identities(town: OnionTown) -> set[str]:
    """The directories of the identities that tor answers by, from its own mouth."""
    with Control(town.service.control) as control:
        told = [line.partition("=") for line in control.ask("GETCONF HiddenServiceOptions")]
    return {Path(value).name for name, _, value in told if name == "HiddenServiceDir"}


def move(town: OnionTown, klunak: Callable[..., str]) -> Path:
    """`klunak node move`, and tor started anew; where the old identity is now."""
    before = town.service.children
    klunak(OPERATORS, "node", "move", "--tor-data", town.places.tor_data, "--days", "2")
    town.until_tor_was_started_anew(before)
    (aside,) = town.places.tor_data.glob("public-until-*")
    return aside


def publish(town: OnionTown, klunak: Callable[..., str], home: Path) -> None:
    """The next almanac, with the address of now: written, signed, handed to the node."""
    trial, in_force, following = town.trial, home / "circle.json", home / "next.json"
    in_force.write_bytes(document_at(town, town.public))
    (home / "passphrase").write_text(trial.passphrase)
    sealed = ("--passphrase-file", home / "passphrase")
    (entry,) = trial.circle().nodes
    node = f"{entry.key.hex()}={town.public}"
    klunak(OPERATORS, "circle", "next", in_force, "--node", node, "--out", following)
    signer = ("--keyring", trial.home / "signer.keyring")
    klunak(OPERATORS, "circle", "sign", following, *signer, *sealed)
    reached = ("--node", town.operators_address, "--circle", trial.document)
    desk = trial.coordinator_keyring(0)
    klunak(OPERATORS, "coordinator", "publish", desk, following, *reached, *sealed)


def test_a_node_that_moves_is_reached_by_its_old_name_until_that_is_over(
    town: OnionTown, klunak: Callable[..., str], tmp_path: Path
) -> None:
    old = town.public
    aside = move(town, klunak)
    new = town.public
    assert new != old
    assert (aside / "hostname").read_text().strip() == old.removeprefix("http://")
    assert identities(town) == {"public", aside.name, "operators"}
    for address in (new, old):
        town.until_answered(address, STRANGERS)
    town.until_answered(town.operators_address, OPERATORS)

    publish(town, klunak, tmp_path)

    told = {
        address: moved_to(address, [one.address for one in circle_at(town, address).nodes])
        for address in (old, new)
    }
    assert told == {old: [new], new: []}
    pinned = ("--circle", town.trial.document)
    assert new in klunak(STRANGERS, "family", "stores", *pinned, "--node", old)
    town.programs[0].step()
    mother = Family(new_person(), circle_at(town, new), town.person(), town.today)
    assert mother.ask(WISH, "be", "їжа").status == Status.ASKED

    before = town.service.children
    aside.rename(aside.with_name(f"public-until-{town.today - 1}"))
    town.until_tor_was_started_anew(before)

    assert identities(town) == {"public", "operators"}
    assert list(town.places.tor_data.glob("public-until-*")) == []
