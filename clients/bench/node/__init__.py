"""How fast a node is on this machine, beside the least that could do the same: `klunak bench node`.

    visit    look, meet, leave: 12 + 4 reads, one claim, eight records replaced
    card     a stamp verified and burned, a card and five drops stored
    intake   two invites used and burned, two records and five drops stored
    mixed    nine visits' requests for each card and intake
    single   one record read or replaced in a transaction of its own, without HTTP

Thirty-two clients on one loopback socket each send the next request when the answer is there; the
load comes from `wrk`. Ours and the floor (`floor.py`) take turns, so that a noisy machine is noisy
for both, and the median of the turns counts. The floor runs twice: once in a process that
overwrites what it frees, as a node's does, and once, as `plain_floor`, in one that does not: the
difference is what that promise costs anybody, and `ratio` is what the rest of a node costs.

Rates are of whole visits. wrk knows only requests, so a visit's p50 is what 32 clients and the rate
make of it (Little's law), and its p99 three times a request's: no less than the truth.

How visits grow slower with what is stored: the same with other `rows` (10^3, 10^5, 10^6).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from clients.bench.backends import server_of
from clients.bench.node.load import CLIENTS, Load, Run
from clients.bench.node.loading import require_disk
from clients.bench.node.people import prepare
from clients.bench.node.servers import Floor, Ours, PlainFloor, Served
from clients.bench.node.single import single_rates
from clients.trial.postgresql import Cluster

KINDS = ("visit", "card", "intake", "mixed")
TURNS = 3
MOST_CARDS = 1_500
"""A second, for which stamps are signed beforehand; a bench that runs out of them says so."""

REQUESTS = {"visit": 3, "card": 1, "intake": 1, "mixed": 1}


def node_rates(
    backend: str,
    *,
    rows: int,
    seconds: int,
    workers: int = 1,
    kinds: Sequence[str] = KINDS,
    turns: int = TURNS,
    told: Callable[[str], None] = lambda _now: None,
) -> dict[str, Any]:
    """Rates, latencies and memory. *told* hears what is measured now. Raises NoLoadGenerator,
    BenchWentWrong, TooFewCards, TooLittleDisk."""
    with ExitStack() as ending, tempfile.TemporaryDirectory(prefix="bench-") as directory:
        home = Path(directory)
        require_disk(home, backend, rows)
        cluster = ending.enter_context(server_of(backend))
        told("preparing people")
        prepared = prepare(home, rows=rows, cards=MOST_CARDS * seconds * turns, told=told)
        servers: dict[str, Served] = {}
        for kind in (Ours, Floor, PlainFloor):
            told(f"loading {kind.name}")
            servers[kind.name] = ending.enter_context(kind(home, prepared, cluster, workers))
        loads = {
            name: Load(server.url, prepared, checked=server.checks)
            for name, server in servers.items()
        }
        found: dict[str, Any] = {}
        for kind_of_load in kinds:
            runs: dict[str, list[Run]] = {name: [] for name in servers}
            for turn in range(turns):
                for name, load in loads.items():
                    told(f"{kind_of_load}, {name}, turn {turn + 1} of {turns}")
                    runs[name].append(load.run(kind_of_load, seconds))
            found[kind_of_load] = _figures(kind_of_load, **runs)
        ours, floor = servers["ours"], servers["floor"]
        return {
            "backend": backend,
            "workers": workers,
            "rows": prepared.rows,
            **found,
            "single": single_rates(_fresh_database(home, cluster), seconds),
            "rss_mb": ours.memory_mb(),
            "floor_rss_mb": floor.memory_mb(),
        }


def _fresh_database(home: Path, cluster: Cluster | None) -> str:
    return cluster.url(cluster.new_database()) if cluster else f"sqlite:///{home / 'single.db'}"


def _figures(
    kind: str, ours: list[Run], floor: list[Run], plain_floor: list[Run]
) -> dict[str, Any]:
    each = REQUESTS[kind]
    rate, floor_rate, plain_rate = (
        median(run.per_second for run in runs) / each for runs in (ours, floor, plain_floor)
    )
    return {
        "per_s": round(rate, 1),
        "p50_ms": round(CLIENTS / rate * 1_000, 1) if rate else None,
        "p99_ms": round(each * median(run.p99_ms for run in ours), 1),
        "request_p50_ms": round(median(run.p50_ms for run in ours), 1),
        "floor_per_s": round(floor_rate, 1),
        "floor_p99_ms": round(each * median(run.p99_ms for run in floor), 1),
        "ratio": round(rate / floor_rate, 2) if floor_rate else None,
        "plain_floor_per_s": round(plain_rate, 1),
        "plain_ratio": round(rate / plain_rate, 2) if plain_rate else None,
        "errors": sum(run.errors for run in ours),
        "floor_errors": sum(run.errors for run in (*floor, *plain_floor)),
    }
