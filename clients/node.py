"""A node, as everybody's client meets it (protocol.md, section 7).

Sizes are fixed in both directions. An answer of another size or type is not looked at; a refusal
is known by its stable code; every request may be sent again, because every route gives the same
answer to the same request. Secrets travel in bodies: no address, error or `repr` holds one.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from clients.errors import CircleSubstituted, NodeMisbehaves, NodeRefused, NodeUnreachable
from crypto.circle import Circle, read_circle
from crypto.descriptors import (
    EpochDescriptor,
    NodeDescriptor,
    read_epoch_descriptor,
    read_node_descriptor,
)
from crypto.errors import CryptoError
from crypto.labels import RECORD_BYTES
from crypto.strict_json import DOCUMENT_BYTES, read_object

INTAKE_BYTES = 28_935
CARD_BYTES = 25_064
LOOK_BYTES, LOOK_ANSWER_BYTES = 384, 12 * RECORD_BYTES
MEET_BYTES, MEET_ANSWER_BYTES = 192, 4 * RECORD_BYTES + 16
LEAVE_BYTES, LEAVE_ANSWER_BYTES = 33_280, 8

ATTEMPTS = 3
PAUSE_SECONDS = 0.5
TIMEOUT_SECONDS = 60.0
"""An onion circuit is slow, and a node's disk may be busy."""

_OCTETS = "application/octet-stream"
_BUSY = frozenset({"busy", "too_slow"})
_PROBLEM_BYTES = 4_096

Recorder = Callable[[str, str, bytes, int], None]
"""Told of every request: method, path, body, and how many bytes came back. For tests."""


@dataclass(frozen=True)
class OpenEpoch:
    """The verified descriptor of the open epoch; *committed* is the node's word, 0 before any."""

    descriptor: EpochDescriptor
    committed: int


class NodeClient:
    """One node. *http* is a client of the caller's (a Tor circuit, a test) or a transport."""

    def __init__(
        self,
        base_url: str,
        http: httpx.Client | httpx.BaseTransport | None = None,
        *,
        recorder: Recorder | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        if isinstance(http, httpx.Client):
            self._http = http
        else:
            # No environment: a proxy variable or .netrc must not decide whom one talks to.
            self._http = httpx.Client(transport=http, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._base_url = base_url.rstrip("/")
        self._recorder = recorder
        self._pause = pause

    def __repr__(self) -> str:
        return "<NodeClient>"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def circle(self) -> bytes:
        """The unverified circle document, as served."""
        return self._json("/circle", DOCUMENT_BYTES)

    def fetch_circle(self, pinned_digest: bytes) -> Circle:
        """The circle with exactly this digest. Raises CircleSubstituted for any other."""
        document = self.circle()
        try:
            return read_circle(document, pinned_digest=pinned_digest)
        except CryptoError:
            raise CircleSubstituted from None

    def epoch(self, circle: Circle) -> OpenEpoch:
        """The open epoch, signed by a matcher of *circle*. Raises CircleSubstituted."""
        value = _object(self._json("/epoch", _PROBLEM_BYTES))
        committed = value.pop("committed", None)
        if type(committed) is not int:
            raise NodeMisbehaves
        try:
            descriptor = read_epoch_descriptor(value, circle)
        except CryptoError:
            raise CircleSubstituted from None
        # A committed epoch is a closed one.
        if not 0 <= committed < descriptor.epoch:
            raise NodeMisbehaves
        return OpenEpoch(descriptor, committed)

    def node(self, circle: Circle) -> NodeDescriptor:
        """How this node admits intake today. Raises CircleSubstituted."""
        value = _object(self._json("/node", _PROBLEM_BYTES))
        try:
            return read_node_descriptor(value, circle)
        except CryptoError:
            raise CircleSubstituted from None

    def intake(self, body: bytes) -> None:
        """Ask both duty coordinators. Raises NodeRefused."""
        answer = _object(self._sent("POST", "/intake", body, INTAKE_BYTES, json_answer=True))
        if answer != {"status": "accepted"}:
            raise NodeMisbehaves

    def card(self, body: bytes) -> int:
        """Post a card; the epoch whose round takes it. Raises NodeRefused."""
        answer = _object(self._sent("POST", "/cards", body, CARD_BYTES, json_answer=True))
        epoch = answer.get("epoch")
        if type(epoch) is not int or len(answer) != 1 or epoch < 1:
            raise NodeMisbehaves
        return epoch

    def look(self, body: bytes) -> bytes:
        """Twelve records for twelve R."""
        return self._octets("/visit/look", body, LOOK_BYTES, LOOK_ANSWER_BYTES)

    def meet(self, body: bytes) -> bytes:
        """Four records and a verdict."""
        return self._octets("/visit/meet", body, MEET_BYTES, MEET_ANSWER_BYTES)

    def leave(self, body: bytes) -> bytes:
        """Eight verdicts for eight writes."""
        return self._octets("/visit/leave", body, LEAVE_BYTES, LEAVE_ANSWER_BYTES)

    def _json(self, path: str, at_most: int) -> bytes:
        answer = self._sent("GET", path, b"", 0, json_answer=True)
        if len(answer) > at_most:
            raise NodeMisbehaves
        return answer

    def _octets(self, path: str, body: bytes, size: int, answer_size: int) -> bytes:
        answer = self._sent("POST", path, body, size, json_answer=False)
        if len(answer) != answer_size:
            raise NodeMisbehaves
        return answer

    def _sent(self, method: str, path: str, body: bytes, size: int, *, json_answer: bool) -> bytes:
        if len(body) != size:
            raise AssertionError(f"{path} takes {size} bytes")  # ours to get right, never typed
        headers = {"content-type": _OCTETS} if method == "POST" else {}
        response = self._answered(method, path, body, headers)
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code not in (200, 201):
            raise _refusal(response, media_type)
        if media_type != ("application/json" if json_answer else _OCTETS):
            raise NodeMisbehaves
        return response.content

    def _answered(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """Some answer; asked again, after a pause with jitter, while there is none."""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(PAUSE_SECONDS * 2**attempt * (0.5 + secrets.randbelow(1_000) / 1_000))
            try:
                response = self._http.request(
                    method, self._base_url + path, content=body or None, headers=dict(headers)
                )
            except (httpx.HTTPError, httpx.InvalidURL, OSError):
                # The cause may repeat an address or a proxy's words; it stays here.
                continue
            if self._recorder is not None:
                self._recorder(method, path, body, len(response.content))
            if response.status_code == 503 and _code(response) in _BUSY and attempt < ATTEMPTS - 1:
                continue
            return response
        raise NodeUnreachable from None


def _object(document: bytes) -> dict[str, Any]:
    try:
        return read_object(document)
    except CryptoError:
        raise NodeMisbehaves from None


def _refusal(response: httpx.Response, media_type: str) -> NodeRefused | NodeMisbehaves:
    code = _code(response)
    if media_type != "application/problem+json" or code is None:
        return NodeMisbehaves()
    return NodeRefused(code, response.status_code)


def _code(response: httpx.Response) -> str | None:
    """The stable code of a problem, or None; only what a code may look like is let through."""
    if len(response.content) > _PROBLEM_BYTES:
        return None
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    code = value.get("code") if isinstance(value, dict) else None
    if not isinstance(code, str) or not 0 < len(code) <= 40:
        return None
    return code if code.replace("_", "").isascii() and code.replace("_", "").isalnum() else None
