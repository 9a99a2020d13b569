"""A node, as everybody's client meets it (protocol.md, section 7).

Sizes are fixed in both directions. An answer of another size or type is not looked at; a refusal
is known by its stable code; every request may be sent again, because every route gives the same
answer to the same request. Secrets travel in bodies: no address, error or `repr` holds one.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import httpx

from clients.errors import CircleSubstituted, NodeMisbehaves, NodeRefused, NodeUnreachable
from clients.tor.addresses import checked_address
from clients.tor.circuits import TIMEOUT_SECONDS, connection
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

INTAKE_BYTES = 29_163
CARD_BYTES = 25_096
LOOK_BYTES, LOOK_ANSWER_BYTES = 384, 12 * RECORD_BYTES
MEET_BYTES, MEET_ANSWER_BYTES = 224, 4 * RECORD_BYTES + 16
LEAVE_BYTES, LEAVE_ANSWER_BYTES = 33_280, 8

ATTEMPTS = 3
PAUSE_SECONDS = 0.5

_OCTETS = "application/octet-stream"
_BUSY = frozenset({"busy", "too_slow"})
_PROBLEM_BYTES = 4_096
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")

Recorder = Callable[[str, str, bytes, int], None]
"""Told of every request: method, path, body, and how many bytes came back. For tests."""


@dataclass(frozen=True)
class OpenEpoch:
    """The verified descriptor of the open epoch; *committed* is the node's word, 0 before any."""

    descriptor: EpochDescriptor
    committed: int


@dataclass(frozen=True, repr=False)
class NodeAnswer:
    """Status, media type and body of a response, none of it trusted."""

    status: int
    media_type: str
    content: bytes


class NodeClient:
    """One node. *http* is a client or transport of a test's; otherwise the address is checked, and
    *socks* is the Tor that an onion address is reached by, on a circuit of this client's own.

    *linger* is how many seconds at most to wait, at random, before a circuit is taken for another
    act: what comes in one breath is seen to belong together whatever circuit it comes by.
    """

    def __init__(
        self,
        base_url: str,
        http: httpx.Client | httpx.BaseTransport | None = None,
        *,
        socks: str | None = None,
        clearnet: bool = False,
        linger: float = 0,
        recorder: Recorder | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        if http is None:
            base_url = checked_address(base_url, socks=socks, clearnet=clearnet)
            self._http = connection(base_url, socks)
        elif isinstance(http, httpx.Client):
            self._http = http
        else:
            self._http = httpx.Client(transport=http, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._base_url = base_url.rstrip("/")
        self._socks = socks if http is None else None
        self._linger = linger
        self._recorder = recorder
        self._pause = pause
        self._apart: dict[Hashable, NodeClient] = {}

    def __repr__(self) -> str:
        return "<NodeClient>"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        for other in self._apart.values():
            other.close()

    def apart(self, act: Hashable) -> NodeClient:
        """The same node on the circuit of *act*, which no other act is on."""
        if self._socks is None:
            return self
        if act not in self._apart:
            self._pause(self._linger * secrets.randbelow(1_000) / 1_000)
            self._apart[act] = NodeClient(
                self._base_url,
                socks=self._socks,
                clearnet=True,  # it was checked when this one was made
                recorder=self._recorder,
                pause=self._pause,
            )
        return self._apart[act]

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

    def card(self, body: bytes) -> None:
        """Post a card. Raises NodeRefused."""
        answer = _object(self._sent("POST", "/cards", body, CARD_BYTES, json_answer=True))
        if answer != {"status": "accepted"}:
            raise NodeMisbehaves

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
        return self._sent("GET", path, b"", 0, json_answer=True, at_most=at_most)

    def _octets(self, path: str, body: bytes, size: int, answer_size: int) -> bytes:
        answer = self._sent("POST", path, body, size, json_answer=False, at_most=answer_size)
        if len(answer) != answer_size:
            raise NodeMisbehaves
        return answer

    def _sent(
        self,
        method: str,
        path: str,
        body: bytes,
        size: int,
        *,
        json_answer: bool,
        at_most: int = _PROBLEM_BYTES,
    ) -> bytes:
        if len(body) != size:
            raise AssertionError(f"{path} takes {size} bytes")  # ours to get right, never typed
        answer = self._answered(method, path, body, max(at_most, _PROBLEM_BYTES))
        if answer.status not in (200, 201):
            raise _refusal(answer)
        if answer.media_type != ("application/json" if json_answer else _OCTETS):
            raise NodeMisbehaves
        if len(answer.content) > at_most:
            raise NodeMisbehaves
        return answer.content

    def _answered(self, method: str, path: str, body: bytes, at_most: int) -> NodeAnswer:
        """Some answer; asked again, after a pause with jitter, while there is none."""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(PAUSE_SECONDS * 2**attempt * (0.5 + secrets.randbelow(1_000) / 1_000))
            try:
                answer = self._asked(method, path, body, at_most)
            except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError):
                # The cause may repeat an address or a proxy's words; it stays here.
                self._take_another_circuit()
                continue
            if self._recorder is not None:
                self._recorder(method, path, body, len(answer.content))
            if answer.status == 503 and _code(answer) in _BUSY and attempt < ATTEMPTS - 1:
                continue
            return answer
        raise NodeUnreachable from None

    def _take_another_circuit(self) -> None:
        if self._socks is not None:
            self._http.close()
            self._http = connection(self._base_url, self._socks)

    def _asked(self, method: str, path: str, body: bytes, at_most: int) -> NodeAnswer:
        # Not compressed: an answer's length is part of what is checked, and nothing may swell here.
        headers = {"accept-encoding": "identity"}
        if method == "POST":
            headers["content-type"] = _OCTETS
        url = self._base_url + path
        with self._http.stream(method, url, content=body or None, headers=headers) as response:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise NodeMisbehaves
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > at_most:
                    raise NodeMisbehaves
            media_type = response.headers.get("content-type", "").partition(";")[0]
            return NodeAnswer(response.status_code, media_type.strip().lower(), bytes(content))


def _object(document: bytes) -> dict[str, Any]:
    try:
        return read_object(document)
    except CryptoError:
        raise NodeMisbehaves from None


def _refusal(answer: NodeAnswer) -> NodeRefused | NodeMisbehaves:
    code = _code(answer)
    if answer.media_type != "application/problem+json" or code is None:
        return NodeMisbehaves()
    return NodeRefused(code, answer.status)


def _code(answer: NodeAnswer) -> str | None:
    """The stable code of a problem, or None; only what a code may look like is let through."""
    if len(answer.content) > _PROBLEM_BYTES:
        return None
    try:
        value = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    code = value.get("code") if isinstance(value, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None
