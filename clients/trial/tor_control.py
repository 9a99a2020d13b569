"""What is asked of a running tor over its control socket (the Tor control protocol, version 1)."""

from __future__ import annotations

import select
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_ASYNCHRONOUS = "6"


class ControlRefused(Exception):
    """tor answered a command with an error."""


class Control:
    """One connection. A line may be asked, and events waited for, by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._read = bytearray()
        self._events: list[str] = []
        try:
            self._socket.connect(str(path))
            # Whoever may open the socket may command: its directory is the password.
            self.ask("AUTHENTICATE")
        except BaseException:
            self._socket.close()
            raise

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, command: str) -> list[str]:
        """The lines of the answer, without their codes. Raises ControlRefused, OSError."""
        self._socket.sendall(command.encode() + b"\r\n")
        while True:
            code, lines = self._reply()
            if code.startswith(_ASYNCHRONOUS):
                self._events.append(" ".join(lines))
            elif code.startswith("2"):  # 252 is a success as well
                return lines
            else:
                raise ControlRefused(f"{command.split()[0]}: {code} {' '.join(lines)}")

    def get(self, key: str) -> str:
        """The value of a GETINFO key."""
        answer = "\n".join(self.ask(f"GETINFO {key}")[:-1])
        return answer.partition("=")[2].strip("\n")

    def wait_for(self, words: str, seconds: float) -> str | None:
        """The first event that has *words* in it, or None when *seconds* are over."""
        deadline = time.monotonic() + seconds
        while True:
            while self._events:
                event = self._events.pop(0)
                if words in event:
                    return event
            left = deadline - time.monotonic()
            if not self._read and not select.select([self._socket], [], [], max(0, left))[0]:
                return None
            self._events.append(" ".join(self._reply()[1]))

    def _reply(self) -> tuple[str, list[str]]:
        lines: list[str] = []
        while True:
            line = self._line()
            code, mark, text = line[:3], line[3:4], line[4:]
            lines.append(text)
            if mark == "+":
                while (data := self._line()) != ".":
                    lines.append(data.removeprefix("."))
            elif mark == " ":
                return code, lines

    def _line(self) -> str:
        while (end := self._read.find(b"\r\n")) < 0:
            received = self._socket.recv(65_536)
            if not received:
                raise ConnectionError("tor closed the control connection")
            self._read += received
        line = self._read[:end].decode()
        del self._read[: end + 2]
        return line
