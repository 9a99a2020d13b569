from typing import Any

import pytest

from crypto.almanac import CATALOGUE_BYTES, DEFAULT_POLICY
from crypto.circle import read_circle
from crypto.documents import public_key_of
from crypto.errors import InvalidKey, UnknownVersion, WrongShape
from crypto.periods import days_of
from tests.circles import (
    Change,
    TrialCircle,
    at,
    changed_almanac,
    changed_charter,
    make_trial_circle,
    seed_of,
    signed_texts,
)


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    return make_trial_circle()


def _in_charter(name: str, value: Any) -> Change:
    return lambda charter: charter.update({name: value})


class TestCharters:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("name", ""),
            ("name", "x" * 65),
            ("name", 5),
            ("signers", []),
            ("signers", ["00"]),
            ("signers", {}),
            ("signers", [public_key_of(seed_of("signer")).hex()] * 2),
            ("threshold", 0),
            ("threshold", 2),
            ("threshold", True),
            ("threshold", "1"),
            ("coordinators", ["11" * 32]),
            ("coordinators", ["11" * 32, "11" * 32]),
            ("coordinators", ["11" * 32, "22" * 31]),
            ("coordinators", ["11" * 32, public_key_of(seed_of("matcher")).hex()]),
            ("matchers", []),
            ("matchers", ["AA" * 32]),
            ("another", 1),
            ("version", None),
        ],
    )
    def test_a_charter_of_another_shape_is_refused(
        self, trial: TrialCircle, name: str, value: Any
    ) -> None:
        with pytest.raises(WrongShape):
            read_circle(changed_charter(trial, _in_charter(name, value)))

    @pytest.mark.parametrize("version", [0, 2])
    def test_an_unknown_version_is_refused_as_such(self, trial: TrialCircle, version: int) -> None:
        with pytest.raises(UnknownVersion):
            read_circle(changed_charter(trial, _in_charter("version", version)))

    def test_a_name_that_stands_twice_is_refused(self, trial: TrialCircle) -> None:
        text = trial.document["charter"].replace('"threshold":1', '"threshold":1,"threshold":1')
        with pytest.raises(WrongShape):
            read_circle(signed_texts(text, trial.document["almanac"], trial.signer_seeds))

    def test_a_coordinator_without_a_sealing_key_is_refused(self, trial: TrialCircle) -> None:
        keys = ["11" * 32, "22" * 32, "33" * 32]
        with pytest.raises(WrongShape):
            read_circle(changed_charter(trial, _in_charter("coordinators", keys)))


FIRST, LAST = days_of(8_104)


class TestAlmanacs:
    @pytest.mark.parametrize(
        "change",
        [
            at("serial")(-1),
            at("serial")(2**32),
            at("serial")("1"),
            at("serial")(...),
            at("trial")(1),
            at("trial")(...),
            at("another")(1),
            at("circle")("00" * 31),
            at("nodes")([]),
            at("nodes")({}),
            at("nodes", 0, "key")("00"),
            at("nodes", 0, "address")(""),
            at("nodes", 0, "address")("http://a b"),
            at("nodes", 0, "address")("http://a\n"),
            at("nodes", 0, "address")("x" * 256),
            at("nodes", 0, "more")(1),
            at("policy", "epoch_seconds")(0),
            at("policy", "epoch_seconds")(1.5),
            at("policy", "epoch_seconds")(True),
            at("policy", "epoch_seconds")(...),
            at("policy", "another")(1),
            at("policy", "keep_days")(96),
            at("policy", "batch_records")(257),
            at("catalogue")([]),
            at("catalogue")({"half": 0.5}),
            at("catalogue")(...),
            at("coordinators")([]),
            at("coordinators", 1)(...),
            at("coordinators", 0, "sealing")("AAAA"),
            at("periods")([]),
            at("periods", 1, "period")(2**32),
            at("periods", 1, "period")(8_103),
            at("periods", 1, "period")(5),
            at("periods", 1, "from_day")(FIRST - 1),
            at("periods", 1, "to_day")(LAST + 1),
            at("periods", 1, "to_day")(FIRST - 1),
            at("periods", 1, "request")([0, 0]),
            at("periods", 1, "request")([0]),
            at("periods", 1, "request")([0, 1, 1]),
            at("periods", 1, "request")([1, 0]),
            at("periods", 1, "offer")([1, 0]),
            at("periods", 1, "request")([0, 2]),
            at("periods", 1, "offer")([0, 256]),
            at("periods", 1, "keys", 0, "use")("requests"),
            at("periods", 1, "keys", 0, "use")(0),
            at("periods", 1, "keys", 0, "modulus")("AAAA"),
            at("periods", 1, "keys", 0, "challenges")([]),
            at("periods", 1, "keys", 0, "challenges")("AAAA"),
            at("periods", 1, "keys", 0, "coordinator")(True),
        ],
    )
    def test_a_signed_almanac_of_another_shape_is_refused(
        self, trial: TrialCircle, change: Change
    ) -> None:
        with pytest.raises(WrongShape):
            read_circle(changed_almanac(trial, change))

    @pytest.mark.parametrize("version", [0, 2])
    def test_an_unknown_version_is_refused_as_such(self, trial: TrialCircle, version: int) -> None:
        with pytest.raises(UnknownVersion):
            read_circle(changed_almanac(trial, at("version")(version)))

    def test_a_node_twice_is_refused(self, trial: TrialCircle) -> None:
        with pytest.raises(WrongShape):
            read_circle(changed_almanac(trial, lambda a: a["nodes"].append(a["nodes"][0])))

    def test_periods_in_falling_order_are_refused(self, trial: TrialCircle) -> None:
        with pytest.raises(WrongShape):
            read_circle(changed_almanac(trial, lambda a: a["periods"].reverse()))

    def test_a_circle_may_begin_in_the_middle_of_a_quarter(self, trial: TrialCircle) -> None:
        document = changed_almanac(trial, at("periods", 0, "from_day")(FIRST - 10))
        circle = read_circle(document)
        assert circle.periods[0].from_day == FIRST - 10
        with pytest.raises(InvalidKey):
            circle.period_on(FIRST - 11)

    def test_a_catalogue_of_64_kib_is_read_and_one_byte_more_is_not(
        self, trial: TrialCircle
    ) -> None:
        room = CATALOGUE_BYTES - len('{"a":""}')
        assert read_circle(changed_almanac(trial, at("catalogue")({"a": "x" * room})))
        with pytest.raises(WrongShape):
            read_circle(changed_almanac(trial, at("catalogue")({"a": "x" * (room + 1)})))


def test_what_the_protocol_page_names_is_the_default_policy() -> None:
    assert DEFAULT_POLICY.model_dump() == {
        "epoch_seconds": 86_400,
        "answer_epochs": 2,
        "respond_epochs": 7,
        "send_epochs": 3,
        "confirm_epochs": 30,
        "card_epochs": 90,
        "match_left_epochs": 42,
        "again_epochs": 7,
        "drop_days": 90,
        "jitter_days": 7,
        "keep_days": 97,
        "batch_records": 2,
        "invites_per_day": 20,
        "intake_pool": 512,
        "intake_draw": 64,
    }
