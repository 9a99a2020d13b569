"""A node that moves is reached by both addresses, then by the new one; the old key is erased."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.onion.authorization import Unsound
from api.onion.moving import MOST_DAYS, forget, former, move
from api.onion.torrc import Places, node_torrc

TODAY = 20_000


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path, tmp_path / "public-socket", tmp_path / "operators-socket")
    settle(made, "first.onion")
    return made


def settle(places: Places, hostname: str) -> None:
    """As tor does where there is no identity."""
    places.public_service.mkdir()
    (places.public_service / "hostname").write_text(f"{hostname}\n")


def test_the_old_identity_is_kept_as_it_is_and_the_place_is_free_for_a_new_one(
    places: Places,
) -> None:
    aside = move(places.public_service, today=TODAY, days=30)

    assert not places.public_service.exists()
    assert (aside / "hostname").read_text() == "first.onion\n"
    assert former(places.tor_data, today=TODAY + 30) == [aside]
    assert former(places.tor_data, today=TODAY + 31) == []


def test_both_lead_to_the_same_node(places: Places) -> None:
    aside = move(places.public_service, today=TODAY, days=30)
    torrc = node_torrc(places, work=True, former=former(places.tor_data, today=TODAY))

    services = torrc.split("HiddenServiceDir ")[1:]
    leading = {one.split()[0]: f"80 unix:{places.public_socket}\n" in one for one in services}
    assert leading == {
        str(places.public_service): True,
        str(aside): True,
        str(places.operators_service): False,
    }


def test_what_is_over_is_erased_and_nothing_else(places: Places) -> None:
    first = move(places.public_service, today=TODAY, days=1)
    settle(places, "second.onion")
    second = move(places.public_service, today=TODAY, days=2)
    settle(places, "third.onion")

    forget(places.tor_data, today=TODAY + 1)
    assert first.exists()
    forget(places.tor_data, today=TODAY + 2)
    assert not first.exists()
    assert second.exists()
    assert places.public_service.exists()


@pytest.mark.parametrize("days", [0, -1, MOST_DAYS + 1])
def test_an_address_is_not_kept_for_no_time_or_for_ever(places: Places, days: int) -> None:
    with pytest.raises(Unsound):
        move(places.public_service, today=TODAY, days=days)
    assert places.public_service.exists()


def test_who_has_no_address_or_moved_today_does_not_move(places: Places) -> None:
    move(places.public_service, today=TODAY, days=30)
    with pytest.raises(Unsound):
        move(places.public_service, today=TODAY, days=30)
    settle(places, "second.onion")
    with pytest.raises(Unsound):
        move(places.public_service, today=TODAY, days=30)
    assert (places.public_service / "hostname").exists()
