"""As many connections as are allowed, on a system that begins with few files."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from api.connections import FILES, make_room
from tests.api.servers import ServedProcess
from tests.api.test_limits import connection, head
from tests.circles import TrialCircle

pytestmark = pytest.mark.sqlite  # a database of its own process either way


@contextmanager
def few_files(soft: int) -> Iterator[None]:
    """What is started here begins with a limit of *soft* files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_more_visitors_than_a_process_may_open_files_for_leave_room_for_others(
    tmp_path: Path, trial: TrialCircle
) -> None:
    process = ServedProcess(tmp_path, trial, connections=400)
    with few_files(256):
        address = process.start()
    try:
        with ExitStack() as open_things:
            slow = [open_things.enter_context(connection(address)) for _ in range(300)]
            for sock in slow:
                sock.sendall(head("/visit/leave", "content-length: 33280") + bytes(1_000))
            with connection(address) as other:
                other.sendall(head("/visit/look", "content-length: 384") + bytes(384))
                assert other.recv(65_536).startswith(b"HTTP/1.1 200 ")
    finally:
        process.stop()


def test_a_hard_limit_is_kept_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limits = {resource.RLIMIT_NOFILE: (1_024, 2_000)}
    monkeypatch.setattr(resource, "getrlimit", limits.__getitem__)
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)

    make_room(400)
    assert limits[resource.RLIMIT_NOFILE] == (1_024, 2_000)  # enough as it is
    make_room(1_000)
    assert limits[resource.RLIMIT_NOFILE] == (1_000 + FILES, 2_000)
    assert not caplog.messages
    make_room(2_048)
    assert limits[resource.RLIMIT_NOFILE] == (2_000, 2_000)
    assert "fewer files may be open" in caplog.text
