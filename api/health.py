"""Whether the node that these settings are of answers: for whatever restarts it if not.

Only the standard library, so that asking costs little however often it is done.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from api.settings import Settings

SECONDS = 10


class _Connection(HTTPConnection):
    """HTTP to where the settings say that strangers come in."""

    def __init__(self, settings: Settings) -> None:
        super().__init__("node", timeout=SECONDS)
        self._settings = settings

    def connect(self) -> None:
        """Open the UNIX socket, or the port."""
        if self._settings.unix_socket is None:
            address = (self._settings.host, self._settings.port)
            self.sock = socket.create_connection(address, SECONDS)
        else:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(SECONDS)
            self.sock.connect(str(self._settings.unix_socket))


def is_healthy(settings: Settings) -> bool:
    """Whether the node serves its circle, for which it needs its database."""
    connection = _Connection(settings)
    with suppress(OSError, HTTPException):
        connection.request("GET", "/circle")
        return connection.getresponse().status == HTTPStatus.OK
    return False
