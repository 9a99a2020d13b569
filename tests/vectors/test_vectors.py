"""Every vector against the Python modules, and the folder against the program that writes it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt

from crypto import errors
from crypto.errors import CryptoError
from crypto.labels import bound
from tests.crypto import hpke_reference
from tests.vectors.operations import KINDS, OPERATIONS, VECTORS
from vectors.generate import FAMILIES, build

README = (VECTORS / "README.md").read_text()

NAMES = sorted(
    f"{family}/{path.name}" for family in FAMILIES for path in (VECTORS / family).glob("*.json")
)

CODES = {
    kind.code
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, CryptoError)
}

SMALL_BYTES = 64 * 1_024


def read(name: str) -> dict[str, Any]:
    vector: dict[str, Any] = json.loads((VECTORS / name).read_text())
    return vector


@pytest.mark.parametrize("name", NAMES)
def test_python_answers_as_the_vector_expects(name: str) -> None:
    vector = read(name)
    operation = OPERATIONS[vector["operation"]]
    if vector["expect"] == "success":
        assert operation(vector["input"]) == vector.get("output", {})
        return
    with pytest.raises(CryptoError) as refusal:
        operation(vector["input"])
    assert refusal.value.code == vector["expect"]
    for what, told in vector.get("output", {}).items():
        assert getattr(refusal.value, what) == told


@pytest.mark.parametrize("name", [n for n in NAMES if "authentic" in read(n)["input"]])
def test_what_is_refused_inside_a_record_does_decrypt(name: str) -> None:
    # Otherwise a broken tag could pass for a refused message.
    given = read(name)["input"]
    record, circle, context = (bytes.fromhex(given[n]) for n in ("record", "circle", "context"))
    info = bound(given["label"], circle, context)
    if "seed" in given:
        assert hpke_reference.open_frame(record, seed=bytes.fromhex(given["seed"]), info=info)
    else:
        key = bytes.fromhex(given["key"])
        assert crypto_aead_xchacha20poly1305_ietf_decrypt(record[24:], info, record[:24], key)


def test_the_folder_is_what_the_scenarios_make() -> None:
    built = dict(build())
    assert sorted(built) == NAMES
    changed = [name for name, text in built.items() if (VECTORS / name).read_text() != text]
    assert not changed, "run `python -m vectors.generate`, read the difference, commit it"


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_is_small_and_complete(name: str) -> None:
    vector = read(name)
    assert (VECTORS / name).stat().st_size <= SMALL_BYTES
    assert list(vector)[:5] == ["name", "expect", "comment", "operation", "input"]
    assert set(vector) <= {"name", "expect", "comment", "operation", "input", "output"}
    assert name.split("/")[1] == f"{vector['name']}.json"
    assert vector["comment"]
    assert vector["expect"] in {"success", *CODES}


def test_most_vectors_are_refusals() -> None:
    successes = sum(read(name)["expect"] == "success" for name in NAMES)
    assert successes < len(NAMES) / 2


def test_every_operation_has_a_vector_and_a_line_in_the_readme() -> None:
    used = {read(name)["operation"] for name in NAMES}
    assert used == set(OPERATIONS)
    lines = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))
    assert lines == used


def test_every_message_is_encoded_by_a_vector() -> None:
    encoded = {
        read(name)["input"]["kind"]
        for name in NAMES
        if name.startswith("messages/") and read(name)["expect"] == "success"
    }
    assert encoded == set(KINDS)


def test_the_readme_has_a_line_of_provenance_for_everything() -> None:
    for family in FAMILIES:
        assert f"`{family}/`" in README
    for path in VECTORS.glob("*.json"):
        assert f"`{path.name}`" in README


# Roots of a branch, and what is told to nobody once a record was opened.
NEVER_EXPECTED = {"crypto_error", "malformed_message", "list_error", "not_canonical"}


@pytest.mark.parametrize("code", sorted(CODES - NEVER_EXPECTED))
def test_every_refusal_has_a_vector(code: str) -> None:
    assert any(read(name)["expect"] == code for name in NAMES)
