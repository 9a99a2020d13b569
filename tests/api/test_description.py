"""The described API and the real one are the same API: schemathesis asks for all that is described.

Every check of schemathesis is on but one, which `may_say` does by operation: what is in the format
is granted, or refused for the one reason for which random bytes are; what is not is refused.
Operators' requests are asked three times: unsigned, and signed by each kind of operator, so that
what lies behind the signature is reached as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis import Case, CheckContext, Response
from schemathesis.config import SchemathesisConfig
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from api.app import create_app
from api.operators import _challenge_at
from api.settings import Settings
from tests import backends
from tests.api.nodes import TrialNode, authorization, running_node
from tests.api.people import begin_epoch, new_card, post
from tests.circles import TrialCircle

EXAMPLES = 12

REFUSED = ["401", "403", "404", "405", "409", "413", "415", "422"]
"""What may become of a request that is not in the format."""

OK = "ok"

NO_DOCUMENT = {"wrong_shape", "unknown_version", "malformed"}
"""A text that is to be signed, and that has rules which no schema says."""

ANYBODYS = {
    "GET /": {OK},
    "GET /circle": {OK},
    "GET /epoch": {OK},
    "GET /node": {OK},
    "POST /intake": {
        "malformed",
        "stale_period",
        "wrong_coordinators",
        "unknown_invite",
        "wrong_work",
        "invalid_stamp",
    },
    "POST /cards": {"invalid_stamp", "stale_period", "epoch_closed"},
    "POST /visit/look": {OK},
    "POST /visit/meet": {OK},
    "POST /visit/leave": {OK},
    "POST /operator/challenge": {OK},
}
_EITHERS = {"PUT /operator/circle": NO_DOCUMENT}
OPERATORS = {
    "matcher": {
        **_EITHERS,
        "GET /operator/round": {OK},
        "POST /operator/epochs": NO_DOCUMENT,
        "GET /operator/cards": {OK, "wrong_epoch"},
        "POST /operator/read": {OK, "wrong_length"},
        "GET /operator/answers": {OK},
        "PUT /operator/rounds/{epoch}/parts/{number}": {
            OK,
            "malformed",
            "wrong_length",
            "wrong_epoch",
        },
        "POST /operator/rounds/{epoch}": NO_DOCUMENT,
        "GET /operator/rounds/{epoch}": {"not_found"},
    },
    "coordinator": {
        **_EITHERS,
        "GET /operator/intake": {OK},
        "DELETE /operator/intake/{id}": {OK},
        "POST /operator/invites": {
            OK,
            "wrong_shape",
            "stale_period",
            "invite_limit",
        },  # 1.0 is no integer
        "GET /operator/batches": {OK},
        "PUT /operator/answers/{id}": {"unknown_batch"},
    },
}
"""What random bytes in the format are told, by operation; nothing else is right, not even OK."""

ANYWHERE = {"malformed", "wrong_length", "busy", "no_storage", "wrong_content_type", "too_large"}
"""Codes of the limits before a route, which the description names once, under *default*."""


class Door:
    """An application in front of a node: signs every operator's request on its way in.

    schemathesis wants its application while tests are collected; the node comes later.
    """

    def __init__(self, operator: str | None = None) -> None:
        self.operator = operator
        self.node: TrialNode | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for done in ("lifespan.startup.complete", "lifespan.shutdown.complete"):
                await receive()
                await send({"type": done})
        elif self.node is None:
            await JSONResponse(self._description())(scope, receive, send)
        elif self.operator is None or not scope["path"].startswith("/operator/"):
            await self.node.app(scope, receive, send)
        else:
            await self._signed(self.node, scope, receive, send)

    def _description(self) -> Any:
        described = deepcopy(APP.openapi())
        if self.operator is not None:
            # Whoever comes through here is signed for, so nothing of that is theirs to send.
            for methods in described["paths"].values():
                for operation in methods.values():
                    operation.pop("security", None)
        return described

    async def _signed(self, node: TrialNode, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        assert not message.get("more_body")
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        seeds = {"matcher": node.trial.matcher_seed, "coordinator": node.trial.coordinator_seeds[0]}
        value = authorization(
            seeds[str(self.operator)],
            node.trial.circle.digest,
            _challenge_at(node.node, int(node.clock())),
            scope["method"],
            target,
            message.get("body", b""),
        )
        headers = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
        signed = {**scope, "headers": [*headers, (b"authorization", value.encode())]}

        async def again() -> Any:
            return message

        await node.app(signed, again, send)


APP = create_app(Settings(circle_document=Path("none"), node_key=Path("none")))
"""Never started; it only describes itself."""

DOORS = {who: Door(who) for who in (None, "matcher", "coordinator")}


def description(door: Door) -> Any:
    config = SchemathesisConfig.from_dict(
        {
            "suppress-health-check": ["all"],
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
            "checks": {
                "negative_data_rejection": {"expected-statuses": REFUSED},
                # `may_say` is narrower.
                "positive_data_acceptance": {"enabled": False},
            },
        }
    )
    described = schemathesis.openapi.from_asgi("/openapi.json", door, config=config)
    return described if door.operator is None else described.include(path_regex="^/operator/")


@pytest.fixture(
    scope="module",
    autouse=True,
    params=[backends.SQLITE, pytest.param(backends.POSTGRESQL, marks=pytest.mark.long)],
)
def busy_node(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    trial: TrialCircle,
) -> Iterator[TrialNode]:
    """A node with an open epoch, and a closed one that waits for its commit."""
    with (
        backends.using(request.param),
        running_node(tmp_path_factory.mktemp("described"), trial) as node,
    ):
        begin_epoch(node, 1)
        post(node, new_card(node), 1)
        begin_epoch(node, 2)
        for door in DOORS.values():
            door.node = node
        yield node


@schemathesis.check
def a_refusal_is_described_by_its_code(ctx: CheckContext, response: Response, case: Case) -> None:
    """The status is not enough: the code has to stand beside it in the description."""
    if response.status_code < 400 or response.status_code == 405:
        return
    described = case.operation.definition.raw["responses"]
    codes = described.get(str(response.status_code), {}).get("description", "").split(", ")
    code = response.json()["code"]
    assert code in ANYWHERE or code in codes, f"{response.status_code} {code} is not described"


def may_say(who: str | None, operation: str) -> set[str]:
    """What *who* may be told who asks *operation* for random things in the format."""
    if operation in ANYBODYS:
        return ANYBODYS[operation]
    if who is None:
        return {"not_authorized"}
    return OPERATORS[who].get(operation, {"wrong_operator"})


def ask(case: Case, who: str | None) -> None:
    """Ask, and check what schemathesis does and what `may_say` says."""
    answer = case.call_and_validate()
    if case.meta is not None and case.meta.generation.mode.is_positive:
        code = OK if answer.status_code < 400 else answer.json()["code"]
        assert code in may_say(who, case.operation.label)


def test_every_answer_is_described_with_one_content_type() -> None:
    for path, methods in APP.openapi()["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                assert len(content) == (status != "204"), (path, method, status)


@description(DOORS[None]).parametrize()
def test_strangers_meet_the_described_api(case: Case) -> None:
    ask(case, None)


@description(DOORS["matcher"]).parametrize()
def test_a_matcher_meets_the_described_api(case: Case) -> None:
    ask(case, "matcher")


@description(DOORS["coordinator"]).parametrize()
def test_a_coordinator_meets_the_described_api(case: Case) -> None:
    ask(case, "coordinator")
