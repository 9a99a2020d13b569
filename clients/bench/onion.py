"""How a node is reached through Tor: `klunak bench onion`, on a private network of this machine.

    bootstrap_s    from the first tor's start until the node answers a stranger: an authority, five
                   relays, the services, three visitors' tors; the circle was founded before
    read_ms_*      a look (twelve records) on a circuit that is open, one after the other
    reads_per_s    looks by eight people at once, each on a circuit of its own
    parcel_s       a voucher's parcel from the family's intake to its receipt, with three rounds and
                   everybody's proof of work

Every relay is on this machine, so these are the costs of the software. The real network adds its
distances: some hundreds of milliseconds to each read, some seconds to each new circuit.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from clients.errors import BenchError
from clients.node import LOOK_BYTES, NodeClient
from clients.people.views import Status
from clients.trial.onion_town import OnionTown, new_person
from crypto.messages.shelf import Wish

WARM_UP = 10
PEOPLE_AT_ONCE = 8
WISH = Wish(regions=0b1, modes=0b1, preset=1, size=0, needs=0b1, urgency=0)


class ParcelLost(BenchError):
    """The parcel did not arrive; a figure would be made up."""


def onion_rates(looks: int, told: Callable[[str], None] = lambda _now: None) -> dict[str, float]:
    """The figures. *looks* is how many are timed, and how many each of the people at once does;
    *told* hears what is done now. Raises TorFailed, ParcelLost."""
    with OnionTown(told) as town:
        told("a parcel")
        parcel = _parcel_seconds(town)
        told("looks, one after the other")
        times = _look_times(town.person(), looks)
        told("looks, many at once")
        rate = _looks_at_once(town, looks)
        return {
            "bootstrap_s": round(town.bootstrap_seconds, 1),
            "read_ms_p50": round(float(np.percentile(times, 50)) * 1_000, 1),
            "read_ms_p99": round(float(np.percentile(times, 99)) * 1_000, 1),
            "reads_per_s": round(rate, 1),
            "parcel_s": round(parcel, 1),
        }


def _parcel_seconds(town: OnionTown) -> float:
    mother, giver = new_person(), new_person()
    town.round()
    town.donor(giver).offer(WISH, "en", "help")
    began = time.monotonic()
    town.family(mother).ask(WISH, "be", "help")
    town.round()
    town.certify()
    town.family(mother).visit()
    town.donor(giver).visit()
    town.round()
    held = [s.index for s in town.donor(giver).visit().slots if s.status == Status.HELD]
    if len(held) != 1:
        raise ParcelLost
    town.donor(giver).accept(held[0], "CODE")
    town.round()
    if town.family(mother).visit().status != Status.CODE:
        raise ParcelLost
    town.family(mother).received("")
    return time.monotonic() - began


def _look_times(node: NodeClient, looks: int) -> list[float]:
    """Seconds of each."""
    times = []
    for number in range(WARM_UP + looks):
        body = secrets.token_bytes(LOOK_BYTES)
        began = time.monotonic()
        node.look(body)
        if number >= WARM_UP:
            times.append(time.monotonic() - began)
    return times


def _looks_at_once(town: OnionTown, looks: int) -> float:
    """A second, by everybody together."""
    people = [town.person() for _ in range(PEOPLE_AT_ONCE)]
    with ThreadPoolExecutor(PEOPLE_AT_ONCE) as pool:
        list(pool.map(lambda node: _look_times(node, 0), people))  # opens the circuits
        began = time.monotonic()
        list(pool.map(lambda node: _look_times(node, looks), people))
    return PEOPLE_AT_ONCE * (looks + WARM_UP) / (time.monotonic() - began)
