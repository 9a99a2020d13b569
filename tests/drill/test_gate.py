"""Nothing new is kept or said without docs/threat-model.md saying what it tells.

Its tables are compared with the schema, with the log lines in the node's source, with the headers
of a served node's answers and with the fields of its description.
"""

from __future__ import annotations

import ast
import asyncio
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import SQLModel

from api.app import create_app
from api.settings import Settings
from api.web import WebPages, read_pages
from tests import backends
from tests.api.nodes import write_setup
from tests.api.servers import served
from tests.circles import TrialCircle, make_trial_circle
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
LOGGERS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


def explained(heading: str) -> set[str]:
    """The first cells of the table under *heading*."""
    _, _, rest = DOCUMENT.partition(f"\n### {heading}\n")
    section = re.split(r"\n##+ ", rest)[0]
    found = re.findall(r"^\| `(.+?)` \|", section, re.M)
    assert len(found) == len(set(found))
    return set(found)


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    backends.begin(backends.SQLITE)
    return make_trial_circle()


def columns() -> set[str]:
    tables = SQLModel.metadata.tables
    return {f"{name}.{column.name}" for name, table in tables.items() for column in table.columns}


def log_lines(source: str) -> Iterator[str]:
    """What *source* hands to a logger: a literal, or the code that makes the line."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        of_a_log = isinstance(node.func.value, ast.Name) and node.func.value.id in (
            "log",
            "logging",
        )
        if of_a_log and node.func.attr in LOGGERS:
            first = node.args[0]
            yield str(first.value) if isinstance(first, ast.Constant) else ast.unparse(first)
        if node.func.attr == "print" or ast.unparse(node.func).startswith("sys.std"):
            yield ast.unparse(node)


def prints(source: str) -> list[str]:
    """Every call of print."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [ast.unparse(call) for call in calls if ast.unparse(call.func) == "print"]


def served_sources() -> list[str]:
    """The node's code while it serves; its command line's and its onion service's is not."""
    files = [file for file in (ROOT / "api").glob("*.py") if file.name != "__main__.py"]
    assert len(files) > 30
    return [file.read_text(encoding="utf-8") for file in files]


def fields(trial: TrialCircle, directory: Path) -> set[str]:
    described = create_app(Settings(**write_setup(directory, trial))).openapi()
    schemas = described["components"]["schemas"]
    return {
        f"{name}.{field}" for name, one in schemas.items() for field in one.get("properties", {})
    }


def test_every_column_is_explained() -> None:
    assert explained("Columns") == columns()


def test_every_log_line_is_explained() -> None:
    assert explained("Log lines") == {line for s in served_sources() for line in log_lines(s)}
    assert [call for source in served_sources() for call in prints(source)] == []


def test_every_field_of_an_answer_is_explained(tmp_path: Path, trial: TrialCircle) -> None:
    assert explained("Fields") == fields(trial, tmp_path)


def parameters(described: dict[str, Any]) -> set[str]:
    """Every name of a path's or a query's part: what stands in an address."""
    return {
        parameter["name"]
        for path in described["paths"].values()
        for method in path.values()
        for parameter in method.get("parameters", ())
        if parameter["in"] in ("path", "query")
    }


def test_everything_that_stands_in_an_address_is_explained(
    tmp_path: Path, trial: TrialCircle
) -> None:
    application = create_app(Settings(**write_setup(tmp_path, trial)))
    assert explained("Addresses") == parameters(application.openapi())

    # A secret that came in an address would be noticed.
    application.openapi_schema = None
    application.add_api_route("/drop", lambda read: read, methods=["GET"])
    assert parameters(application.openapi()) - explained("Addresses") == {"read"}


FROM_ELSEWHERE = {
    "origin": "null",
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type",
}


def headers_of_pages(directory: Path) -> set[str]:
    """What comes with a built page that is sent squeezed, and with the recipe that is left to."""
    (place := directory / "pages").mkdir()
    for name in ("page.js", "soup-en.html"):
        (place / name).write_bytes(b"a page")
    (place / "page.js.gz").write_bytes(gzip.compress(b"a page"))
    transport = httpx.ASGITransport(WebPages(FastAPI(), read_pages(place)))

    async def ask() -> set[str]:
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
            answers = [await client.get(path) for path in ("/page.js", "/soup-en")]
        return {name for answer in answers for name in answer.headers}

    return asyncio.run(ask())


def test_every_response_header_is_explained(tmp_path: Path, trial: TrialCircle) -> None:
    described = create_app(Settings(**write_setup(tmp_path, trial))).openapi()["paths"]
    seen: set[str] = set()
    with (
        served(tmp_path, trial) as address,
        httpx.Client(base_url=address, verify=False, timeout=PATIENCE_SECONDS) as client,
    ):
        for path, methods in described.items():
            for method in (*methods, "TRACE"):
                asked = re.sub("{.*?}", "1", path)
                seen |= set(client.request(method, asked).headers)
                octets = {"content-type": "application/octet-stream"}
                for size in (0, 192, 384, 33_280):
                    answer = client.request(method, asked, content=bytes(size), headers=octets)
                    seen |= set(answer.headers)
                seen |= set(client.request("OPTIONS", asked, headers=FROM_ELSEWHERE).headers)
    seen |= headers_of_pages(tmp_path)
    # A busy node's header, and the end of a connection, do not come with every run.
    assert explained("Response headers") == seen | {"retry-after", "connection"}


def test_a_new_column_a_log_line_and_a_print_would_be_noticed() -> None:
    planted = "def f(body):\n    log.info('posted %s', body)\n    print(body)\n"

    assert "posted %s" in set(log_lines(planted)) - explained("Log lines")
    assert prints(planted) == ["print(body)"]
    assert "drops.written_at" not in explained("Columns")


ADVERSARIES = (
    "Somebody watching the network",
    "A node, seized and switched off",
    "A node, seized while running",
    "A node, hostile for months",
    "A matcher, seized",
    "A matcher, hostile",
    "A coordinator, coerced",
    "The two duty coordinators of a class, coerced",
    "An infiltrator posing as a donor",
    "An infiltrator posing as a family",
    "A donor, coerced",
    "A family, coerced, with its phone",
    "Whoever asks the store or the bank",
    "A page that was tampered with",
    "A thief of a backup",
    "A quantum computer, later",
)


PROMISED_NOTHING = {"Whoever asks the store or the bank"}


@pytest.mark.parametrize("adversary", ADVERSARIES)
def test_the_document_says_what_an_adversary_can_and_cannot(adversary: str) -> None:
    _, heading, rest = DOCUMENT.partition(f"\n## {adversary}\n")
    section = rest.split("\n## ")[0]

    assert heading
    assert "**Can**" in section
    assert ("**Cannot**" in section) is (adversary not in PROMISED_NOTHING)


LINK = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
QUOTED = re.compile(r"`[^`]*`")
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


def said_of_adversaries(document: str) -> str:
    """What is said before the tables: every section that is an adversary's."""
    _, _, rest = document.partition(f"\n## {ADVERSARIES[0]}\n")
    return rest.partition("\n## All that a node keeps and says\n")[0]


def claims(document: str) -> list[str]:
    """What somebody can do and what somebody cannot, each to where the next begins."""
    return re.split(
        r"(?=\*\*Can(?:not)?\*\*|(?<=[.)] )Cannot |\n## )", said_of_adversaries(document)
    )


def cannots(document: str) -> list[str]:
    """Every claim that somebody cannot do something."""
    return [claim for claim in claims(document) if re.match(r"(\*\*)?Cannot", claim)]


def functions(file: str) -> set[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    return {node.name for node in ast.walk(tree) if isinstance(node, FUNCTION)}


def unheld(document: str) -> Iterator[str]:
    """Each *cannot* that no test holds, and each name of a test that leads nowhere."""
    for claim in claims(document):
        promised = len(re.findall(r"\bcannot\b", QUOTED.sub("", claim), re.I))
        held = len(LINK.findall(claim))
        begins = " ".join(claim.split()[:6])
        if promised and claim not in cannots(document):
            yield f"cannot within can: {begins}"
        elif promised > held:
            yield f"which test would fail? {begins}"
    for quoted in QUOTED.findall(document):
        if quoted.startswith("`test_"):
            yield f"in which file? {quoted}"
        link = LINK.fullmatch(quoted)
        if "::" in quoted and (link is None or link[2] not in functions(link[1])):
            yield f"there is no {quoted}"


def test_what_somebody_cannot_do_is_held_by_a_test() -> None:
    assert list(unheld(DOCUMENT)) == []
    assert len(cannots(DOCUMENT)) > 45


HELD = "`tests/drill/test_gate.py::test_every_column_is_explained`"
BEGINNING = f"\n## {ADVERSARIES[0]}\n"


@pytest.mark.parametrize(
    "loose",
    [
        "**Cannot** fly.",
        f"**Cannot** swim ({HELD}). Cannot fly.",
        f"**Cannot** swim, and cannot fly ({HELD}).",
        f"**Can** swim. It cannot fly ({HELD}).",
        f"**Can** swim. It **cannot** fly ({HELD}).",
        f"**Cannot** fly ({HELD}, `test_every_column_is_explained`).",
        "**Cannot** fly (`tests/drill/test_gate.py::test_that_is_not_there`).",
        "**Cannot** fly (`tests/drill/test_nowhere.py::test_every_column_is_explained`).",
        "**Cannot** fly (`tests/drill/test_gate.py`).",
    ],
)
def test_a_cannot_that_nothing_holds_is_noticed(loose: str) -> None:
    assert list(unheld(f"{BEGINNING}**Cannot** swim ({HELD}).\n{loose}\n")) != []
    assert list(unheld(f"{BEGINNING}**Cannot** swim ({HELD}).\n")) == []


def test_every_test_that_the_document_names_is_there() -> None:
    named = {name.partition("::")[0] for name in re.findall(r"`(tests/[^`\s]+)`", DOCUMENT)}

    assert len(named) > 15
    assert {name for name in named if not (ROOT / name).exists()} == set()
