"""Asking a node until it answers, and remembering what it said instead, by code."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from threading import Event

import httpx

from clients.errors import BenchError, NodeMisbehaves
from crypto.errors import CryptoError
from crypto.strict_json import read_object

NO_ANSWER = "no_answer"
"""The code of a connection that broke: nobody knows whether the request came through."""

PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 120
ANSWER_SECONDS = 30

_OCTETS = "application/octet-stream"


class NobodyAnswers(BenchError):
    """The node did not come back; what it had acknowledged could not be looked at."""


class Refused(Exception):
    """The node said no to what it has to take; *code* says how. It was counted."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Asking:
    """One person's way to a node that may die in the middle of an answer. Of one thread."""

    def __init__(self, url: str, ended: Event) -> None:
        self._http = httpx.Client(base_url=url, timeout=ANSWER_SECONDS, trust_env=False)
        self._ended = ended
        self.errors: Counter[str] = Counter()
        """How often each code was told instead of an answer."""

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def post(self, path: str, body: bytes) -> bytes:
        """What the node answers. Raises Refused, NobodyAnswers."""
        return self._asked("POST", path, body)

    def get(self, path: str) -> bytes:
        """As `post`."""
        return self._asked("GET", path, None)

    def _asked(self, method: str, path: str, body: bytes | None) -> bytes:
        # The same bytes again, as every client of ours does: each route takes them twice.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and not self._ended.is_set():
            answer = self._once(method, path, body)
            if answer is not None and answer.is_success:
                return answer.content
            code = NO_ANSWER if answer is None else _code(answer)
            self.errors[code] += 1
            if answer is not None and answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise Refused(code)
            time.sleep(PAUSE_SECONDS * (0.5 + secrets.randbelow(1_000) / 1_000))
        raise NobodyAnswers

    def _once(self, method: str, path: str, body: bytes | None) -> httpx.Response | None:
        headers = {"accept-encoding": "identity"}
        if body is not None:
            headers["content-type"] = _OCTETS
        try:
            return self._http.request(method, path, content=body, headers=headers)
        except httpx.HTTPError:
            return None


def _code(answer: httpx.Response) -> str:
    try:
        code = read_object(answer.content).get("code")
    except CryptoError:
        raise NodeMisbehaves from None
    if not isinstance(code, str):
        raise NodeMisbehaves
    return code
