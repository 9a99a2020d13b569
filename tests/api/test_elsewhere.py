"""What a page from disk may read of a node, and that it may read no more."""

from __future__ import annotations

import httpx
import pytest
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.elsewhere import PEOPLES
from tests.api.nodes import TrialNode, assert_problem

FROM_DISK = {"origin": "null"}
ALLOWED = "access-control-allow-origin"
pytestmark = pytest.mark.sqlite  # the database has no part in it

PATHS = {route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}


def preflight(node: TrialNode, path: str, method: str, headers: str) -> httpx.Response:
    """What a browser asks before it sends *method* from another origin."""
    asked = {
        "access-control-request-method": method,
        "access-control-request-headers": headers,
    }
    return node.request("OPTIONS", path, headers={**FROM_DISK, **asked})


def test_people_s_routes_are_all_that_is_no_operator_s() -> None:
    assert {path for path in PATHS if not path.startswith("/operator/")} - {"/"} == PEOPLES


def test_a_page_from_disk_may_read_what_people_s_routes_say_refusals_too(node: TrialNode) -> None:
    for path in PEOPLES:
        answers = [
            node.request("GET", path, headers=FROM_DISK),
            node.request("POST", path, headers=FROM_DISK, content=b"short"),
            node.request("PUT", path, headers={**FROM_DISK, "cookie": "a=b"}),
        ]

        for answer in answers:
            assert answer.headers.get_list(ALLOWED) == ["*"]
            assert "access-control-allow-credentials" not in answer.headers
            assert "access-control-expose-headers" not in answer.headers
        assert answers[2].json()["code"] == "method_not_allowed"


def test_a_browser_s_question_is_answered_for_what_a_page_sends(node: TrialNode) -> None:
    for path in PEOPLES:
        answer = preflight(node, path, "POST", "content-type")

        assert answer.status_code == httpx.codes.OK
        assert answer.headers[ALLOWED] == "*"
        assert answer.headers["access-control-allow-methods"] == "GET, POST"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("method", "headers"),
    [("PUT", "content-type"), ("POST", "authorization"), ("POST", "x-klunak-signature")],
)
def test_and_for_nothing_else(node: TrialNode, method: str, headers: str) -> None:
    refused = preflight(node, "/cards", method, headers)

    assert_problem(refused, 405, "method_not_allowed")
    assert refused.headers["allow"] == "GET, POST"
    assert refused.headers.get_list(ALLOWED) == ["*"]


def test_no_page_from_elsewhere_reads_anything_else(node: TrialNode) -> None:
    for path in [*(PATHS - PEOPLES), "/nowhere", "/openapi.json", "/page.js"]:
        methods = ("GET", "POST", "PUT")
        answers = [node.request(method, path, headers=FROM_DISK) for method in methods]
        answers.append(preflight(node, path, "POST", "content-type"))

        for answer in answers:
            assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answers[-1].is_error
