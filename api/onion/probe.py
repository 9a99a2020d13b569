"""Whether a stranger can reach the operators' onion service: asked as a stranger, with no key.

The answer comes from tor itself, in the extended SOCKS errors of its proposal 304.
"""

from __future__ import annotations

import socket
import time
from enum import Enum
from pathlib import Path

ASK_SECONDS = 60.0
PAUSE_SECONDS = 2.0
_CONNECTED, _MISSING_KEY, _WRONG_KEY = 0x00, 0xF4, 0xF5


class Found(Enum):
    """What a stranger finds."""

    SHUT = "shut"
    OPEN = "open"
    UNKNOWN = "unknown"


def probe(socks: Path, onion: str, *, seconds: float) -> Found:
    """Ask through the UNIX socket *socks* for *onion* until tor knows, or *seconds* are over."""
    deadline = time.monotonic() + seconds
    while True:
        found = _asked(socks, onion)
        if found is not Found.UNKNOWN or time.monotonic() >= deadline:
            return found
        time.sleep(PAUSE_SECONDS)


def _asked(socks: Path, onion: str) -> Found:
    name = onion.encode()
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(ASK_SECONDS)
        try:
            asking.connect(str(socks))
            asking.sendall(b"\x05\x01\x00")
            if asking.recv(2) != b"\x05\x00":
                return Found.UNKNOWN
            asking.sendall(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + b"\x00\x50")
            answer = asking.recv(2)
        except OSError:
            return Found.UNKNOWN
    if len(answer) < 2:
        return Found.UNKNOWN
    if answer[1] in (_MISSING_KEY, _WRONG_KEY):
        return Found.SHUT
    return Found.OPEN if answer[1] == _CONNECTED else Found.UNKNOWN
