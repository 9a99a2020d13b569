"""tor runs only with sound keys, ends when a stranger gets in, and starts anew with other keys."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from api.onion import probe as probing
from api.onion import watched as watching
from api.onion.authorization import NOBODY, Unsound, authorize, prepare, revoke
from api.onion.torrc import Places
from api.onion.watched import TorEnded, Watched
from tests.patience import PATIENCE_SECONDS

SHUT, OPEN = 0xF4, 0x00


class Stranger:
    """The SOCKS side of a tor: *answer* is what it says to whoever asks for the service."""

    def __init__(self, path: Path, answer: int) -> None:
        self._answer = answer
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                with connection:
                    connection.recv(3)
                    connection.sendall(b"\x05\x00")
                    connection.recv(256)
                    connection.sendall(bytes([5, self._answer]))

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


class Scene:
    """A stand-in for tor, which writes down that it was started and then waits to be ended."""

    def __init__(self, home: Path) -> None:
        self.places = Places(home, home / "public-socket", home / "operators-socket")
        self.keys = self.places.authorized_clients
        self.started = home / "started"
        self.started.touch()
        self.probe_socket = home / "probe"
        self.told: list[str] = []
        self.torrc = "# the first"
        self.heard = threading.Event()

    def watched(self, *, then: str = "exec sleep 600") -> Watched:
        command = ["sh", "-c", f"echo $$ >> {self.started}; {then}"]
        return Watched(
            command, self.places, self.probe_socket, torrc=lambda: self.torrc, told=self.hear
        )

    def hear(self, what: str) -> None:
        self.told.append(what)
        self.heard.set()

    def starts(self) -> list[int]:
        return [int(line) for line in self.started.read_text().split()]

    def until_started(self, times: int) -> None:
        while len(self.starts()) < times:
            threading.Event().wait(0.01)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(probing, "PAUSE_SECONDS", 0.01)
    made = Scene(tmp_path)
    prepare(made.keys)
    (made.places.operators_service / "hostname").write_text("a" * 56 + ".onion\n")
    return made


@pytest.fixture
def shut(scene: Scene) -> Iterator[Stranger]:
    stranger = Stranger(scene.probe_socket, SHUT)
    yield stranger
    stranger.close()


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_tor_is_not_even_started_with_a_key_that_it_would_overlook(scene: Scene) -> None:
    (scene.keys / "matcher.txt").write_text("")

    with pytest.raises(Unsound):
        scene.watched().run()
    assert scene.starts() == []


def test_a_stranger_who_gets_in_ends_tor(scene: Scene) -> None:
    stranger = Stranger(scene.probe_socket, OPEN)

    with pytest.raises(Unsound, match="OPEN"):
        scene.watched().run()
    stranger.close()
    (pid,) = scene.starts()
    assert not is_running(pid)


def test_a_tor_that_ends_by_itself_is_not_hidden(scene: Scene) -> None:
    with pytest.raises(TorEnded):
        scene.watched(then="exit 0").run()


def test_a_tor_that_does_not_hear_is_killed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "STOP_SECONDS", 0.05)
    deaf = scene.probe_socket.with_name("deaf")
    watched = scene.watched(then=f"trap '' TERM; touch {deaf}; exec sleep 600")
    running = threading.Thread(target=watched.run)
    running.start()
    while not deaf.exists():
        threading.Event().wait(0.01)
    watched.end()
    running.join()

    assert not any(map(is_running, scene.starts()))


@pytest.mark.usefixtures("shut")
@pytest.mark.parametrize("change", ["authorize", "revoke", "torrc"])
def test_another_set_of_keys_or_addresses_starts_tor_anew(scene: Scene, change: str) -> None:
    authorize(scene.keys, "matcher", b"\1" * 32)
    watched = scene.watched()
    running = threading.Thread(target=watched.run)
    running.start()
    scene.until_started(1)
    if change == "revoke":
        revoke(scene.keys, "matcher")
    elif change == "torrc":
        scene.torrc = "# the second"
    else:
        authorize(scene.keys, "desk", b"\2" * 32)
    scene.until_started(2)
    watched.end()
    running.join()

    assert len(scene.starts()) == 2
    assert (scene.places.tor_data / "torrc").read_text() == scene.torrc
    assert not any(map(is_running, scene.starts()))


@pytest.mark.usefixtures("shut")
def test_keys_that_become_unsound_end_tor(scene: Scene) -> None:
    watched = scene.watched()
    ended: list[BaseException] = []

    def run() -> None:
        try:
            watched.run()
        except Unsound as error:
            ended.append(error)

    running = threading.Thread(target=run)
    running.start()
    scene.until_started(1)
    (scene.keys / f"{NOBODY}.auth").unlink()
    running.join()

    assert len(ended) == 1
    assert not is_running(scene.starts()[0])


@pytest.mark.usefixtures("shut")
def test_strangers_are_asked_for_and_it_is_said_that_they_are_refused(scene: Scene) -> None:
    watched = scene.watched()
    running = threading.Thread(target=watched.run)
    running.start()
    assert scene.heard.wait(PATIENCE_SECONDS)
    watched.end()
    running.join()

    assert scene.told == ["strangers are refused at the operators' onion service"]


@pytest.mark.usefixtures("shut")
def test_the_program_writes_its_torrc_and_ends_with_its_tor(scene: Scene, tmp_path: Path) -> None:
    """As a system service runs it; its tor is a program of that name, first on the path."""
    tor = tmp_path / "bin" / "tor"
    tor.parent.mkdir()
    asked = "[ $1 = --list-modules ] && echo pow: yes && exit"
    run = f"echo $$ >> {scene.started}; echo tor given $*; exec sleep 600"
    tor.write_text(f"#!/bin/sh\n{asked}\n{run}\n")
    tor.chmod(0o755)
    command = [sys.executable, "-B", "-m", "api.onion", "--tor", str(tor)]
    command += ["--tor-data", str(tmp_path), "--probe-socket", str(scene.probe_socket)]
    running = subprocess.Popen(
        [*command, "run", "--", "--UseBridges", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout is not None
    said = running.stdout.readline()
    running.send_signal(signal.SIGTERM)
    running.wait(PATIENCE_SECONDS)
    running.stdout.close()

    assert said == f"tor given -f {tmp_path}/torrc --UseBridges 1\n"
    torrc = (tmp_path / "torrc").read_text()
    assert f"SocksPort unix:{scene.probe_socket}" in torrc
    assert "HiddenServicePoWDefensesEnabled 1" in torrc
    assert running.returncode == 0
    assert not is_running(scene.starts()[0])
