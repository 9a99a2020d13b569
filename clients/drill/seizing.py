"""The disk of a node as it is seized: its data, its server's, and whatever it wrote beside them."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from clients.drill.common import Common
from clients.drill.picture import HEIGHT, WIDTH
from clients.drill.places import search_disk
from clients.drill.result import Drill
from clients.drill.season import DrillSeason
from clients.drill.server import seize_server
from clients.drill.surroundings import Surroundings
from clients.thief import Patterns
from clients.trial.postgresql import Cluster


def seize(season: DrillSeason, cluster: Cluster | None, home: Path) -> Path:
    """A copy of everything that the node keeps, which no longer runs."""
    seized = home / "seized"
    shutil.copytree(season.trial.node_data, seized / "node")
    if cluster is not None:
        seize_server(cluster, seized)
    return seized


def search_the_disks(
    drill: Drill,
    seized: Path,
    around: Surroundings,
    patterns: Patterns,
    *,
    home: Path,
    common: Common,
    planted: Collection[str],
    known: Collection[Path],
) -> None:
    """What is *seized*, where *planted* stands, and the node's surroundings; *known* is others'."""
    drill.places["node_disk"] = search_disk(
        "node_disk",
        [seized, *around.own, home / "trial" / "node.key"],
        patterns,
        scratch=home,
        common=common,
        planted={*planted, *around.in_own},
    )
    left, skipped = around.left(*known)
    # Others write there, too: the names of regions and stores may be theirs.
    shared = drill.places["shared_directories"] = search_disk(
        "shared_directories", left, patterns, scratch=home, planted=around.in_shared
    )
    shared.note = ", ".join(sorted({find.place for find in shared.told}))
    if skipped:
        drill.uncovered.append(f"{skipped:,} bytes more that came up in shared directories")


def dump_of(seized: Path) -> tuple[str, bytes]:
    """The middle of the largest file: some lines in hexadecimal, and as much as a picture shows."""
    largest = max((f for f in seized.rglob("*") if f.is_file()), key=lambda f: f.stat().st_size)
    middle = largest.stat().st_size // 2 // 4_096 * 4_096
    with largest.open("rb") as opened:
        opened.seek(middle)
        octets = opened.read(WIDTH * HEIGHT)
    shown = range(512, min(768, len(octets)), 16)
    lines = [f"{middle + at:08x}  {octets[at : at + 16].hex(' ')}" for at in shown]
    return "\n".join(lines), octets
