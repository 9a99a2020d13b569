"""What a flood of strangers does to people with certificates: `klunak bench flood`.

People visit and post cards, first alone and then while strangers come: ten times as many as the
node has places for checking proofs of work, each sending intakes without an end, and a thousand
more who send theirs a byte a second. The strangers' proofs are wrong, so the node computes each
before it knows; none fills the pool, which would turn the rest away for nothing.

    quiet_*, flood_*   people's visits: how many, and the median and p99 of one, three requests
    p99_ratio          of the flood's to the quiet one in this run
    refused            how often a person was told anything else than an answer
    proofs_per_s       strangers' intakes that were computed and refused
    turned_away_per_s  strangers' intakes that were told `busy` without
    slow_clients       connected in the end; slow_cut_off is how often one had to come anew
    rss_mb             of the node in the flood

All of it is on one machine: strangers and people take from the node the processors that they use,
which on a network they would not.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import SystemRandom
from threading import Event
from typing import Any

import numpy as np

from api.settings import Settings
from clients.bench.memory import memory_mb
from clients.bench.town import Town, town_on
from clients.bench.town.asking import Refused
from clients.bench.town.person import Person
from clients.errors import BenchError
from clients.node import NodeClient

PEOPLE = 4
SLOW_CLIENTS = 1_000
TIMES_CAPACITY = 10

CHECKED_AT_ONCE: int = 2 * Settings.model_fields["work_at_once"].default
"""Proofs that a node computes, and as many that wait for it."""

CARD_ONE_IN = 20

Told = Callable[[str], None]


class FloodFailed(BenchError):
    """The strangers did not come; a figure would be of a quiet node."""


def flood(
    seconds: float,
    backend: str = "sqlite",
    *,
    slow_clients: int = SLOW_CLIENTS,
    environment: Mapping[str, str] | None = None,
    told: Told = lambda _now: None,
) -> dict[str, Any]:
    """The figures of *seconds* alone and as many in a flood. *environment* sets the node
    up otherwise than by default; *told* hears what is done now.
    Raises FloodFailed, NobodyAnswers."""
    told("founding a circle")
    with town_on(backend, environment=environment) as town, ThreadPoolExecutor(PEOPLE) as pool:
        people = [Person(town) for _ in range(PEOPLE)]
        try:
            list(pool.map(Person.settle, people))
            told("people alone")
            quiet = _visits(pool, people, lambda: time.sleep(seconds))
            told("strangers are coming")
            with _strangers(town, slow_clients) as process:
                told("people among strangers")
                loud = _visits(pool, people, lambda: time.sleep(seconds))
                rss = memory_mb(town.node.pid)
                came = _result_of(process)
        except BaseException:
            town.ended.set()
            raise
        for person in people:
            person.close()
        refused = sum(person.asking.errors.total() for person in people)
    told_strangers = came["told"]
    if not told_strangers.get("wrong_work"):
        raise FloodFailed
    quiet_p50, quiet_p99 = _percentiles(quiet)
    flood_p50, flood_p99 = _percentiles(loud)
    return {
        "backend": backend,
        "seconds": seconds,
        "quiet_visits": len(quiet),
        "quiet_p50_ms": quiet_p50,
        "quiet_p99_ms": quiet_p99,
        "flood_visits": len(loud),
        "flood_p50_ms": flood_p50,
        "flood_p99_ms": flood_p99,
        "p99_ratio": round(flood_p99 / quiet_p99, 2),
        "refused": refused,
        "proofs_per_s": round(told_strangers["wrong_work"] / came["seconds"], 1),
        "turned_away_per_s": round(told_strangers.get("busy", 0) / came["seconds"], 1),
        "slow_clients": came["slow"],
        "slow_cut_off": came["cut_off"],
        "rss_mb": rss,
    }


def _visits(
    pool: ThreadPoolExecutor, people: Sequence[Person], meanwhile: Callable[[], None]
) -> list[float]:
    """How long each visit took, in seconds, of everybody until *meanwhile* is over."""
    over = Event()
    living = [pool.submit(_times, person, over) for person in people]
    try:
        meanwhile()
    finally:
        over.set()
    return [took for life in living for took in life.result()]


def _times(person: Person, over: Event) -> list[float]:
    dice, times = SystemRandom(), []
    while not over.is_set():
        try:
            if dice.randrange(CARD_ONE_IN) == 0:
                person.card()
            began = time.perf_counter()
            person.visit()
        except Refused:
            continue  # it was counted
        times.append(time.perf_counter() - began)
    return times


@contextmanager
def _strangers(town: Town, slow: int) -> Iterator[subprocess.Popen[str]]:
    """The process that they are in, once all of the slow are connected. Raises FloodFailed."""
    _allow_files(slow)
    node = NodeClient(town.url)
    challenge = node.node(town.circle).pow_challenge
    node.close()
    port = town.url.rpartition(":")[2]
    hasty = TIMES_CAPACITY * CHECKED_AT_ONCE
    given = [port, str(slow), str(hasty), challenge.hex(), str(town.period)]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-B", "-m", "clients.bench.flood.strangers", *given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            _line_of(process)
            yield process
        finally:
            process.kill()


def _allow_files(slow: int) -> None:
    """Let the strangers, who inherit it, open so many sockets. Raises FloodFailed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = slow + 256
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except ValueError:
            raise FloodFailed from None


def _result_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.close()
    found: dict[str, Any] = json.loads(_line_of(process))
    return found


def _line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise FloodFailed
    return line


def _percentiles(times: Sequence[float]) -> tuple[float, float]:
    """The median and p99 in milliseconds. Raises FloodFailed when nobody visited."""
    if not times:
        raise FloodFailed
    p50, p99 = np.percentile(times, [50, 99]) * 1_000
    return round(float(p50), 1), round(float(p99), 1)
