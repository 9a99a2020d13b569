"""The circle document: served as signed, replaced by a later one of the same circle only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.errors import SetupError
from api.node_key import create_node_key, read_node_key
from tests.api.nodes import Clock, TrialNode, assert_problem, running_node
from tests.api.people import JSON, as_coordinator, as_matcher
from tests.circles import TrialCircle, make_trial_circle

PATH = "/operator/circle"


def put(node: TrialNode, document: dict[str, object]):  # type: ignore[no-untyped-def]
    return as_matcher(node, "PUT", PATH, json.dumps(document).encode(), JSON)


def test_the_document_is_served_as_it_was_signed(node: TrialNode) -> None:
    answer = node.get("/circle")

    assert answer.json() == node.trial.document
    assert answer.headers["content-type"] == JSON


def test_a_later_almanac_takes_effect_at_once_and_after_a_restart(
    tmp_path: Path, trial: TrialCircle
) -> None:
    later = trial.rewritten(serial=2)
    with running_node(tmp_path, trial) as node:
        assert put(node, later).json() == {"serial": 2}
        assert node.get("/circle").json() == later

    with running_node(tmp_path, trial) as node:  # its file still has the first
        assert node.get("/circle").json() == later


def test_either_operator_may_bring_it(node: TrialNode) -> None:
    body = json.dumps(node.trial.rewritten(serial=2)).encode()

    assert as_coordinator(node, 1, "PUT", PATH, body, JSON).status_code == 200


def test_another_worker_notices(node: TrialNode) -> None:
    """Two keepers over one database stand for two processes."""
    from api.circles import CircleKeeper

    elsewhere = CircleKeeper()
    assert node.node.store.read(elsewhere.current).serial == 1

    put(node, node.trial.rewritten(serial=2))

    assert node.node.store.read(elsewhere.current).serial == 2


def test_the_same_document_again_is_fine(node: TrialNode) -> None:
    later = node.trial.rewritten(serial=2)
    put(node, later)
    before = node.rows()

    assert put(node, later).json() == {"serial": 2}
    spaced = json.dumps(later, indent=2).encode()
    assert as_matcher(node, "PUT", PATH, spaced, JSON).json() == {"serial": 2}
    assert node.rows() == before


def test_an_almanac_that_is_not_later_is_refused(node: TrialNode) -> None:
    put(node, node.trial.rewritten(serial=3))
    before = node.rows()

    assert_problem(put(node, node.trial.rewritten(serial=2)), 409, "old_circle")
    same = node.trial.rewritten(serial=3, catalogue={"other": 1})
    assert_problem(put(node, same), 409, "old_circle")
    assert node.rows() == before


def test_another_circle_is_refused(node: TrialNode) -> None:
    before = node.rows()

    other = make_trial_circle(name="another circle").rewritten(serial=9)

    assert_problem(put(node, other), 403, "wrong_circle")
    assert node.rows() == before


def test_an_unsigned_almanac_is_refused(node: TrialNode) -> None:
    later = node.trial.rewritten(serial=2)
    before = node.rows()

    assert_problem(put(node, {**later, "signatures": {}}), 403, "invalid_signature")
    almanac = later["almanac"].replace('"serial":2', '"serial":3')
    assert_problem(put(node, {**later, "almanac": almanac}), 403, "invalid_signature")
    assert_problem(put(node, {"charter": ""}), 422, "wrong_shape")
    assert node.rows() == before


def test_strangers_do_not_replace_it(node: TrialNode) -> None:
    before = node.rows()

    answer = node.request(
        "PUT", PATH, content=json.dumps(node.trial.document), headers={"content-type": JSON}
    )

    assert_problem(answer, 401, "not_authorized")
    assert node.rows() == before


def test_a_node_does_not_start_with_another_circles_database(
    tmp_path: Path, trial: TrialCircle
) -> None:
    with running_node(tmp_path, trial):
        pass

    other = make_trial_circle(name="another circle")
    with pytest.raises(SetupError), running_node(tmp_path, other):
        pass


def test_a_node_does_not_start_outside_its_circle(tmp_path: Path, trial: TrialCircle) -> None:
    key = tmp_path / "other.key"
    create_node_key(key)

    with pytest.raises(SetupError), running_node(tmp_path, trial, Clock(), node_key=key):
        pass


def test_a_node_key_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "node.key"
    seed = create_node_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_node_key(path) == seed
    with pytest.raises(FileExistsError):
        create_node_key(path)

    path.chmod(0o640)
    with pytest.raises(SetupError):
        read_node_key(path)


@pytest.mark.parametrize("content", ["", "zz" * 32, "00" * 31, "00" * 33])
def test_what_is_no_key_is_not_used(tmp_path: Path, content: str) -> None:
    path = tmp_path / "node.key"
    path.touch(0o600)
    path.write_text(content)

    with pytest.raises(SetupError):
        read_node_key(path)
