"""Whether the time of a look tells a known drop from an unknown one: `klunak bench timing`.

Looks at twelve drops that are there and at twelve that are not, in random order on one connection,
compared by Welch's t-test over all samples and over ever tighter crops of the slow ones, as in
dudect (Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?", 2017). A |t| below
4.5 is no evidence of a difference; the other figures say how large one could be.

What is measured is a client on the same machine, the best place an observer could have; the noise
of a network comes on top.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clients.bench.backends import server_of
from clients.node import INTAKE_BYTES, LOOK_ANSWER_BYTES, LOOK_BYTES, NodeClient
from clients.operators.founding import TRIAL_POLICY
from clients.operators.invites import kept_hash
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.people.vetting import ADMISSION_BYTES
from clients.trial.circle import COORDINATORS, Trial
from clients.trial.ports import free_port
from crypto.drops import WriteSecret, address_of, reader_of
from crypto.labels import RECORD_BYTES, SECRET_BYTES, hashed, u8, u32
from crypto.periods import period_of

Samples = npt.NDArray[np.float64]

READS = LOOK_BYTES // SECRET_BYTES
DROPS_PER_INTAKE = 5
INTAKES = 60
"""So 300 drops, of which each look at known ones draws twelve."""

WARM_UP = 200
CROPS = 100
EVIDENCE = 4.5

_CODE_BYTES = 8
_INVITES_AT_ONCE = 20


def look_timing(
    samples: int, backend: str = "sqlite", told: Callable[[str], None] = lambda _name: None
) -> dict[str, float | int]:
    """The figures of *samples* looks at a node of its own on *backend*. *told* hears what is
    going on."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory, server_of(backend) as server:
        trial = Trial(Path(directory) / "trial")
        told("founding a circle")
        today = int(time.time()) // 86_400
        policy = TRIAL_POLICY.model_copy(update={"invites_per_day": 1_000})
        trial.found(today=today, address="http://127.0.0.1:1", policy=policy)
        environment = {}
        if server is not None:
            environment["KLUNAK_DATABASE_URL"] = server.url(server.new_database())
        with trial.node(free_port(), environment=environment) as node:
            node.wait_until_ready()
            told("reserving drops")
            known = _reserve(trial, node.url, period_of(today))
            told("looking")
            return compared(*_measured(node.url, known, samples))


def compared(known: Samples, unknown: Samples) -> dict[str, float | int]:
    """Both classes' times, in microseconds, as figures."""
    pooled = np.concatenate((known, unknown))
    crops = [1.0, *(1 - 0.5 ** (10 * (number + 1) / CROPS) for number in range(CROPS))]
    limits = [float(np.quantile(pooled, crop)) for crop in crops]
    ts = [_welch(known[known <= limit], unknown[unknown <= limit]) for limit in limits]
    worst: float = max(ts, key=abs)
    nine_tenths = float(np.quantile(pooled, 0.9))
    first, second = known[known <= nine_tenths], unknown[unknown <= nine_tenths]
    error = np.sqrt(np.var(first, ddof=1) / len(first) + np.var(second, ddof=1) / len(second))
    return {
        "samples": len(pooled),
        "known_us": round(float(np.median(known)), 2),
        "unknown_us": round(float(np.median(unknown)), 2),
        "noise_us": round(float(np.std(first, ddof=1)), 2),
        "difference_us": round(float(np.mean(first) - np.mean(second)), 3),
        "difference_error_us": round(float(error), 3),
        "t": round(ts[0], 2),
        "t_cropped": round(worst, 2),
        "evidence_above": EVIDENCE,
    }


def _welch(first: Samples, second: Samples) -> float:
    if min(len(first), len(second)) < 2:
        return 0.0
    spread = np.var(first, ddof=1) / len(first) + np.var(second, ddof=1) / len(second)
    return float((np.mean(first) - np.mean(second)) / np.sqrt(spread)) if spread else 0.0


def _reserve(trial: Trial, url: str, period: int) -> list[bytes]:
    """The read secrets of drops that are there, brought by invited intakes."""
    codes = [
        [secrets.token_bytes(_CODE_BYTES) for _ in range(INTAKES)] for _ in range(COORDINATORS)
    ]
    for number, own in enumerate(codes):
        keyring = CoordinatorKeyring.open(trial.coordinator_keyring(number), trial.passphrase)
        seed = keyring.secrets.signing_seed
        operator = OperatorClient(SignedHttp(url, seed, trial.circle().digest))
        for start in range(0, INTAKES, _INVITES_AT_ONCE):
            some = own[start : start + _INVITES_AT_ONCE]
            operator.register_invites(period, [kept_hash(code) for code in some])
        operator.close()
    node = NodeClient(url)
    reads: list[bytes] = []
    for pair in zip(*codes, strict=True):
        writes = [WriteSecret(secrets.token_bytes(SECRET_BYTES)) for _ in range(DROPS_PER_INTAKE)]
        admission = b"".join(hashed("klunak invite", code) for code in pair)
        body = u8(1) + admission.ljust(ADMISSION_BYTES, b"\0")
        body += secrets.token_bytes(SECRET_BYTES) + u32(period)
        for number in range(COORDINATORS):
            body += u8(number) + secrets.token_bytes(RECORD_BYTES)
        for write in writes:
            body += address_of(write) + secrets.token_bytes(RECORD_BYTES)
        assert len(body) == INTAKE_BYTES
        node.intake(body)
        reads += [reader_of(write) for write in writes]
    node.close()
    return reads


def _measured(url: str, known: list[bytes], samples: int) -> tuple[Samples, Samples]:
    """Times in microseconds of looks at known and at unknown drops, taken in random order."""
    times: dict[bool, list[float]] = {True: [], False: []}
    dice = secrets.SystemRandom()
    connection = HTTPConnection(url.removeprefix("http://"))
    for number in range(WARM_UP + samples):
        # Both classes' bodies are made for every sample, so that making them tells nothing.
        bodies = {
            True: b"".join(dice.sample(known, READS)),
            False: secrets.token_bytes(LOOK_BYTES),
        }
        is_known = bool(secrets.randbelow(2))
        took = _timed_look(connection, bodies[is_known])
        if number >= WARM_UP:
            times[is_known].append(took)
    connection.close()
    return np.array(times[True]), np.array(times[False])


def _timed_look(connection: HTTPConnection, body: bytes) -> float:
    headers = {"content-type": "application/octet-stream"}
    began = time.perf_counter_ns()
    connection.request("POST", "/visit/look", body, headers)
    answer = connection.getresponse().read()
    took = time.perf_counter_ns() - began
    if len(answer) != LOOK_ANSWER_BYTES:
        raise AssertionError("the node did not answer a look with twelve records")
    return took / 1_000
