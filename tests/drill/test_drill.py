"""The seizure drill, small: nothing is found, every control is, and it says what it covers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.drill.figures import laid_out

PLACES = {
    "node_disk",
    "node_memory",
    "shared_directories",
    "table_internals",
    "matcher_disk",
    "matcher_memory",
    "matcher_round",
    "matcher_commit",
}
COERCIONS = {
    "family_list",
    "donor_list",
    "coordinator_passphrase",
    "matcher_passphrase",
    "one_of_two_coordinators",
    "node_passphrase",
}


KLUNAK = [sys.executable, "-m", "clients.cli"]

OWN_SEED = "20261124"
"""People whom no other test draws: what those leave in shared directories is searched as well."""

AS_ROOT = [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]
"""Only root, be it of a namespace, reads the memory of a node that hides it: no test is skipped."""


def drill(home: Path, *arguments: str) -> dict[str, Any]:
    """The JSON that `klunak drill` prints; its page is at *home*/report.html."""
    report = str(home / "report.html")
    done = subprocess.run(
        [*AS_ROOT, *KLUNAK, "drill", "--json", "--report", report, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=3_600,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def assert_nothing_to_seize(figures: dict[str, Any]) -> None:
    assert figures["markers"] > 1_000
    # On a machine that dumps no core of anything there is no such place.
    of_server = {"postgresql_memory"} if figures["backend"] == "postgresql" else set()
    assert set(figures["places"]) - {"node_core"} == PLACES | of_server
    for name, place in figures["places"].items():
        assert place["hits"] == 0, name
        assert place["control_found"] is True, name
        assert place["bytes"] > 1_000 or name in ("node_core", "shared_directories"), name
    since = figures["since_layout"]
    assert since["requests"] > 0
    assert 60 <= since["seconds_of_a_day"] <= 86_400
    assert figures["told_apart"] == []
    assert set(figures["coercion"]) == COERCIONS
    for kind, coerced in figures["coercion"].items():
        assert coerced["must_not"] == 0, kind
        assert coerced["control_found"] is True, kind
    assert figures["failures"] == []


def assert_what_remains(figures: dict[str, Any]) -> None:
    """A recorded past links every card to its intake and opens to a list what was erased since."""
    past = figures["recorded"]
    assert past["cards_linked_to_intake"] == past["cards"] > 0
    assert past["visits"] > past["lists_told_apart"] > past["family_list"]["tried"] > 0
    assert past["family_list"]["must_not"] == past["donor_list"]["must_not"] == 0
    assert past["family_list"]["opens"] or past["donor_list"]["opens"]
    assert set(figures["places"]["matcher_memory"]["excused"]) <= {"epoch key"}
    for moment in ("matcher_round", "matcher_commit"):
        assert figures["places"][moment]["excused"]["donor: pseudonym claim tag"] > 0


def assert_a_page(page: str, figures: dict[str, Any]) -> None:
    assert f"{figures['markers']:,} markers" in page
    assert "<script" not in page
    assert "http" not in page  # it loads nothing
    for name in figures["places"]:
        assert name.replace("_", " ") in page


def assert_laid_out_for_readme(figures: dict[str, Any]) -> None:
    lines = "\n".join(laid_out([figures]))
    assert f"| parcels confirmed | {figures['parcels']:,} |" in lines
    assert (
        f"| rows written since the last laying out | {figures['since_layout']['rows']:,} |" in lines
    )


@pytest.mark.journey
def test_a_node_seized_in_the_middle_of_business_yields_nothing(tmp_path: Path) -> None:
    figures = drill(tmp_path, "--parcels", "5", "--seed", OWN_SEED)

    assert_nothing_to_seize(figures)
    assert_a_page((tmp_path / "report.html").read_text(), figures)
    assert_laid_out_for_readme(figures)
    assert set(figures["link"]) >= {"request_offer", "page_outbox", "page_page", "notice_card"}
    assert all(
        one["lower"] <= one["advantage"] <= one["upper99"] for one in figures["link"].values()
    )
    assert figures["not_covered"]
    assert_what_remains(figures)


@pytest.mark.long
@pytest.mark.journey
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_larger_season_yields_nothing_either(tmp_path: Path, backend: str) -> None:
    parcels = ("--parcels", "60", "--seed", OWN_SEED)
    assert_nothing_to_seize(drill(tmp_path, *parcels, "--backend", backend))
