from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from hypothesis import given
from hypothesis import strategies as st

from crypto.certificates import (
    STAMP_BYTES,
    CardClass,
    Receipt,
    Stamp,
    certificate_message,
    key_part,
    receipt_message,
    root_of,
    root_of_parts,
    stamp_message,
    tag_part,
    verify_certificate,
    verify_receipt,
    verify_root,
    verify_signature,
    verify_stamp,
)
from crypto.certifying_keys import Use
from crypto.errors import InvalidCertificate, WrongLength
from crypto.labels import hashed
from tests.circles import TrialCircle, make_trial_circle

PUBLIC_KEY = bytes(range(64)) * 19
CLAIM_TAG = b"\x02" * 32
NONCE = b"\x03" * 32
CLASSES = list(CardClass)


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    return make_trial_circle()


@pytest.fixture(scope="module")
def other() -> TrialCircle:
    return make_trial_circle(name="another trial")


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


class TestRoots:
    def test_a_root_commits_to_class_period_circle_key_and_tag(self) -> None:
        circle = b"\x01" * 32
        parts = hashed("klunak root key", PUBLIC_KEY) + hashed("klunak root tag", CLAIM_TAG)
        expected = hashed("klunak root", b"\x01" + b"\x00\x00\x1f\xa8" + circle + parts)
        assert root_of(circle, CardClass.OFFER, 8_104, PUBLIC_KEY, CLAIM_TAG) == expected

    def test_either_part_can_be_shown_without_the_other(self) -> None:
        circle = b"\x01" * 32
        whole = root_of(circle, CardClass.REQUEST, 8_104, PUBLIC_KEY, CLAIM_TAG)
        parts = key_part(PUBLIC_KEY), tag_part(CLAIM_TAG)
        assert root_of_parts(circle, CardClass.REQUEST, 8_104, *parts) == whole

    def test_whatever_differs_gives_another_root(self) -> None:
        circle = b"\x01" * 32
        roots = {
            root_of(circle, CardClass.REQUEST, 8_104, PUBLIC_KEY, CLAIM_TAG),
            root_of(circle, CardClass.OFFER, 8_104, PUBLIC_KEY, CLAIM_TAG),
            root_of(circle, CardClass.REQUEST, 8_103, PUBLIC_KEY, CLAIM_TAG),
            root_of(b"\x02" * 32, CardClass.REQUEST, 8_104, PUBLIC_KEY, CLAIM_TAG),
            root_of(circle, CardClass.REQUEST, 8_104, _flipped(PUBLIC_KEY, 0), CLAIM_TAG),
            root_of(circle, CardClass.REQUEST, 8_104, PUBLIC_KEY, _flipped(CLAIM_TAG, 0)),
        }
        assert len(roots) == 6

    @pytest.mark.parametrize(("key_size", "tag_size"), [(1_215, 32), (1_217, 32), (1_216, 31)])
    def test_a_key_or_tag_of_another_size_has_no_root(self, key_size: int, tag_size: int) -> None:
        with pytest.raises(WrongLength):
            root_of(b"\x01" * 32, CardClass.REQUEST, 8_104, bytes(key_size), bytes(tag_size))


class TestMessages:
    def test_messages_are_bound_to_purpose_circle_and_period(self) -> None:
        circle, period = b"\x01" * 32, b"\x00\x00\x1f\xa8"
        root = b"\x04" * 32
        assert certificate_message(circle, root) == b"klunak/1/certificate\0" + circle + root
        stamp = b"klunak/1/stamp\0" + circle + period + NONCE
        assert stamp_message(circle, 8_104, NONCE) == stamp
        receipt = b"klunak/1/receipt\0" + circle + period + NONCE
        assert receipt_message(circle, 8_104, NONCE) == receipt


@pytest.mark.parametrize("card_class", CLASSES)
class TestCertificates:
    def test_a_certificate_gives_its_root(self, trial: TrialCircle, card_class: CardClass) -> None:
        signatures = trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG)
        root = verify_certificate(
            trial.circle, card_class, trial.period, PUBLIC_KEY, CLAIM_TAG, signatures
        )
        assert root == root_of(trial.circle.digest, card_class, trial.period, PUBLIC_KEY, CLAIM_TAG)
        assert verify_root(trial.circle, card_class, trial.period, root, signatures) == root

    def test_a_certificate_of_the_previous_period_counts(
        self, trial: TrialCircle, card_class: CardClass
    ) -> None:
        period = trial.period - 1
        signatures = trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG, period)
        assert verify_certificate(
            trial.circle, card_class, period, PUBLIC_KEY, CLAIM_TAG, signatures
        )

    def test_the_other_class_is_refused(self, trial: TrialCircle, card_class: CardClass) -> None:
        signatures = trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG)
        with pytest.raises(InvalidCertificate):
            verify_certificate(
                *(trial.circle, CardClass(1 - card_class), trial.period),
                *(PUBLIC_KEY, CLAIM_TAG, signatures),
            )

    @pytest.mark.parametrize("difference", [-1, 1, 2**40, -(2**14)])
    def test_another_period_is_refused(
        self, trial: TrialCircle, card_class: CardClass, difference: int
    ) -> None:
        signatures = trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG)
        period = trial.period + difference
        with pytest.raises(InvalidCertificate):
            verify_certificate(trial.circle, card_class, period, PUBLIC_KEY, CLAIM_TAG, signatures)

    def test_another_circle_is_refused_though_its_keys_are_the_same(
        self, trial: TrialCircle, other: TrialCircle, card_class: CardClass
    ) -> None:
        assert trial.circle.stamp_key(trial.period).modulus == (
            other.circle.stamp_key(other.period).modulus
        )
        signatures = other.certificate(card_class, PUBLIC_KEY, CLAIM_TAG)
        with pytest.raises(InvalidCertificate):
            verify_certificate(
                trial.circle, card_class, trial.period, PUBLIC_KEY, CLAIM_TAG, signatures
            )

    def test_one_signature_twice_is_refused(
        self, trial: TrialCircle, card_class: CardClass
    ) -> None:
        for signature in trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG):
            with pytest.raises(InvalidCertificate):
                verify_certificate(
                    *(trial.circle, card_class, trial.period),
                    *(PUBLIC_KEY, CLAIM_TAG, (signature, signature)),
                )

    def test_signatures_in_the_other_order_are_refused(
        self, trial: TrialCircle, card_class: CardClass
    ) -> None:
        first, second = trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG)
        with pytest.raises(InvalidCertificate):
            verify_certificate(
                *(trial.circle, card_class, trial.period),
                *(PUBLIC_KEY, CLAIM_TAG, (second, first)),
            )

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_fewer_or_more_than_two_signatures_are_refused(
        self, trial: TrialCircle, card_class: CardClass, count: int
    ) -> None:
        signatures = (trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG) * 2)[:count]
        with pytest.raises(InvalidCertificate):
            verify_certificate(
                trial.circle, card_class, trial.period, PUBLIC_KEY, CLAIM_TAG, signatures
            )

    @pytest.mark.parametrize("place", [0, 600, 1_215])
    def test_a_flipped_bit_of_the_key_is_refused(
        self, trial: TrialCircle, card_class: CardClass, place: int
    ) -> None:
        signatures = trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG)
        with pytest.raises(InvalidCertificate):
            verify_certificate(
                *(trial.circle, card_class, trial.period),
                *(_flipped(PUBLIC_KEY, place), CLAIM_TAG, signatures),
            )

    def test_a_flipped_bit_of_the_tag_is_refused(
        self, trial: TrialCircle, card_class: CardClass
    ) -> None:
        signatures = trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG)
        with pytest.raises(InvalidCertificate):
            verify_certificate(
                *(trial.circle, card_class, trial.period),
                *(PUBLIC_KEY, _flipped(CLAIM_TAG, 31), signatures),
            )

    @pytest.mark.parametrize("place", [0, 128, 255])
    def test_a_flipped_bit_of_either_signature_is_refused(
        self, trial: TrialCircle, card_class: CardClass, place: int
    ) -> None:
        first, second = trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG)
        for signatures in ((_flipped(first, place), second), (first, _flipped(second, place))):
            with pytest.raises(InvalidCertificate):
                verify_certificate(
                    *(trial.circle, card_class, trial.period),
                    *(PUBLIC_KEY, CLAIM_TAG, signatures),
                )

    @pytest.mark.parametrize(("key_size", "tag_size"), [(0, 32), (1_215, 32), (1_216, 33)])
    def test_a_key_or_tag_of_another_size_is_refused(
        self, trial: TrialCircle, card_class: CardClass, key_size: int, tag_size: int
    ) -> None:
        signatures = trial.certificate(card_class, PUBLIC_KEY, CLAIM_TAG)
        with pytest.raises(InvalidCertificate):
            verify_certificate(
                *(trial.circle, card_class, trial.period),
                *(bytes(key_size), bytes(tag_size), signatures),
            )

    @pytest.mark.parametrize("size", [0, 31, 33])
    def test_a_root_of_another_size_is_refused_even_if_signed(
        self, trial: TrialCircle, card_class: CardClass, size: int
    ) -> None:
        message = certificate_message(trial.circle.digest, bytes(size))
        first, second = (
            trial.sign(trial.period, card_class.use, coordinator, message)
            for coordinator in trial.circle.duty(trial.period, card_class)
        )
        with pytest.raises(InvalidCertificate):
            verify_root(trial.circle, card_class, trial.period, bytes(size), (first, second))

    def test_a_root_signed_with_the_keys_of_other_uses_is_refused(
        self, trial: TrialCircle, card_class: CardClass
    ) -> None:
        root = root_of(trial.circle.digest, card_class, trial.period, PUBLIC_KEY, CLAIM_TAG)
        message = certificate_message(trial.circle.digest, root)
        signatures = (
            trial.sign(trial.period, Use.STAMP, 0, message),
            trial.sign(trial.period, Use.RECEIPT, 1, message),
        )
        with pytest.raises(InvalidCertificate):
            verify_root(trial.circle, card_class, trial.period, root, signatures)


class TestStampsAndReceipts:
    def test_a_signed_stamp_and_receipt_come_back(self, trial: TrialCircle) -> None:
        stamp, receipt = trial.stamp(NONCE), trial.receipt(NONCE)
        assert verify_stamp(trial.circle, stamp) is stamp
        assert verify_receipt(trial.circle, receipt) is receipt

    def test_those_of_the_previous_period_count(self, trial: TrialCircle) -> None:
        assert verify_stamp(trial.circle, trial.stamp(NONCE, trial.period - 1))
        assert verify_receipt(trial.circle, trial.receipt(NONCE, trial.period - 1))

    def test_a_stamp_is_no_receipt_and_a_receipt_no_stamp(self, trial: TrialCircle) -> None:
        stamp, receipt = trial.stamp(NONCE), trial.receipt(NONCE)
        with pytest.raises(InvalidCertificate):
            verify_receipt(trial.circle, Receipt.from_bytes(stamp.to_bytes()))
        with pytest.raises(InvalidCertificate):
            verify_stamp(trial.circle, Stamp.from_bytes(receipt.to_bytes()))

    def test_a_receipt_s_words_under_the_stamp_key_are_refused(self, trial: TrialCircle) -> None:
        message = receipt_message(trial.circle.digest, trial.period, NONCE)
        signature = trial.sign(trial.period, Use.STAMP, 0, message)
        with pytest.raises(InvalidCertificate):
            verify_stamp(trial.circle, Stamp(trial.period, NONCE, signature))
        with pytest.raises(InvalidCertificate):
            verify_receipt(trial.circle, Receipt(trial.period, NONCE, signature))

    @pytest.mark.parametrize("period", [0, 8_103, 8_105, 2**32 - 1, 2**40, -1])
    def test_another_period_is_refused(self, trial: TrialCircle, period: int) -> None:
        with pytest.raises(InvalidCertificate):
            verify_stamp(trial.circle, replace(trial.stamp(NONCE), period=period))
        with pytest.raises(InvalidCertificate):
            verify_receipt(trial.circle, replace(trial.receipt(NONCE), period=period))

    def test_another_circle_is_refused(self, trial: TrialCircle, other: TrialCircle) -> None:
        with pytest.raises(InvalidCertificate):
            verify_stamp(trial.circle, other.stamp(NONCE))
        with pytest.raises(InvalidCertificate):
            verify_receipt(trial.circle, other.receipt(NONCE))

    def test_a_flipped_bit_in_any_byte_of_the_wire_form_is_refused(
        self, trial: TrialCircle
    ) -> None:
        data = trial.stamp(NONCE).to_bytes()
        for place in range(STAMP_BYTES):
            with pytest.raises(InvalidCertificate):
                verify_stamp(trial.circle, Stamp.from_bytes(_flipped(data, place)))

    @pytest.mark.parametrize("size", [0, 31, 33])
    def test_a_nonce_of_another_size_is_refused_even_if_signed(
        self, trial: TrialCircle, size: int
    ) -> None:
        with pytest.raises(InvalidCertificate):
            verify_stamp(trial.circle, trial.stamp(bytes(size)))

    @pytest.mark.parametrize("signature", [b"", bytes(255), bytes(256), bytes(257), b"\xff" * 256])
    def test_a_signature_of_another_size_or_out_of_range_is_refused(
        self, trial: TrialCircle, signature: bytes
    ) -> None:
        with pytest.raises(InvalidCertificate):
            verify_stamp(trial.circle, Stamp(trial.period, NONCE, signature))

    def test_a_signature_plus_the_modulus_is_refused(self, trial: TrialCircle) -> None:
        # s + n raises to the same value; a second spelling would be spent a second time.
        key = trial.circle.stamp_key(trial.period)
        # Up to half of all signatures leave room for n above them in 256 bytes.
        for number in range(64):
            nonce = number.to_bytes(32, "big")
            above = int.from_bytes(trial.stamp(nonce).signature, "big") + key.n
            if above < 2**2_048:
                break
        else:
            pytest.skip("a modulus so close to 2^2048 leaves no room")
        with pytest.raises(InvalidCertificate):
            verify_stamp(trial.circle, Stamp(trial.period, nonce, above.to_bytes(256, "big")))

    def test_a_salted_signature_is_refused(self, trial: TrialCircle) -> None:
        key = trial.signing_key(trial.period, Use.STAMP)
        d = pow(65_537, -1, (key.p - 1) * (key.q - 1))
        private = rsa.RSAPrivateNumbers(
            key.p,
            key.q,
            d,
            rsa.rsa_crt_dmp1(d, key.p),
            rsa.rsa_crt_dmq1(d, key.q),
            rsa.rsa_crt_iqmp(key.p, key.q),
            rsa.RSAPublicNumbers(65_537, key.n),
        ).private_key()
        message = stamp_message(trial.circle.digest, trial.period, NONCE)
        mask = padding.MGF1(SHA384())

        unsalted = private.sign(message, padding.PSS(mask, 0), SHA384())
        salted = private.sign(message, padding.PSS(mask, 48), SHA384())

        assert unsalted == trial.stamp(NONCE).signature
        with pytest.raises(InvalidCertificate):
            verify_stamp(trial.circle, Stamp(trial.period, NONCE, salted))


class TestWireForm:
    @given(
        st.integers(0, 2**32 - 1),
        st.binary(min_size=32, max_size=32),
        st.binary(min_size=256, max_size=256),
    )
    def test_the_wire_form_comes_back(self, period: int, nonce: bytes, signature: bytes) -> None:
        stamp = Stamp(period, nonce, signature)
        assert stamp.to_bytes() == period.to_bytes(4, "big") + nonce + signature
        assert Stamp.from_bytes(stamp.to_bytes()) == stamp

    @pytest.mark.parametrize("size", [0, 291, 293])
    def test_another_length_is_refused(self, size: int) -> None:
        with pytest.raises(WrongLength):
            Stamp.from_bytes(bytes(size))
        with pytest.raises(WrongLength):
            Receipt.from_bytes(bytes(size))

    def test_a_stamp_never_equals_a_receipt(self) -> None:
        stamp: object = Stamp(1, NONCE, bytes(256))
        assert stamp != Receipt(1, NONCE, bytes(256))

    def test_repr_hides_what_it_is_worth(self) -> None:
        assert repr(Stamp(1, NONCE, bytes(256))) == "Stamp(period=1)"


def test_a_bare_signature_is_verified_by_its_key_alone(trial: TrialCircle) -> None:
    key = trial.circle.stamp_key(trial.period)
    verify_signature(key, b"message", trial.sign(trial.period, Use.STAMP, 0, b"message"))
    with pytest.raises(InvalidCertificate):
        verify_signature(key, b"another", trial.sign(trial.period, Use.STAMP, 0, b"message"))
