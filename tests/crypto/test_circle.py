import json
import pickle
from dataclasses import replace
from typing import Any

import pytest

from crypto.almanac import (
    DEFAULT_POLICY,
    Almanac,
    Charter,
    CoordinatorEntry,
    KeyEntry,
    NodeEntry,
    PeriodEntry,
    circle_digest,
)
from crypto.certifying_keys import CardClass, Use
from crypto.circle import Circle, read_circle, replaces, sign_circle, write_circle
from crypto.documents import public_key_of
from crypto.errors import CryptoError, InvalidKey, InvalidSignature, WrongShape
from crypto.labels import hashed
from crypto.periods import days_of
from crypto.signing_keys import challenges
from tests.circles import (
    TODAY,
    TrialCircle,
    at,
    changed_almanac,
    make_trial_circle,
    seed_of,
    trial_signing_key,
)


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    return make_trial_circle()


def _three_signers(trial: TrialCircle) -> tuple[Charter, tuple[bytes, bytes, bytes]]:
    seeds = (seed_of("signer 0"), seed_of("signer 1"), seed_of("signer 2"))
    signers = tuple(public_key_of(seed) for seed in seeds)
    return trial.charter.model_copy(update={"signers": signers, "threshold": 2}), seeds


class TestReading:
    def test_a_circle_reads_whole(self, trial: TrialCircle) -> None:
        circle = read_circle(json.dumps(trial.document).encode())
        assert circle == trial.circle
        assert circle.digest == hashed("klunak circle", trial.document["charter"].encode())
        assert circle.trial
        assert circle.serial == 1
        assert circle.policy == DEFAULT_POLICY
        assert circle.coordinators == tuple(map(public_key_of, trial.coordinator_seeds))
        assert circle.matchers == (public_key_of(trial.matcher_seed),)
        assert [len(key) for key in circle.sealing_keys] == [1_216, 1_216]

    def test_the_names_of_both_texts_are_those_of_the_protocol(self, trial: TrialCircle) -> None:
        assert list(json.loads(trial.document["charter"])) == [
            *("version", "name", "signers", "threshold", "coordinators", "matchers")
        ]
        almanac = json.loads(trial.document["almanac"])
        assert list(almanac) == [
            *("version", "circle", "serial", "trial", "nodes", "policy", "catalogue"),
            *("coordinators", "periods"),
        ]
        assert list(almanac["periods"][0]) == [
            *("period", "from_day", "to_day", "request", "offer", "keys")
        ]
        assert list(almanac["periods"][0]["keys"][0]) == [
            *("coordinator", "use", "modulus", "challenges")
        ]

    def test_the_catalogue_is_kept_as_parsed(self) -> None:
        catalogue = {"stores": [{"name": "Крама", "modes": [0, 1]}]}
        assert make_trial_circle(catalogue=catalogue).circle.catalogue == catalogue

    def test_policy_values_can_differ_from_the_defaults(self) -> None:
        assert make_trial_circle(epoch_seconds=1).circle.policy.epoch_seconds == 1

    def test_a_circle_travels_to_another_process(self, trial: TrialCircle) -> None:
        assert pickle.loads(pickle.dumps(trial.circle)) == trial.circle


class TestDuties:
    def test_periods_are_found_by_number_and_by_day(self, trial: TrialCircle) -> None:
        assert trial.circle.period_on(TODAY) is trial.circle.period(trial.period)
        assert trial.circle.period_on(TODAY - 1) is trial.circle.period(trial.period - 1)

    def test_a_missing_period_is_refused(self, trial: TrialCircle) -> None:
        with pytest.raises(InvalidKey):
            trial.circle.period(trial.period + 1)
        with pytest.raises(InvalidKey):
            trial.circle.period_on(days_of(trial.period)[1] + 1)

    def test_duties_name_two_coordinators_in_order(self, trial: TrialCircle) -> None:
        assert trial.circle.duty(trial.period, CardClass.REQUEST) == (0, 1)
        assert trial.circle.duty(trial.period, CardClass.OFFER) == (0, 1)

    def test_every_duty_has_its_own_key(self, trial: TrialCircle) -> None:
        circle, period = trial.circle, trial.period
        keys = [
            *circle.certificate_keys(period, CardClass.REQUEST),
            *circle.certificate_keys(period, CardClass.OFFER),
            circle.stamp_key(period),
            circle.receipt_key(period),
        ]
        assert [(key.coordinator, key.use) for key in keys] == [
            *((0, Use.REQUEST), (1, Use.REQUEST), (0, Use.OFFER), (1, Use.OFFER)),
            *((0, Use.STAMP), (1, Use.RECEIPT)),
        ]
        assert len({key.modulus for key in keys}) == 6

    @pytest.mark.parametrize(("use", "coordinator"), [(Use.STAMP, 1), (Use.RECEIPT, 0)])
    def test_a_key_without_a_duty_does_not_exist(
        self, trial: TrialCircle, use: Use, coordinator: int
    ) -> None:
        with pytest.raises(InvalidKey):
            trial.circle.certifying_key(trial.period, use, coordinator)

    def test_the_classes_may_differ_in_their_second_duty(self) -> None:
        circle = _circle_of_three()
        period = circle.periods[0].number
        assert circle.duty(period, CardClass.REQUEST) == (0, 1)
        assert circle.duty(period, CardClass.OFFER) == (0, 2)
        assert circle.receipt_key(period).coordinator == 1


class TestSigners:
    def test_enough_signers_are_enough(self, trial: TrialCircle) -> None:
        charter, seeds = _three_signers(trial)
        digest = circle_digest(charter)
        # The trial's keys answer for its own digest; so the keys are what fails, and only they.
        document = write_circle(
            charter, trial.almanac.model_copy(update={"circle": digest}), seeds[1:]
        )
        with pytest.raises(InvalidKey):
            read_circle(document)

    def test_too_few_signers_are_refused(self, trial: TrialCircle) -> None:
        charter, seeds = _three_signers(trial)
        almanac = trial.almanac.model_copy(update={"circle": circle_digest(charter)})
        with pytest.raises(InvalidSignature, match="too few"):
            read_circle(write_circle(charter, almanac, seeds[:1]))

    def test_one_signer_twice_is_refused(self, trial: TrialCircle) -> None:
        charter, seeds = _three_signers(trial)
        almanac = trial.almanac.model_copy(update={"circle": circle_digest(charter)})
        document = write_circle(charter, almanac, seeds[:1])
        ((signer, signature),) = document["signatures"].items()
        twice = f'{{"{signer}": "{signature}", "{signer}": "{signature}"}}'
        frame = {"charter": document["charter"], "almanac": document["almanac"]}
        text = json.dumps(frame)[:-1] + f', "signatures": {twice}}}'
        with pytest.raises(WrongShape):
            read_circle(text)

    def test_one_signer_in_two_spellings_is_refused(self, trial: TrialCircle) -> None:
        charter, seeds = _three_signers(trial)
        almanac = trial.almanac.model_copy(update={"circle": circle_digest(charter)})
        document = write_circle(charter, almanac, seeds[:1])
        ((signer, signature),) = document["signatures"].items()
        with pytest.raises(InvalidSignature):
            read_circle(document | {"signatures": {signer: signature, signer.upper(): signature}})

    def test_signers_who_sit_apart_add_to_one_document(self, trial: TrialCircle) -> None:
        charter, seeds = _three_signers(trial)
        almanac = trial.almanac.model_copy(update={"circle": circle_digest(charter)})
        at_once = write_circle(charter, almanac, seeds)
        apart = write_circle(charter, almanac, ())
        for seed in seeds:
            apart = sign_circle(json.dumps(apart), seed)
        assert apart == at_once

    def test_no_signature_is_refused(self, trial: TrialCircle) -> None:
        with pytest.raises(InvalidSignature):
            read_circle(trial.document | {"signatures": {}})

    def test_a_stranger_s_signature_beside_a_right_one_is_refused(self, trial: TrialCircle) -> None:
        with pytest.raises(InvalidSignature, match="stranger"):
            read_circle(sign_circle(trial.document, seed_of("stranger")))

    def test_a_wrong_signature_beside_enough_right_ones_is_refused(
        self, trial: TrialCircle
    ) -> None:
        charter, seeds = _three_signers(trial)
        almanac = trial.almanac.model_copy(update={"circle": circle_digest(charter)})
        document = write_circle(charter, almanac, seeds)
        document["signatures"][public_key_of(seeds[0]).hex()] = "00" * 64
        with pytest.raises(InvalidSignature):
            read_circle(document)

    @pytest.mark.parametrize("text", ["charter", "almanac"])
    def test_one_space_more_in_a_signed_text_is_refused(
        self, trial: TrialCircle, text: str
    ) -> None:
        with pytest.raises(InvalidSignature):
            read_circle(trial.document | {text: trial.document[text] + " "})

    def test_the_almanac_of_another_circle_is_refused(self, trial: TrialCircle) -> None:
        other = make_trial_circle(name="another trial")
        document = write_circle(trial.charter, other.almanac, trial.signer_seeds)
        with pytest.raises(InvalidSignature, match="another circle"):
            read_circle(document)


class TestPins:
    def test_the_pinned_circle_is_read(self, trial: TrialCircle) -> None:
        assert read_circle(trial.document, pinned_digest=trial.circle.digest) == trial.circle
        assert read_circle(trial.document, pinned_signers=trial.circle.signers) == trial.circle

    def test_a_substituted_circle_of_the_same_signers_is_refused(self, trial: TrialCircle) -> None:
        other = make_trial_circle(name="another trial")
        assert other.circle.signers == trial.circle.signers
        with pytest.raises(InvalidSignature):
            read_circle(other.document, pinned_digest=trial.circle.digest)

    @pytest.mark.parametrize("others", [(), (b"\x01" * 32,)])
    def test_a_circle_of_other_signers_is_refused(
        self, trial: TrialCircle, others: tuple[bytes, ...]
    ) -> None:
        with pytest.raises(InvalidSignature):
            read_circle(trial.document, pinned_signers=others)

    def test_a_circle_without_one_of_the_pinned_signers_is_refused(
        self, trial: TrialCircle
    ) -> None:
        with pytest.raises(InvalidSignature):
            read_circle(trial.document, pinned_signers=(*trial.circle.signers, b"\x01" * 32))


class TestReplacing:
    def test_a_higher_serial_of_the_same_circle_replaces(self, trial: TrialCircle) -> None:
        later = read_circle(trial.rewritten(serial=2))
        assert replaces(trial.circle, later)
        assert not replaces(later, trial.circle)
        assert not replaces(trial.circle, trial.circle)

    def test_a_higher_serial_of_another_circle_does_not(self, trial: TrialCircle) -> None:
        other = make_trial_circle(name="another trial")
        assert not replaces(trial.circle, replace(other.circle, serial=9))


class TestFrames:
    @pytest.mark.parametrize(
        "change",
        [
            {"charter": {}},
            {"almanac": None},
            {"signatures": []},
            {"signatures": {"00": 5}},
            {"signatures": "00"},
            {"more": 1},
            {"charter": "[]"},
            {"charter": "{"},
        ],
    )
    def test_a_frame_of_another_shape_is_refused(
        self, trial: TrialCircle, change: dict[str, Any]
    ) -> None:
        with pytest.raises(WrongShape):
            read_circle(trial.document | change)

    @pytest.mark.parametrize("name", ["charter", "almanac", "signatures"])
    def test_a_frame_with_a_part_missing_is_refused(self, trial: TrialCircle, name: str) -> None:
        document = {key: value for key, value in trial.document.items() if key != name}
        with pytest.raises(WrongShape):
            read_circle(document)

    @pytest.mark.parametrize("signature", ["", "00", "AA" * 64, "zz" * 64, " " + "00" * 64])
    def test_a_signature_in_another_spelling_is_refused(
        self, trial: TrialCircle, signature: str
    ) -> None:
        signer = trial.circle.signers[0].hex()
        with pytest.raises(WrongShape):
            read_circle(trial.document | {"signatures": {signer: signature}})


FIRST, LAST = days_of(8_104)


class TestKeys:
    @pytest.mark.parametrize("number", range(6))
    def test_a_missing_key_is_refused(self, trial: TrialCircle, number: int) -> None:
        with pytest.raises(InvalidKey):
            read_circle(changed_almanac(trial, at("periods", 1, "keys", number)(...)))

    def test_a_key_twice_is_refused(self, trial: TrialCircle) -> None:
        def twice(almanac: dict[str, Any]) -> None:
            almanac["periods"][1]["keys"].append(almanac["periods"][1]["keys"][0])

        with pytest.raises(InvalidKey):
            read_circle(changed_almanac(trial, twice))

    def test_a_key_in_the_place_of_another_is_refused(self, trial: TrialCircle) -> None:
        def instead(almanac: dict[str, Any]) -> None:
            keys = almanac["periods"][1]["keys"]
            keys[4] = {**keys[0], "use": "stamp"}

        with pytest.raises(InvalidKey):
            read_circle(changed_almanac(trial, instead))

    @pytest.mark.parametrize(
        ("coordinator", "use"), [(1, "stamp"), (0, "receipt"), (0, "offer"), (7, "request")]
    )
    def test_a_key_without_a_duty_is_refused(
        self, trial: TrialCircle, coordinator: int, use: str
    ) -> None:
        def other(almanac: dict[str, Any]) -> None:
            almanac["periods"][1]["keys"][5].update({"coordinator": coordinator, "use": use})

        with pytest.raises(InvalidKey):
            read_circle(changed_almanac(trial, other))

    def test_the_keys_of_another_period_are_refused(self, trial: TrialCircle) -> None:
        def exchanged(almanac: dict[str, Any]) -> None:
            old, new = almanac["periods"]
            old["keys"], new["keys"] = new["keys"], old["keys"]

        with pytest.raises(InvalidKey):
            read_circle(changed_almanac(trial, exchanged))

    def test_permuted_challenges_are_refused(self, trial: TrialCircle) -> None:
        entry = trial.almanac.periods[1].keys[2]
        roots = entry.challenges
        permuted = entry.model_copy(
            update={"challenges": roots[256:512] + roots[:256] + roots[512:]}
        )
        with pytest.raises(InvalidKey):
            read_circle(_with_key(trial, 2, permuted))

    def test_a_flipped_bit_in_a_modulus_is_refused(self, trial: TrialCircle) -> None:
        entry = trial.almanac.periods[1].keys[2]
        modulus = bytearray(entry.modulus)
        modulus[100] ^= 1
        with pytest.raises(InvalidKey):
            read_circle(_with_key(trial, 2, entry.model_copy(update={"modulus": bytes(modulus)})))

    def test_one_modulus_for_two_uses_is_refused_though_it_answers_for_both(self) -> None:
        # With one key for both, a stamp blinded as a receipt would be signed as a stamp.
        with pytest.raises(InvalidKey, match="two places"):
            _circle_of_three(shared_modulus=True)


def test_a_flipped_bit_anywhere_in_the_document_is_refused(trial: TrialCircle) -> None:
    data = json.dumps(trial.document).encode()
    for place in range(0, len(data), 97):
        altered = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(CryptoError):
            read_circle(altered)


def test_a_document_cut_short_anywhere_is_refused(trial: TrialCircle) -> None:
    data = json.dumps(trial.document).encode()
    for size in range(0, len(data), 997):
        with pytest.raises(WrongShape):
            read_circle(data[:size])


def _with_key(trial: TrialCircle, number: int, entry: Any) -> dict[str, Any]:
    old, new = trial.almanac.periods
    keys = (*new.keys[:number], entry, *new.keys[number + 1 :])
    return trial.rewritten(periods=(old, new.model_copy(update={"keys": keys})))


def _circle_of_three(*, shared_modulus: bool = False) -> Circle:
    """A circle of one period whose offers have another second coordinator than its requests."""
    seeds = [seed_of(f"coordinator {number}") for number in range(3)]
    signer_seed = seed_of("signer")
    charter = Charter(
        name="three",
        signers=(public_key_of(signer_seed),),
        threshold=1,
        coordinators=tuple(public_key_of(seed) for seed in seeds),
        matchers=(public_key_of(seed_of("matcher")),),
    )
    digest = circle_digest(charter)
    duties = (
        *((0, Use.REQUEST), (1, Use.REQUEST), (0, Use.OFFER), (2, Use.OFFER)),
        *((0, Use.STAMP), (1, Use.RECEIPT)),
    )
    keys = []
    for number, (coordinator, use) in enumerate(duties):
        key = trial_signing_key(0 if shared_modulus and use is Use.STAMP else number)
        roots = b"".join(challenges(key, digest, 8_104, use))
        keys.append(
            KeyEntry(coordinator=coordinator, use=use.value, modulus=key.modulus, challenges=roots)
        )
    almanac = Almanac(
        circle=digest,
        serial=1,
        trial=True,
        nodes=(NodeEntry(key=b"\x01" * 32, address="http://node.example"),),
        policy=DEFAULT_POLICY,
        catalogue={},
        coordinators=(CoordinatorEntry(sealing=bytes(1_216)),) * 3,
        periods=(
            PeriodEntry(
                period=8_104,
                from_day=FIRST,
                to_day=LAST,
                request=(0, 1),
                offer=(0, 2),
                keys=tuple(keys),
            ),
        ),
    )
    return read_circle(write_circle(charter, almanac, (signer_seed,)))
