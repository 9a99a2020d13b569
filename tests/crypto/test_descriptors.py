import json
from typing import Any

import pytest

from crypto.descriptors import (
    EpochDescriptor,
    NodeDescriptor,
    read_epoch_descriptor,
    read_node_descriptor,
    write_epoch_descriptor,
    write_node_descriptor,
)
from crypto.documents import sign
from crypto.errors import InvalidSignature, UnknownVersion, WrongShape
from crypto.labels import bound
from tests.circles import TrialCircle, make_trial_circle


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    return make_trial_circle()


def _epoch(trial: TrialCircle, **changes: Any) -> dict[str, str]:
    values: dict[str, Any] = {"epoch": 3, "key": b"\x05" * 1_216, "opens": 100, "closes": 1_540}
    return write_epoch_descriptor(
        trial.circle, **{**values, "signing_seed": trial.matcher_seed, **changes}
    )


def _node(trial: TrialCircle, **changes: Any) -> dict[str, str]:
    values: dict[str, Any] = {
        "day": 20_454,
        "pow_bits": 8,
        "pow_challenge": b"\x06" * 16,
        "intake_open": True,
    }
    return write_node_descriptor(
        trial.circle, **{**values, "signing_seed": trial.node_seed, **changes}
    )


def _resigned(
    document: dict[str, str], trial: TrialCircle, label: str, seed: bytes, **changes: Any
) -> dict[str, str]:
    """The same descriptor with changed JSON, signed as if it were right."""
    content = json.loads(document["descriptor"])
    content.update(changes)
    text = json.dumps({name: value for name, value in content.items() if value is not ...})
    signature = sign(seed, bound(label, trial.circle.digest) + text.encode())
    return {"descriptor": text, "signature": signature.hex()}


def test_an_epoch_descriptor_reads_as_it_was_written(trial: TrialCircle) -> None:
    descriptor = read_epoch_descriptor(json.dumps(_epoch(trial)), trial.circle)
    assert descriptor == EpochDescriptor(
        circle=trial.circle.digest,
        epoch=3,
        key=b"\x05" * 1_216,
        opens=100,
        closes=1_540,
        matcher=trial.circle.matchers[0],
    )


def test_the_text_of_an_epoch_descriptor_has_the_names_of_the_protocol(trial: TrialCircle) -> None:
    names = list(json.loads(_epoch(trial)["descriptor"]))
    assert names == ["version", "circle", "epoch", "key", "opens", "closes", "matcher"]


def test_a_node_descriptor_reads_as_it_was_written(trial: TrialCircle) -> None:
    descriptor = read_node_descriptor(json.dumps(_node(trial)).encode(), trial.circle)
    assert descriptor == NodeDescriptor(
        circle=trial.circle.digest,
        node=trial.circle.nodes[0].key,
        day=20_454,
        pow_bits=8,
        pow_challenge=b"\x06" * 16,
        intake_open=True,
    )


def test_the_text_of_a_node_descriptor_has_the_names_of_the_protocol(trial: TrialCircle) -> None:
    names = list(json.loads(_node(trial)["descriptor"]))
    assert names == [
        *("version", "circle", "node", "day", "pow_bits", "pow_challenge", "intake_open")
    ]


def test_whitespace_in_a_signed_text_is_kept_as_received(trial: TrialCircle) -> None:
    document = _resigned(_epoch(trial), trial, "epoch", trial.matcher_seed)
    assert ", " in document["descriptor"]
    assert read_epoch_descriptor(document, trial.circle).epoch == 3


@pytest.mark.parametrize("role", ["node_seed", "coordinator", "signer", "stranger"])
def test_only_a_matcher_publishes_an_epoch(trial: TrialCircle, role: str) -> None:
    seeds = {
        "node_seed": trial.node_seed,
        "coordinator": trial.coordinator_seeds[0],
        "signer": trial.signer_seeds[0],
        "stranger": b"\x09" * 32,
    }
    with pytest.raises(InvalidSignature):
        read_epoch_descriptor(_epoch(trial, signing_seed=seeds[role]), trial.circle)


def test_only_a_node_describes_itself(trial: TrialCircle) -> None:
    with pytest.raises(InvalidSignature):
        read_node_descriptor(_node(trial, signing_seed=trial.matcher_seed), trial.circle)


def test_a_descriptor_that_names_a_matcher_and_is_signed_by_another_is_refused(
    trial: TrialCircle,
) -> None:
    document = _resigned(_epoch(trial), trial, "epoch", b"\x09" * 32)
    with pytest.raises(InvalidSignature):
        read_epoch_descriptor(document, trial.circle)


def test_a_descriptor_of_another_circle_is_refused(trial: TrialCircle) -> None:
    other = make_trial_circle(name="another trial")
    with pytest.raises(InvalidSignature):
        read_epoch_descriptor(_epoch(other), trial.circle)
    with pytest.raises(InvalidSignature):
        read_node_descriptor(_node(other), trial.circle)


def test_a_signature_made_for_another_purpose_is_refused(trial: TrialCircle) -> None:
    document = _resigned(_epoch(trial), trial, "commit", trial.matcher_seed)
    with pytest.raises(InvalidSignature):
        read_epoch_descriptor(document, trial.circle)


def test_one_flipped_bit_of_the_signature_is_refused(trial: TrialCircle) -> None:
    document = _epoch(trial)
    altered = f"{int(document['signature'], 16) ^ 1:0128x}"
    with pytest.raises(InvalidSignature):
        read_epoch_descriptor(document | {"signature": altered}, trial.circle)


@pytest.mark.parametrize(
    ("name", "value"), [("epoch", 4), ("opens", 101), ("closes", 1_541), ("key", "B" * 1_621 + "A")]
)
def test_a_changed_value_under_the_old_signature_is_refused(
    trial: TrialCircle, name: str, value: Any
) -> None:
    document = _epoch(trial)
    content = {**json.loads(document["descriptor"]), name: value}
    with pytest.raises(InvalidSignature):
        read_epoch_descriptor(document | {"descriptor": json.dumps(content)}, trial.circle)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_an_unknown_version_is_refused_as_such(trial: TrialCircle, version: int) -> None:
    document = _resigned(_epoch(trial), trial, "epoch", trial.matcher_seed, version=version)
    with pytest.raises(UnknownVersion):
        read_epoch_descriptor(document, trial.circle)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "1"},
        {"version": True},
        {"version": None},
        {"epoch": 0},
        {"epoch": 2**32},
        {"epoch": True},
        {"epoch": "3"},
        {"closes": 99},
        {"key": "AAAA"},
        {"key": 5},
        {"matcher": "00"},
        {"matcher": None},
        {"another": 1},
        {"epoch": ...},
        {"key": ...},
    ],
)
def test_a_signed_descriptor_of_another_shape_is_refused(
    trial: TrialCircle, changes: dict[str, Any]
) -> None:
    document = _resigned(_epoch(trial), trial, "epoch", trial.matcher_seed, **changes)
    with pytest.raises(WrongShape):
        read_epoch_descriptor(document, trial.circle)


@pytest.mark.parametrize(
    "changes",
    [
        {"pow_bits": 33},
        {"pow_bits": -1},
        {"pow_challenge": "00" * 15},
        {"intake_open": 1},
        {"day": -1},
    ],
)
def test_a_signed_node_descriptor_of_another_shape_is_refused(
    trial: TrialCircle, changes: dict[str, Any]
) -> None:
    document = _resigned(_node(trial), trial, "node", trial.node_seed, **changes)
    with pytest.raises(WrongShape):
        read_node_descriptor(document, trial.circle)


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "00"},
        {"signature": "ZZ" * 64},
        {"signature": "AB" * 64},
        {"signature": 5},
        {"descriptor": {}},
        {"more": "text"},
    ],
)
def test_a_frame_of_another_shape_is_refused(trial: TrialCircle, change: dict[str, Any]) -> None:
    with pytest.raises(WrongShape):
        read_epoch_descriptor(_epoch(trial) | change, trial.circle)


def test_a_frame_without_its_signature_is_refused(trial: TrialCircle) -> None:
    with pytest.raises(WrongShape):
        read_epoch_descriptor({"descriptor": _epoch(trial)["descriptor"]}, trial.circle)


@pytest.mark.parametrize("changes", [{"epoch": 0}, {"key": b"short"}, {"opens": 2_000}])
def test_nothing_is_signed_that_no_reader_takes(
    trial: TrialCircle, changes: dict[str, Any]
) -> None:
    with pytest.raises(WrongShape):
        _epoch(trial, **changes)
