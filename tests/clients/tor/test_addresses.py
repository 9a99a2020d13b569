"""Which addresses are talked to, and by which way."""

from __future__ import annotations

import pytest

from clients.errors import NoAddress, NotBehindTor, SocksNeeded
from clients.node import NodeClient
from clients.operators.signed_http import SignedHttp
from clients.tor.addresses import checked_address, moved_to

ONION = "http://" + "a" * 56 + ".onion"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8750", "127.0.0.1:8750", "http://localhost:1", "http://[::1]:1"]
)
def test_a_node_on_this_machine_needs_no_permission(address: str) -> None:
    assert checked_address(address).endswith(address)


@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1", "http://", "http://me:secret@127.0.0.1", "http://127.0.0.1:x"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(NoAddress):
        checked_address(address, socks="127.0.0.1:9050", clearnet=True)


@pytest.mark.parametrize("address", [ONION, ONION.upper(), f"{ONION}.", f"{'a' * 56}.onion:80"])
def test_an_onion_is_reached_by_tor_and_by_nothing_else(address: str) -> None:
    with pytest.raises(SocksNeeded):
        checked_address(address, clearnet=True)

    assert checked_address(address, socks="127.0.0.1:9050").endswith(address)


@pytest.mark.parametrize("address", ["。onion", "．onion", ".onion。", ".ⓞnion", ".oni%6fn"])
def test_no_onion_goes_by_a_resolver_because_it_is_spelled_otherwise(address: str) -> None:
    """httpx reads the first three as the onion, and would ask a resolver for it."""
    with pytest.raises(NoAddress):
        checked_address(f"http://{'a' * 56}{address}", clearnet=True)


@pytest.mark.parametrize("socks", [None, "127.0.0.1:9050"])
@pytest.mark.parametrize("address", ["http://example.org", "http://10.0.0.1:1", "localhost.org"])
def test_what_is_seen_on_the_way_has_to_be_allowed(address: str, socks: str | None) -> None:
    with pytest.raises(NotBehindTor):
        checked_address(address, socks=socks)

    assert checked_address(address, socks=socks, clearnet=True).endswith(address)


def test_no_client_is_made_for_what_may_not_be_talked_to() -> None:
    with pytest.raises(SocksNeeded):
        NodeClient(ONION)
    with pytest.raises(SocksNeeded):
        SignedHttp(ONION, b"\1" * 32, b"\2" * 32)
    with pytest.raises(NoAddress):
        NodeClient(ONION, socks="192.0.2.1:9050")


def test_whoever_comes_by_an_onion_that_the_circle_does_not_publish_is_told_which_it_does() -> None:
    here, elsewhere = ONION, f"http://{'b' * 56}.onion"
    assert moved_to(here, [elsewhere]) == [elsewhere]
    assert moved_to(here.removeprefix("http://"), [elsewhere]) == [elsewhere]
    assert moved_to(here, [elsewhere, here + "/"]) == []
    assert moved_to("http://127.0.0.1:8750", [elsewhere]) == []
