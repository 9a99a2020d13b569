"""Nothing about people in any file or any line: searched for as a thief would."""

from __future__ import annotations

import logging
import re
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.serve import WordlessFormatter
from api.settings import Settings
from api.store import open_engine
from tests import backends
from tests.api.nodes import OCTETS, rows, write_setup
from tests.api.people import permit_in_database
from tests.api.servers import ServedProcess, served
from tests.circles import TrialCircle, make_trial_circle
from tests.patience import PATIENCE_SECONDS

MARKS = {
    "user-agent": "MarkedBrowser/1.0",
    "cookie": "marked-cookie=1",
    "x-forwarded-for": "203.0.113.77",
    "forwarded": "for=203.0.113.78",
    "referer": "http://marked-referer.example/",
    "accept-language": "be-x-marked",
    "authorization": "Klunak marked-authorization",
}
# Of the loopback's many: 127.0.0.1 is written in circles, where nodes have it for theirs.
VISITORS_ADDRESS = "127.0.0.77"


def variants(mark: bytes) -> list[bytes]:
    return [mark, mark.hex().encode(), mark.decode().encode("utf-16-le")]


def test_nothing_of_a_visitor_is_in_any_file_or_line(tmp_path: Path) -> None:
    process = ServedProcess(tmp_path, make_trial_circle(address="http://node.onion"))
    address = process.start()
    body = b"marked-body ".ljust(384, b"!")
    marked_secret = b"marked-secret-of-a-visitor-32-by"
    from_there = httpx.HTTPTransport(local_address=VISITORS_ADDRESS)
    patient = {"transport": from_there, "timeout": PATIENCE_SECONDS}
    with httpx.Client(base_url=address, headers=MARKS, **patient) as client:
        octets = {"content-type": OCTETS}
        client.get("/?marked-query=1")
        client.get("/marked-path")
        client.post("/visit/look", content=body, headers=octets)
        client.post("/visit/look", content=body[:-1], headers=octets)
        client.post("/visit/meet", content=marked_secret * 7, headers=octets)
        client.post("/visit/leave", content=(marked_secret * 1_040), headers=octets)
        client.post("/cards", content=b"marked-body".ljust(25_096, b"!"), headers=octets)
        client.post("/intake", content=b"\1" + b"marked-body".ljust(28_934, b"!"), headers=octets)
        client.post("/operator/epochs", content=b"marked-body", headers={"content-type": "a/b"})
        client.put("/operator/rounds/marked/parts/1", content=b"marked-body", headers=octets)
        client.request("MARKED", "/")
    with httpx.Client() as client, pytest.raises(httpx.InvalidURL):
        client.get("http://127.0.0.1:marked/")
    places = (tmp_path, *backends.current.places(tmp_path))
    live = everything(*places)
    process.stop()

    for files in (live, everything(*places)):
        assert any(name.endswith(("node.db", "PG_VERSION")) for name in files)
        marks = [b"marked-", *(value.encode() for value in MARKS.values())]
        for name, content in files.items():
            lower = content.lower()
            for mark in (*marks, VISITORS_ADDRESS.encode()):
                for variant in variants(mark):
                    assert variant.lower() not in lower, (name, mark)


def test_the_search_would_find_what_it_looks_for(tmp_path: Path) -> None:
    (tmp_path / "planted").write_bytes(b"...MarkedBrowser/1.0...")

    assert b"MarkedBrowser/1.0" in everything(tmp_path)["planted"]


def everything(*directories: Path) -> dict[str, bytes]:
    found = {}
    for directory in directories:
        for file in directory.rglob("*"):
            with suppress(FileNotFoundError):  # a server removes files while one looks
                if file.is_file():
                    found[str(file.relative_to(directory))] = file.read_bytes()
    return found


def test_a_log_of_a_quiet_life_has_no_time_and_no_address(
    tmp_path: Path, trial: TrialCircle
) -> None:
    process = ServedProcess(tmp_path, trial)
    httpx.get(process.start())
    process.stop()

    printed = process.printed.read_text()
    assert not re.search(r"\d{1,2}:\d{2}|\d{4}-\d{2}|\d+\.\d+\.\d+", printed)
    assert str(tmp_path) not in printed


def test_no_column_is_finer_than_a_day(tmp_path: Path, trial: TrialCircle) -> None:
    """Numbers that could be a time of today, in seconds or finer, are nowhere in the database."""
    import time

    permit = permit_in_database(tmp_path)
    process = ServedProcess(tmp_path, trial)
    address = process.start()
    headers = {"content-type": OCTETS}
    body = secrets.token_bytes(128) + permit + secrets.token_bytes(64)
    httpx.post(f"{address}/visit/meet", content=body, headers=headers, timeout=PATIENCE_SECONDS)
    process.stop()
    engine = open_engine(backends.current.url(tmp_path))
    tables = rows(engine)
    engine.dispose()
    assert tables["claims"]
    now = time.time()
    for table in tables.values():
        for row in table:
            for value in row:
                if isinstance(value, int | float):
                    assert value < now / 3_600, (table, value)


def test_responses_say_nothing_of_server_or_time(tmp_path: Path, trial: TrialCircle) -> None:
    with served(tmp_path, trial) as address:
        for answer in (httpx.get(address), httpx.get(f"{address}/nowhere")):
            assert "date" not in answer.headers
            assert "server" not in answer.headers
            assert "set-cookie" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_unix_socket_serves_as_well(tmp_path: Path, trial: TrialCircle) -> None:
    path = tmp_path / "node.socket"
    with served(tmp_path, trial, unix_socket=path):
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport, base_url="http://node") as client:
            assert client.get("/circle").status_code == 200


def client_of(path: Path) -> httpx.Client:
    return httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://node")


def test_operators_routes_are_on_their_own_socket_alone(tmp_path: Path, trial: TrialCircle) -> None:
    public, operators = tmp_path / "public", tmp_path / "operators"
    described = create_app(Settings(**write_setup(tmp_path, trial))).openapi()["paths"]
    routes = [path for path in described if path.startswith("/operator/")]
    assert len(routes) > 10
    with (
        served(tmp_path, trial, unix_socket=public, operators_socket=operators),
        client_of(public) as stranger,
        client_of(operators) as operator,
    ):
        for route in routes:
            for method in described[route]:
                path = re.sub("{.*?}", "1", route)
                assert stranger.request(method, path).json()["code"] == "not_found"
                assert operator.request(method, path).json().get("code") != "not_found"
        for client in (stranger, operator):
            assert client.get("/circle").status_code == 200
    assert stat.S_IMODE(operators.stat().st_mode) == 0o660


def test_a_port_serves_no_operator_where_these_have_a_socket(
    tmp_path: Path, trial: TrialCircle
) -> None:
    with served(tmp_path, trial, operators_socket=tmp_path / "operators") as address:
        assert httpx.post(f"{address}/operator/challenge").status_code == 404
        assert httpx.get(f"{address}/circle").status_code == 200


def record_of(name: str, message: str, *args: object, error: bool = False) -> str:
    try:
        raise ValueError("marked words")
    except ValueError:
        exc_info = sys.exc_info() if error else None
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, exc_info)
    return WordlessFormatter().format(record)


@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio", "sqlalchemy.engine", "anything"])
def test_others_lines_lose_their_words(name: str) -> None:
    line = record_of(name, "marked %s", "marked", error=True)

    assert "marked" not in line
    assert name in line
    assert "ValueError" in line


def test_our_lines_are_ours(caplog: pytest.LogCaptureFixture) -> None:
    from api.errors import log_without_words

    assert record_of("klunak.node", "the sweep failed") == "error: the sweep failed"
    try:
        raise ValueError("marked words")
    except ValueError as error:
        log_without_words(error, "request failed")
    assert "ValueError" in caplog.text
    assert "marked" not in caplog.text


def test_an_uncaught_exception_has_no_words(tmp_path: Path) -> None:
    import subprocess

    program = (
        "import threading\nfrom api.serve import log_quietly\nlog_quietly()\n"
        "def fail(): raise ValueError('marked words')\n"
        "thread = threading.Thread(target=fail)\nthread.start()\nthread.join()\nfail()\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert ran.returncode == 1
    assert ran.stderr.count(b"ValueError") == 2
    assert b"marked" not in ran.stderr + ran.stdout


@pytest.mark.sqlite
def test_files_are_made_for_nobody_else(tmp_path: Path, trial: TrialCircle) -> None:
    process = ServedProcess(tmp_path, trial)
    process.start()
    for file in (tmp_path / "data").iterdir():
        assert file.stat().st_mode & 0o077 == 0
    process.stop()
