"""Requests that an operator signs (protocol.md, section 7).

    authorization: Klunak <public key hex>.<challenge hex>.<signature hex>

Every operator route bears being sent twice, so what was not answered is sent again, a few times
and with jitter. A refusal is known by its stable code and repeated to nobody.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import httpx

from clients.errors import NodeMisbehaves, NodeRefused, NodeUnreachable
from clients.tor.addresses import checked_address
from clients.tor.circuits import connection
from crypto.documents import public_key_of, sign
from crypto.errors import WrongShape
from crypto.labels import bound, hashed
from crypto.strict_json import read_object

TRIES = 5
FIRST_PAUSE_SECONDS = 0.2
CHALLENGE_BYTES = 40
MOST_ANSWER_BYTES = 1 << 21
"""Of any answer to an operator: twice a page of rows, the longest there is."""

BUSY = frozenset({"busy", "too_slow"})
"""Refusals that a moment later may be none."""


class SignedHttp:
    """One operator's way to one node."""

    def __init__(
        self,
        base_url: str,
        signing_seed: bytes,
        circle: bytes,
        http: httpx.Client | None = None,
        *,
        socks: str | None = None,
        clearnet: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """*circle* is the digest. *http* is a test's; otherwise the address is checked, and *socks*
        is the Tor that an onion address is reached by, on a circuit of this operator's own."""
        if http is None:
            base_url = checked_address(base_url, socks=socks, clearnet=clearnet)
        self._socks = socks if http is None else None
        self._base = base_url.rstrip("/")
        self._seed = signing_seed
        self._public_key = public_key_of(signing_seed)
        self._circle = circle
        self._http = http or connection(base_url, socks)
        self._challenge: bytes | None = None
        self._sleep = sleep

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __repr__(self) -> str:
        return "<SignedHttp>"

    def signed(
        self, method: str, target: str, body: bytes = b"", media_type: str | None = None
    ) -> httpx.Response:
        """The answer to a request signed over a challenge; one that has grown old is replaced."""
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
        return self.send(method, target, body, media_type, headers)

    def _fresh_challenge(self) -> bytes:
        try:
            challenge = bytes.fromhex(
                object_of(self.send("POST", "/operator/challenge"))["challenge"]
            )
        except (KeyError, TypeError, ValueError):
            raise NodeMisbehaves("not a challenge") from None
        if len(challenge) != CHALLENGE_BYTES:
            raise NodeMisbehaves("not a challenge")
        self._challenge = challenge
        return challenge

    def send(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        media_type: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """The answer to a request that anybody may make. Raises NodeUnreachable, NodeRefused."""
        sent = dict(headers or {})
        if media_type is not None:
            sent["content-type"] = media_type
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer: httpx.Response | None = self._asked(method, target, body, sent)
            except (httpx.HTTPError, httpx.InvalidURL, OSError):
                # The cause may repeat an address or a proxy's words; it stays here.
                answer = None
                if self._socks is not None:
                    self._http.close()
                    self._http = connection(self._base, self._socks)
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

    def _asked(
        self, method: str, target: str, body: bytes, headers: dict[str, str]
    ) -> httpx.Response:
        # Not compressed: nothing may swell here.
        headers = {"accept-encoding": "identity", **headers}
        url = self._base + target
        with self._http.stream(method, url, content=body or None, headers=headers) as answer:
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise NodeMisbehaves("a compressed answer")
            content = bytearray()
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > MOST_ANSWER_BYTES:
                    raise NodeMisbehaves("an answer without end")
            return httpx.Response(answer.status_code, content=bytes(content))


def object_of(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object that *answer* is. Raises NodeMisbehaves."""
    try:
        return read_object(answer.content)
    except WrongShape:
        raise NodeMisbehaves("not a JSON object") from None


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
