"""Fuzz one target, guided by coverage: `python -m tests.fuzz.run TARGET [libFuzzer's options]`.

Ends with an error, and the input in the artifact folder, at the first exception that a target does
not expect. What is found belongs into `corpus/` once it is mended.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["api", "crypto"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    target = TARGETS[sys.argv.pop(1)]
    target(b"")  # what is slow the first time is no hang
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
