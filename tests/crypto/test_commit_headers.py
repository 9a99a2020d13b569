import json
from typing import Any

import pytest

from crypto.commit_headers import (
    Part,
    PartKind,
    part_digest,
    read_commit_header,
    write_commit_header,
)
from crypto.documents import sign
from crypto.errors import InvalidSignature, UnknownVersion, WrongShape
from crypto.labels import bound, hashed
from tests.circles import TrialCircle, make_trial_circle

PARTS = (
    Part(kind=0, rows=256, digest=part_digest(b"cards 1")),
    Part(kind=0, rows=4, digest=part_digest(b"cards 2")),
    Part(kind=1, rows=256, digest=part_digest(b"notices 1")),
    Part(kind=1, rows=4, digest=part_digest(b"notices 2")),
    Part(kind=2, rows=4, digest=part_digest(b"batches")),
)


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    return make_trial_circle()


def _header(trial: TrialCircle, **changes: Any) -> dict[str, str]:
    values: dict[str, Any] = {"epoch": 3, "round_key": b"\x05" * 4_096, "parts": PARTS}
    return write_commit_header(
        trial.circle, **{**values, "signing_seed": trial.matcher_seed, **changes}
    )


def _resigned(trial: TrialCircle, **changes: Any) -> dict[str, str]:
    content = {**json.loads(_header(trial)["header"]), **changes}
    text = json.dumps(content)
    signature = sign(trial.matcher_seed, bound("commit", trial.circle.digest) + text.encode())
    return {"header": text, "signature": signature.hex()}


def test_a_header_reads_as_it_was_written(trial: TrialCircle) -> None:
    header = read_commit_header(json.dumps(_header(trial)), trial.circle)
    assert (header.epoch, header.cards, header.notices) == (3, 260, 260)
    assert header.parts == PARTS
    assert header.round_key == b"\x05" * 4_096
    assert header.rows(PartKind.BATCHES) == 4


def test_the_text_of_a_header_has_the_names_of_the_protocol(trial: TrialCircle) -> None:
    content = json.loads(_header(trial)["header"])
    assert list(content) == [
        *("version", "circle", "epoch", "round_key", "cards", "notices", "parts", "matcher")
    ]
    assert list(content["parts"][0]) == ["kind", "rows", "digest"]


def test_a_digest_is_the_personalised_hash_of_the_part(trial: TrialCircle) -> None:
    assert part_digest(b"body") == hashed("klunak part", b"body")


def test_a_round_without_cards_still_has_its_batches(trial: TrialCircle) -> None:
    header = read_commit_header(_header(trial, parts=PARTS[-1:]), trial.circle)
    assert (header.cards, header.notices) == (0, 0)


def test_only_a_matcher_commits(trial: TrialCircle) -> None:
    with pytest.raises(InvalidSignature):
        read_commit_header(_header(trial, signing_seed=trial.node_seed), trial.circle)


def test_a_header_of_another_circle_is_refused(trial: TrialCircle) -> None:
    other = make_trial_circle(name="another trial")
    with pytest.raises(InvalidSignature):
        read_commit_header(_header(other), trial.circle)


def test_a_part_changed_under_the_old_signature_is_refused(trial: TrialCircle) -> None:
    document = _header(trial)
    altered = document["header"].replace(PARTS[0].digest.hex(), part_digest(b"other").hex())
    with pytest.raises(InvalidSignature):
        read_commit_header(document | {"header": altered}, trial.circle)


def test_an_unknown_version_is_refused_as_such(trial: TrialCircle) -> None:
    with pytest.raises(UnknownVersion):
        read_commit_header(_resigned(trial, version=2), trial.circle)


@pytest.mark.parametrize(
    "changes",
    [
        {"cards": 259},
        {"notices": 261},
        {"parts": []},
        {"parts": {}},
        {"parts": None},
        {"parts": [{"kind": 3, "rows": 1, "digest": "00" * 32}]},
        {"parts": [{"kind": 2, "rows": 0, "digest": "00" * 32}]},
        {"parts": [{"kind": 2, "rows": 257, "digest": "00" * 32}]},
        {"parts": [{"kind": 2, "rows": 1, "digest": "00" * 31}]},
        {"parts": [{"kind": 2, "rows": 1, "digest": "00" * 32, "more": 1}]},
        {"parts": [{"kind": True, "rows": 1, "digest": "00" * 32}]},
        {"round_key": "AAAA"},
        {"epoch": 0},
        {"another": 1},
    ],
)
def test_a_signed_header_of_another_shape_is_refused(
    trial: TrialCircle, changes: dict[str, Any]
) -> None:
    with pytest.raises(WrongShape):
        read_commit_header(_resigned(trial, **changes), trial.circle)


def test_a_header_with_fewer_notices_than_cards_is_not_written(trial: TrialCircle) -> None:
    with pytest.raises(WrongShape):
        _header(trial, parts=PARTS[:3])
