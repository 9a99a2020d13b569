"""What is begun within is provided for before anybody can end the program."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import contextlib, os, signal
from clients.trial.interrupts import TOLD, uninterrupted

for number in TOLD:
    signal.signal(number, signal.default_int_handler)
try:
    with {within}:
        os.kill(os.getpid(), signal.{told})
        print("begun and provided for")
    print("nobody was told")
except KeyboardInterrupt:
    print("told to end")
"""


@pytest.mark.parametrize("told", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("within", ["uninterrupted()", "contextlib.nullcontext()"])
def test_an_interrupt_waits_until_what_was_begun_is_provided_for(within: str, told: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(within=within, told=told)],
        capture_output=True,
        text=True,
        check=True,
    )

    whole = ["begun and provided for"] if within == "uninterrupted()" else []
    assert ended.stdout.splitlines() == [*whole, "told to end"]
