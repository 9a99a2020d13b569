"""tor, watched: what client authorization needs and tor does not do by itself.

before a start    keys that tor would overlook stop it: they would open the operators' service
after a start     the service is asked for without a key; if that gets in, tor is ended
while it runs     any change of keys starts tor anew: after a reload, whoever holds a descriptor
                  still comes in with a key that was taken away
"""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from api.onion.authorization import Unsound, keys_of, prepare
from api.onion.probe import Found, probe
from api.onion.torrc import Places

LOOK_SECONDS = 1.0
PROBE_SECONDS = 30.0
"""For one turn of asking; it goes on until tor knows."""
STOP_SECONDS = 3.0
"""Then it is killed. With `Sandbox 1` tor 0.4.9 goes on with a random set of signals blocked, at
every second start the one that ends it. It replaces its files whole: nothing is lost by it."""


class TorEnded(Exception):
    """tor ended without being told to."""


class Watched:
    """One tor, and whatever starts it anew. *torrc* makes its torrc, as it has to be now, which is
    written to `torrc` below its data; *told* hears what happens, in sentences of ours."""

    def __init__(
        self,
        command: Sequence[str | Path],
        places: Places,
        probe_socket: Path,
        *,
        torrc: Callable[[], str],
        told: Callable[[str], None],
    ) -> None:
        self._command = list(command)
        self._torrc = torrc
        self._places = places
        self._probe_socket = probe_socket
        self._told = told
        self._ending = False
        self._opened = threading.Event()

    def end(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """End tor, and `run`; also a signal's handler, which must not wait for any lock."""
        self._ending = True

    def run(self) -> None:
        """Keep tor running until `end`. Raises Unsound, TorEnded; tor does not run then."""
        prepare(self._places.authorized_clients)
        while not self._ending:
            state = self._state()
            (self._places.tor_data / "torrc").write_text(state[1])
            tor = subprocess.Popen(self._command)  # noqa: S603 - Debian's program with our torrc
            asking = threading.Event()
            threading.Thread(target=self._ask, args=(asking,), daemon=True).start()
            try:
                self._watch(tor, state)
            finally:
                asking.set()
                _stop(tor)

    def _state(self) -> tuple[dict[str, str], str]:
        """What tor has to be started anew for when it changes: keys and torrc. Raises Unsound."""
        return keys_of(self._places.authorized_clients), self._torrc()

    def _watch(self, tor: subprocess.Popen[bytes], state: tuple[dict[str, str], str]) -> None:
        """Return when tor has to be started anew, or to end."""
        while not self._ending:
            time.sleep(LOOK_SECONDS)
            if self._ending:
                return
            if tor.poll() is not None:
                raise TorEnded("tor ended by itself")
            if self._opened.is_set():
                raise Unsound("the operators' onion service was OPEN to strangers: tor was ended")
            if self._state() != state:
                self._told("keys or addresses were changed: starting tor anew")
                return

    def _ask(self, enough: threading.Event) -> None:
        """As a stranger, until tor knows."""
        hostname = self._places.operators_service / "hostname"
        while not enough.wait(LOOK_SECONDS):
            if not hostname.exists():
                continue
            found = probe(self._probe_socket, hostname.read_text().strip(), seconds=PROBE_SECONDS)
            if enough.is_set():
                return  # the answer of a tor that is no more
            if found is Found.SHUT:
                self._told("strangers are refused at the operators' onion service")
                return
            if found is Found.OPEN:
                self._opened.set()
                return


def watch(watched: Watched) -> None:
    """Run it until this process is told to end. Raises what `Watched.run` does."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, watched.end)
    watched.run()


def _stop(tor: subprocess.Popen[bytes]) -> None:
    tor.send_signal(signal.SIGTERM)
    try:
        tor.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        tor.kill()
        tor.wait()
