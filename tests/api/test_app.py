"""The wiring: one description that is true, one shape of refusals, the same headers everywhere."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import _logs, metrics, trace

from api import errors
from api.app import ROUTERS
from api.errors import ApiError
from api.headers import HEADERS
from api.limits import rules_of
from tests.api.nodes import TrialNode, assert_problem, running_node
from tests.api.people import Claim, meet, permit_in_database
from tests.circles import TrialCircle


def kinds(root: type[ApiError]) -> list[type[ApiError]]:
    return [root, *(kind for below in root.__subclasses__() for kind in kinds(below))]


def described(node: TrialNode) -> dict[str, Any]:
    return node.get("/openapi.json").json()


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_of_the_protocol_is_there(node: TrialNode) -> None:
    there = {(method, path) for method, path, _ in operations(described(node))}

    assert there == {
        ("GET", "/"),
        ("GET", "/circle"),
        ("GET", "/epoch"),
        ("GET", "/node"),
        ("POST", "/intake"),
        ("POST", "/cards"),
        ("POST", "/visit/look"),
        ("POST", "/visit/meet"),
        ("POST", "/visit/leave"),
        ("POST", "/operator/challenge"),
        ("GET", "/operator/round"),
        ("POST", "/operator/epochs"),
        ("GET", "/operator/cards"),
        ("POST", "/operator/read"),
        ("GET", "/operator/answers"),
        ("PUT", "/operator/rounds/{epoch}/parts/{number}"),
        ("POST", "/operator/rounds/{epoch}"),
        ("GET", "/operator/rounds/{epoch}"),
        ("GET", "/operator/intake"),
        ("DELETE", "/operator/intake/{id}"),
        ("POST", "/operator/invites"),
        ("GET", "/operator/batches"),
        ("PUT", "/operator/answers/{id}"),
        ("PUT", "/operator/circle"),
    }


def test_the_sizes_described_are_the_sizes_taken(node: TrialNode) -> None:
    sizes = {
        path: operation["requestBody"]["content"]["application/octet-stream"]["schema"]
        for _, path, operation in operations(described(node))
        if "application/octet-stream" in operation.get("requestBody", {}).get("content", {})
    }

    exact = {
        path: schema["maxLength"]
        for path, schema in sizes.items()
        if schema["maxLength"] == schema["minLength"]
    }
    assert exact == {
        "/intake": 29_163,
        "/cards": 25_096,
        "/visit/look": 384,
        "/visit/meet": 224,
        "/visit/leave": 33_280,
        "/operator/answers/{id}": 4_100,
    }
    for rule in rules_of(ROUTERS):
        if rule.body.media_type == "application/octet-stream":
            assert (rule.body.minimum, rule.body.maximum) in {
                (schema["minLength"], schema["maxLength"]) for schema in sizes.values()
            }


def test_every_route_describes_its_refusals_as_problems(node: TrialNode) -> None:
    for method, path, operation in operations(described(node)):
        refusals = {s: r for s, r in operation["responses"].items() if not s.startswith("2")}
        assert "default" in refusals, (method, path)
        for response in refusals.values():
            assert list(response["content"]) == ["application/problem+json"], (method, path)


def test_the_description_is_openapi_and_speaks_of_nothing_else(node: TrialNode) -> None:
    text = json.dumps(described(node))

    assert described(node)["openapi"].startswith("3.")
    assert "HTTPValidationError" not in text


def test_nobody_is_traced_whatever_the_environment_sets_up(
    node: TrialNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for kind, name in (
        (trace, "get_tracer_provider"),
        (metrics, "get_meter_provider"),
        (_logs, "get_logger_provider"),
    ):
        monkeypatch.setattr(kind, name, partial(asked.append, name))

    assert node.get("/node").status_code == 200
    assert asked == []


def test_the_tree_of_refusals_is_drawn_in_full() -> None:
    drawn = errors.__doc__ or ""

    for kind in kinds(ApiError):
        assert f" {kind.__name__} " in drawn or f"\n{kind.__name__}\n" in drawn, kind.__name__
        if "code" in vars(kind):
            assert f"{int(kind.status)} {kind.code}" in drawn or kind is ApiError, kind.__name__


def test_every_refusal_has_a_code_of_its_own() -> None:
    leaves = [kind for kind in kinds(ApiError) if "code" in vars(kind) and kind is not ApiError]

    codes = [kind.code for kind in leaves]
    assert len(set(codes)) == len(codes)
    assert all(kind.title.endswith(".") for kind in leaves)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/circle/", 404, "not_found"),
        ("GET", "/circle%0a", 404, "not_found"),
        ("POST", "/cards%0a", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/redoc", 404, "not_found"),
        ("DELETE", "/circle", 405, "method_not_allowed"),
        ("GET", "/cards", 405, "method_not_allowed"),
        ("OPTIONS", "/cards", 405, "method_not_allowed"),
        ("PROPFIND", "/", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    node: TrialNode, method: str, path: str, status: int, code: str
) -> None:
    assert_problem(node.request(method, path), status, code)


@pytest.mark.parametrize("path", ["/", "/circle", "/epoch", "/node", "/nowhere", "/openapi.json"])
def test_the_same_headers_are_on_everything(node: TrialNode, path: str) -> None:
    answer = node.get(path)

    for name, value in HEADERS:
        assert answer.headers[name.decode()] == value.decode()
        assert answer.headers.get_list(name.decode()) == [value.decode()]


def test_a_fault_of_ours_says_nothing(
    node: TrialNode, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("marked words of somebody")

    monkeypatch.setattr("api.drops.read_with_notices", fail)
    answer = node.post("/visit/look", bytes(384))

    assert_problem(answer, 500, "broken")
    assert "marked" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
    assert answer.headers["content-security-policy"]


def test_nothing_sent_is_ever_repeated(node: TrialNode) -> None:
    mark = "marked"
    octets = {"content-type": "application/octet-stream"}
    answers = [
        node.get(f"/{mark}"),
        node.get(f"/operator/cards?epoch={mark}"),
        node.request("POST", "/cards", content=mark, headers=octets),
        node.request("POST", "/cards", content=mark, headers={"content-type": mark}),
        node.operator(
            node.trial.matcher_seed,
            "POST",
            "/operator/epochs",
            json.dumps({mark: mark}).encode(),
            content_type="application/json",
        ),
        node.operator(node.trial.matcher_seed, "GET", f"/operator/cards?epoch={mark}"),
    ]

    for answer in answers:
        assert answer.status_code >= 400
        assert mark not in answer.text
        assert mark not in str(answer.headers)


def test_the_start_page_speaks_three_languages_and_loads_nothing(node: TrialNode) -> None:
    answer = node.get("/")

    assert answer.headers["content-type"].startswith("text/html")
    for language in ("be", "ru", "en"):
        assert f'<section lang="{language}">' in answer.text
    for loads in ("<script", "src=", "href=", "http:", "https:", "url("):
        assert loads not in answer.text


@pytest.mark.sqlite
def test_a_stopped_node_leaves_no_log_behind(tmp_path: Path, trial: TrialCircle) -> None:
    permit = permit_in_database(tmp_path)
    with running_node(tmp_path, trial) as node:
        assert meet(node, Claim(permit))[1] == 0

    log = tmp_path / "data" / "node.db-wal"
    assert not log.exists() or log.stat().st_size == 0
