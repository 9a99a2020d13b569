"""Rebuild the vectors: `python -m vectors.generate`, from the root of the checkout.

Nothing is drawn: every random byte comes from SHAKE256 of a name, RSA keys from written-down
distances, and encapsulations from a plain implementation of X-Wing that takes its randomness as an
argument. So the same sources give the same files, and a test says so.

An output is what the Python modules answer; whether it counts is for a second implementation to
say (README.md). An expectation is written by hand in vectors/scenarios/, and this program refuses
to write a vector that the modules answer otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crypto.errors import CryptoError
from tests.vectors.operations import OPERATIONS
from vectors.scenarios import (
    certificates,
    circles,
    conversations,
    hashes,
    keys,
    lists,
    messages,
    sealed,
    shared,
    signed,
)
from vectors.scenarios.parts import Scenario

FOLDER = Path(__file__).parent

# Circles stand before what is signed in them: those are verified against the file just written.
FAMILIES = {
    "hashes": hashes,
    "lists": lists,
    "keys": keys,
    "messages": messages,
    "shared": shared,
    "sealed": sealed,
    "conversations": conversations,
    "certificates": certificates,
    "circles": circles,
    "signed": signed,
}


def build() -> Iterator[tuple[str, str]]:
    """Path below this folder, and text, of every vector."""
    for family, module in FAMILIES.items():
        for scenario in module.scenarios():
            yield f"{family}/{scenario.name}.json", _text(vector_of(scenario))


def vector_of(scenario: Scenario) -> dict[str, Any]:
    """The vector with its output. Raises AssertionError if what is expected does not happen."""
    given = json.loads(json.dumps(scenario.given))  # exactly what a reader of the file is given
    try:
        output, code = OPERATIONS[scenario.operation](given), "success"
    except CryptoError as error:
        output, code = {name: vars(error).get(name) for name in scenario.told}, error.code
    if code != scenario.expect or scenario.told not in ({}, output):
        raise AssertionError(f"{scenario.name}: {code} {output}, not {scenario.expect}")
    return {
        "name": scenario.name,
        "expect": scenario.expect,
        "comment": scenario.comment,
        "operation": scenario.operation,
        "input": given,
        **({"output": output} if output else {}),
    }


def _text(vector: dict[str, Any]) -> str:
    return json.dumps(vector, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write what is new or changed, and remove what no scenario makes any more."""
    built = set()
    for name, text in build():
        if name in built:
            raise AssertionError(f"two scenarios are called {name}")
        built.add(name)
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print("wrote", name)
    for family in FAMILIES:
        for path in (FOLDER / family).glob("*.json"):
            if f"{family}/{path.name}" not in built:
                path.unlink()
                print("removed", f"{family}/{path.name}")


if __name__ == "__main__":
    main()
