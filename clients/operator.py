"""The operators' side of HTTP: signed requests to a node (protocol.md, section 7).

    authorization: Klunak <public key hex>.<challenge hex>.<signature hex>

Every operator route bears being sent twice, so what was not answered is sent again, a few times
and with jitter. Nothing a node answers is trusted here beyond its shape: whoever opens a record or
reads a document verifies it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from clients.errors import NodeMisbehaves, NodeRefused, NodeUnreachable
from crypto.documents import public_key_of, sign
from crypto.drops import DropAddress, ReadSecret
from crypto.errors import WrongShape
from crypto.labels import HASH_BYTES, RECORD_BYTES, bound, hashed, u32
from crypto.strict_json import read_object

TRIES = 5
FIRST_PAUSE_SECONDS = 0.2
TIMEOUT_SECONDS = 60.0
PAGE_ROWS = 256
CHALLENGE_BYTES = 40
ROW_BYTES = HASH_BYTES + RECORD_BYTES
MOST_PAGES = 1 << 20
"""Bounds a node that never stops answering: 2^28 rows are more cards than there will be people."""

BUSY = frozenset({"busy", "too_slow"})
"""Refusals that a moment later may be none."""

OCTETS = "application/octet-stream"
JSON = "application/json"

Row = tuple[bytes, bytes]
"""An id or address (32 bytes) and a record."""


@dataclass(frozen=True, slots=True)
class RoundState:
    """Where the node stands: epochs are 0 before the first; `closed` waits for its commit."""

    open: int
    closed: int | None
    committed: int
    cards: int


class OperatorClient:
    """One operator at one node."""

    def __init__(
        self,
        base_url: str,
        signing_seed: bytes,
        circle: bytes,
        http: httpx.Client | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """*circle* is the digest. *http* brings its own transport (SOCKS, say) and timeouts."""
        self._base = base_url.rstrip("/")
        self._seed = signing_seed
        self._public_key = public_key_of(signing_seed)
        self._circle = circle
        # No environment: a proxy variable or .netrc must not decide whom one talks to.
        self._http = http or httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._challenge: bytes | None = None
        self._sleep = sleep

    def __repr__(self) -> str:
        return "<OperatorClient>"

    # What anybody may ask

    def circle_document(self) -> bytes:
        """The circle document as the node serves it, unverified."""
        return self._send("GET", "/circle").content

    def current_epoch(self) -> tuple[dict[str, str], int]:
        """The open epoch's unverified descriptor document, and the last epoch committed."""
        answer = _object(self._send("GET", "/epoch"))
        committed = answer.pop("committed", None)
        if type(committed) is not int:
            raise NodeMisbehaves("no committed epoch")
        return answer, committed

    # The matcher

    def round_state(self) -> RoundState:
        """Where the round is."""
        answer = _object(self._signed("GET", "/operator/round"))
        try:
            state = RoundState(**answer)
        except TypeError:
            raise NodeMisbehaves("not a round") from None
        numbers = (state.open, state.closed or 0, state.committed, state.cards)
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise NodeMisbehaves("not a round")
        return state

    def publish_epoch(self, descriptor: dict[str, str]) -> None:
        """Open the epoch of *descriptor*, closing the one before."""
        self._signed("POST", "/operator/epochs", json.dumps(descriptor).encode(), JSON)

    def cards(self, epoch: int) -> list[Row]:
        """Every frozen card of *epoch*, by rising address."""
        return list(self._rows(f"/operator/cards?epoch={epoch}"))

    def read(self, readers: Sequence[ReadSecret]) -> list[bytes]:
        """The records behind up to 256 read secrets, in their order."""
        body = b"".join(readers)
        answer = self._signed("POST", "/operator/read", body, OCTETS).content
        if len(answer) != len(readers) * RECORD_BYTES:
            raise NodeMisbehaves("not as many records")
        return _cut(answer, RECORD_BYTES)

    def answers(self) -> list[Row]:
        """What the clerks answered, up to the closed epoch."""
        return list(self._rows("/operator/answers"))

    def put_part(self, epoch: int, number: int, body: bytes) -> None:
        """Upload one part of a commit."""
        self._signed("PUT", f"/operator/rounds/{epoch}/parts/{number}", body, OCTETS)

    def commit(self, epoch: int, header: dict[str, str]) -> None:
        """Commit the round of *epoch*; returns only once the node acknowledged it."""
        body = json.dumps(header).encode()
        answer = _object(self._signed("POST", f"/operator/rounds/{epoch}", body, JSON))
        if answer.get("committed") != epoch:
            raise NodeMisbehaves("another epoch was committed")

    def committed_header(self, epoch: int) -> dict[str, Any]:
        """The unverified header document with which *epoch* was committed."""
        return _object(self._signed("GET", f"/operator/rounds/{epoch}"))

    # Coordinators

    def intake(self) -> list[Row]:
        """This coordinator's waiting intake records, by id."""
        return list(self._rows("/operator/intake"))

    def delete_intake(self, intake_id: bytes) -> None:
        """Take an intake record away; fine when it is gone."""
        self._signed("DELETE", f"/operator/intake/{intake_id.hex()}")

    def register_invites(self, period: int, kept: Sequence[bytes]) -> None:
        """Let the node keep the hashes of invites of *period*."""
        body = json.dumps({"period": period, "kept": [one.hex() for one in kept]}).encode()
        self._signed("POST", "/operator/invites", body, JSON)

    def batches(self) -> list[Row]:
        """This coordinator's waiting batches, by id."""
        return list(self._rows("/operator/batches"))

    def put_answer(self, batch_id: bytes, epoch: int, record: bytes) -> None:
        """Answer a batch, which takes it away; *epoch* is the one whose key *record* is sealed to.

        Raises NodeRefused ``epoch_closed`` when that epoch is open no more.
        """
        body = u32(epoch) + record
        self._signed("PUT", f"/operator/answers/{batch_id.hex()}", body, OCTETS)

    # Either

    def put_circle(self, document: dict[str, Any]) -> None:
        """Give the node a later circle document."""
        self._signed("PUT", "/operator/circle", json.dumps(document).encode(), JSON)

    def _rows(self, path: str) -> Iterator[Row]:
        """All pages of a listing. Ids rise, so a node cannot lead in circles."""
        after = b""
        for _ in range(MOST_PAGES):
            joint = "&" if "?" in path else "?"
            target = f"{path}{joint}after={after.hex()}" if after else path
            answer = self._signed("GET", target).content
            if len(answer) % ROW_BYTES or len(answer) > PAGE_ROWS * ROW_BYTES:
                raise NodeMisbehaves("not rows")
            for row in _cut(answer, ROW_BYTES):
                if row[:HASH_BYTES] <= after:
                    raise NodeMisbehaves("rows do not rise")
                after = row[:HASH_BYTES]
                yield DropAddress(after), row[HASH_BYTES:]
            if len(answer) < PAGE_ROWS * ROW_BYTES:
                return
        raise NodeMisbehaves("pages without end")

    def _signed(
        self, method: str, target: str, body: bytes = b"", media_type: str | None = None
    ) -> httpx.Response:
        fresh = self._challenge is None
        try:
            return self._signed_once(method, target, body, media_type)
        except NodeRefused as refused:
            if refused.code != "not_authorized" or fresh:
                raise
        self._challenge = None  # it had grown old
        return self._signed_once(method, target, body, media_type)

    def _signed_once(
        self, method: str, target: str, body: bytes, media_type: str | None
    ) -> httpx.Response:
        challenge = self._challenge or self._fresh_challenge()
        request = f"{method}\n{target}\n".encode() + hashed("klunak body", body)
        message = bound("operator", self._circle) + challenge + hashed("klunak request", request)
        signature = sign(self._seed, message)
        parts = (self._public_key.hex(), challenge.hex(), signature.hex())
        headers = {"authorization": "Klunak " + ".".join(parts)}
        return self._send(method, target, body, media_type, headers)

    def _fresh_challenge(self) -> bytes:
        try:
            challenge = bytes.fromhex(
                _object(self._send("POST", "/operator/challenge"))["challenge"]
            )
        except (KeyError, TypeError, ValueError):
            raise NodeMisbehaves("not a challenge") from None
        if len(challenge) != CHALLENGE_BYTES:
            raise NodeMisbehaves("not a challenge")
        self._challenge = challenge
        return challenge

    def _send(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        media_type: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        sent = dict(headers or {})
        if media_type is not None:
            sent["content-type"] = media_type
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer: httpx.Response | None = self._http.request(
                    method, self._base + target, content=body or None, headers=sent
                )
            except (httpx.HTTPError, httpx.InvalidURL, OSError):
                # The cause may repeat an address or a proxy's words; it stays here.
                answer = None
            if answer is not None:
                if answer.is_success:
                    return answer
                if last or _code(answer) not in BUSY:
                    raise _refusal(answer)
            elif last:
                raise NodeUnreachable
            jitter = 0.5 + secrets.randbelow(1_000) / 1_000
            self._sleep(FIRST_PAUSE_SECONDS * 2**attempt * jitter)
        raise AssertionError("unreachable: the last try returns or raises")


def _refusal(answer: httpx.Response) -> NodeRefused | NodeMisbehaves:
    code = _code(answer)
    if code is None:
        return NodeMisbehaves("neither an answer nor a problem")
    return NodeRefused(code, answer.status_code)


def _code(answer: httpx.Response) -> str | None:
    try:
        code = read_object(answer.content).get("code")
    except WrongShape:
        return None
    return code if isinstance(code, str) else None


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        return read_object(answer.content)
    except WrongShape:
        raise NodeMisbehaves("not a JSON object") from None


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]
