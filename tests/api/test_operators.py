"""Operators: a signature over our challenge and this very request, and nothing less."""

from __future__ import annotations

import pytest

from crypto.documents import public_key_of
from tests.api.nodes import Clock, TrialNode, assert_problem, authorization
from tests.circles import make_trial_circle, seed_of

pytestmark = pytest.mark.sqlite  # who signs is in the circle, and a challenge is remembered nowhere

PATH = "/operator/round"


def ask(node: TrialNode, header: str, path: str = PATH, method: str = "GET"):  # type: ignore[no-untyped-def]
    return node.request(method, path, headers={"authorization": header})


def challenge(node: TrialNode) -> bytes:
    return bytes.fromhex(node.request("POST", "/operator/challenge").json()["challenge"])


def signed(node: TrialNode, seed: bytes | None = None, path: str = PATH) -> str:
    return authorization(
        seed or node.trial.matcher_seed,
        node.trial.circle.digest,
        challenge(node),
        "GET",
        path,
        b"",
    )


def test_a_signed_request_is_answered(node: TrialNode) -> None:
    assert ask(node, signed(node)).status_code == 200


def test_a_challenge_is_forty_bytes_and_remembered_nowhere(node: TrialNode) -> None:
    before = node.rows()

    assert len(challenge(node)) == 40
    assert node.rows() == before


def test_a_challenge_is_good_for_ten_minutes(node: TrialNode, clock: Clock) -> None:
    header = signed(node)

    clock.seconds += 600
    assert ask(node, header).status_code == 200
    clock.seconds += 1
    assert_problem(ask(node, header), 401, "not_authorized")


def test_no_header_is_told_what_is_missing(node: TrialNode) -> None:
    answer = node.get(PATH)

    assert_problem(answer, 401, "not_authorized")
    assert answer.headers["www-authenticate"] == "Klunak"


@pytest.mark.parametrize(
    "header",
    ["", "Klunak", "Klunak a.b.c", "Bearer x", "Klunak " + ".".join(["00" * 32] * 3)],
)
def test_a_header_out_of_shape_is_not_authorized(node: TrialNode, header: str) -> None:
    assert_problem(ask(node, header), 401, "not_authorized")


@pytest.mark.parametrize("who", ["a stranger", "a signer", "the node"])
def test_no_key_but_an_operators_counts(node: TrialNode, who: str) -> None:
    seed = {
        "a stranger": seed_of("stranger"),
        "a signer": node.trial.signer_seeds[0],
        "the node": node.trial.node_seed,
    }[who]

    assert_problem(ask(node, signed(node, seed)), 401, "not_authorized")


def test_a_challenge_of_our_own_making_only(node: TrialNode) -> None:
    made_up = challenge(node)[:8] + bytes(32)
    header = authorization(
        node.trial.matcher_seed, node.trial.circle.digest, made_up, "GET", PATH, b""
    )

    assert_problem(ask(node, header), 401, "not_authorized")


def test_every_bit_of_the_header_counts(node: TrialNode) -> None:
    header = signed(node)
    for at in range(len("Klunak "), len(header), 13):
        if header[at] != ".":
            flipped = header[:at] + format(int(header[at], 16) ^ 1, "x") + header[at + 1 :]
            assert_problem(ask(node, flipped), 401, "not_authorized")


def test_a_signature_is_for_one_path_query_and_method(node: TrialNode) -> None:
    header = signed(node, path="/operator/cards?epoch=1")

    assert_problem(ask(node, header, "/operator/cards?epoch=2"), 401, "not_authorized")
    assert_problem(ask(node, header, "/operator/answers"), 401, "not_authorized")
    assert_problem(ask(node, header, "/operator/epochs", "POST"), 415, "wrong_content_type")


def test_a_signature_is_for_one_body(node: TrialNode) -> None:
    header = authorization(
        node.trial.matcher_seed,
        node.trial.circle.digest,
        challenge(node),
        "POST",
        "/operator/read",
        bytes(32),
    )
    headers = {"authorization": header, "content-type": "application/octet-stream"}

    def read(body: bytes):  # type: ignore[no-untyped-def]
        return node.request("POST", "/operator/read", content=body, headers=headers)

    assert read(bytes(32)).status_code == 200
    assert_problem(read(bytes(31) + b"\1"), 401, "not_authorized")
    assert_problem(read(bytes(64)), 401, "not_authorized")


def test_a_signature_is_for_one_circle(node: TrialNode) -> None:
    other = make_trial_circle(name="another circle")
    assert public_key_of(other.matcher_seed) in node.trial.circle.matchers
    header = authorization(
        other.matcher_seed, other.circle.digest, challenge(node), "GET", PATH, b""
    )

    assert_problem(ask(node, header), 401, "not_authorized")


def test_an_altered_authorization_is_none(node: TrialNode) -> None:
    """Each bit of it, and each of its beginnings."""
    sound = authorization(
        node.trial.matcher_seed, node.trial.circle.digest, challenge(node), "GET", PATH, b""
    ).encode()
    assert ask(node, sound.decode()).status_code == 200
    flips = [
        sound[:byte] + bytes([sound[byte] ^ 1 << bit]) + sound[byte + 1 :]
        for byte in range(len(sound))
        for bit in range(8)
    ]

    for altered in [*flips, *(sound[:length] for length in range(len(sound)))]:
        answer = node.request("GET", PATH, headers=[(b"authorization", altered)])
        assert_problem(answer, 401, "not_authorized")
