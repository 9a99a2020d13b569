"""Disks that are really full or read-only: small file systems, which only root can mount."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.errors import ApiError, NoStorage
from tests.api.nodes import assert_problem, running_node
from tests.api.people import begin_epoch, look, new_card, post
from tests.circles import TrialCircle
from tests.disks import remount, small_disk

pytestmark = pytest.mark.sqlite  # PostgreSQL's own disk is filled in test_faults.py

MOST_CARDS = 400
"""Ten times what fits."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Four megabytes, where a node in *tmp_path* keeps its data."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with small_disk(data, "size=4m", "mode=700") as mounted:
        yield mounted


def test_a_full_disk_is_told_loses_nothing_and_is_used_again(
    disk: Path, tmp_path: Path, trial: TrialCircle
) -> None:
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        stored = []
        for _ in range(MOST_CARDS):
            refused_card = new_card(node)
            answer = post(node, refused_card, 1)
            if answer.status_code != 201:
                break
            stored.append(refused_card)
        assert_problem(answer, 503, "no_storage")
        assert int(answer.headers["retry-after"]) > 0
        assert stored
        assert [look(node, [card.drops[0].r])[0] for card in stored] == [
            card.drops[0].record for card in stored
        ]

        remount(disk, "size=64m")
        assert post(node, refused_card, 1).status_code == 201

    with running_node(tmp_path, trial) as node:  # from the file, whatever was in memory
        rows = node.rows()
        records = {row[1] for row in rows["drops"]}
        assert {drop.record for card in [*stored, refused_card] for drop in card.drops} == records
        assert len(rows["cards"]) == len(stored) + 1


def test_a_node_says_that_its_disk_is_read_only_and_goes_on_afterwards(
    disk: Path, tmp_path: Path, trial: TrialCircle
) -> None:
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        card = new_card(node)
        assert post(node, card, 1).status_code == 201

    remount(disk, "ro")
    with pytest.raises(ApiError) as told, running_node(tmp_path, trial):
        pass
    assert isinstance(told.value, NoStorage)

    remount(disk, "rw")
    with running_node(tmp_path, trial) as node:
        assert look(node, [card.drops[0].r])[0] == card.drops[0].record
        assert post(node, new_card(node), 1).status_code == 201
