"""Keyrings: what a passphrase seals stays whole, hidden and one's own."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from clients.errors import (
    KeyringBusy,
    KeyringError,
    KeyringExists,
    KeyringExposed,
    WrongPassphrase,
)
from clients.operators import private_files
from clients.operators.keyring import (
    Burned,
    CoordinatorKeyring,
    CoordinatorSecrets,
    HeldEpoch,
    MatcherKeyring,
    MatcherSecrets,
)
from clients.operators.sealed_file import (
    BLOCK_BYTES,
    CHEAPEST,
    HEADER_BYTES,
    RFC_9106_SECOND_ONE_LANE,
)
from crypto.errors import InvalidKey
from tests.patience import PATIENCE_SECONDS

PASSPHRASE = "сем вёдраў бульбы"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "coordinator.keyring"


@pytest.fixture
def keyring(path: Path) -> CoordinatorKeyring:
    return CoordinatorKeyring.create(path, PASSPHRASE, cost=CHEAPEST)


def reread(keyring: CoordinatorKeyring) -> CoordinatorSecrets:
    return keyring.change(lambda kept: kept)


def burn(number: int) -> Burned:
    return Burned(spent=number.to_bytes(32, "big"), on=bytes(32), period=8103)


def test_what_was_changed_is_there_in_a_new_process(
    path: Path, keyring: CoordinatorKeyring
) -> None:
    keyring.change(lambda kept: replace(kept, burned_for_slots=(burn(1),)))

    again = CoordinatorKeyring.open(path, PASSPHRASE)

    assert again.secrets == keyring.secrets
    assert again.secrets.burned_for_slots == (burn(1),)
    assert again.public_key == keyring.public_key


def test_a_wrong_passphrase_and_a_damaged_file_are_one_answer(
    path: Path, keyring: CoordinatorKeyring
) -> None:
    with pytest.raises(WrongPassphrase):
        CoordinatorKeyring.open(path, PASSPHRASE + " ")

    data = bytearray(path.read_bytes())
    for place in (HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + 30, len(data) - 1):
        data[place] ^= 1
        path.write_bytes(data)
        with pytest.raises(WrongPassphrase):
            CoordinatorKeyring.open(path, PASSPHRASE)
        data[place] ^= 1


@pytest.mark.parametrize("cut", [0, 1, HEADER_BYTES, HEADER_BYTES + 40, 2_000])
def test_a_cut_file_is_refused(path: Path, keyring: CoordinatorKeyring, cut: int) -> None:
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(KeyringError):
        CoordinatorKeyring.open(path, PASSPHRASE)


@pytest.mark.parametrize(("place", "value"), [(17, 255), (21, 0), (21, 255), (22, 0), (22, 9)])
def test_a_header_cannot_ask_for_any_cost(
    path: Path, keyring: CoordinatorKeyring, place: int, value: int
) -> None:
    data = bytearray(path.read_bytes())
    data[place] = value
    path.write_bytes(data)
    with pytest.raises(KeyringError, match="not a keyring"):
        CoordinatorKeyring.open(path, PASSPHRASE)


def test_the_keyring_of_another_role_is_refused(path: Path, keyring: CoordinatorKeyring) -> None:
    with pytest.raises(KeyringError, match="another role"):
        MatcherKeyring.open(path, PASSPHRASE)


def test_it_is_its_owners_alone(path: Path, keyring: CoordinatorKeyring) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyringExposed):
        CoordinatorKeyring.open(path, PASSPHRASE)


def test_it_is_never_overwritten(path: Path, keyring: CoordinatorKeyring) -> None:
    with pytest.raises(KeyringExists):
        CoordinatorKeyring.create(path, "another", cost=CHEAPEST)


def test_a_link_is_not_followed(path: Path, keyring: CoordinatorKeyring) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    with pytest.raises(KeyringError):
        CoordinatorKeyring.open(link, PASSPHRASE)


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_crash_while_writing_leaves_the_old_one(
    path: Path, keyring: CoordinatorKeyring, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise OSError("the power went")

    before = path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(private_files.os, step, crash)
        with pytest.raises(OSError, match="power"):
            keyring.change(lambda kept: replace(kept, burned_for_slots=(burn(1),)))
    assert path.read_bytes() == before

    again = CoordinatorKeyring.open(path, PASSPHRASE)
    assert again.secrets.burned_for_slots == ()
    again.change(lambda kept: replace(kept, burned_for_slots=(burn(2),)))
    assert CoordinatorKeyring.open(path, PASSPHRASE).secrets.burned_for_slots == (burn(2),)


def test_a_step_that_raises_changes_nothing(path: Path, keyring: CoordinatorKeyring) -> None:
    def refuse(kept: CoordinatorSecrets) -> CoordinatorSecrets:
        raise InvalidKey

    before = path.read_bytes()
    with pytest.raises(InvalidKey):
        keyring.change(refuse)
    assert path.read_bytes() == before


def test_two_programs_see_each_others_changes(path: Path, keyring: CoordinatorKeyring) -> None:
    other = CoordinatorKeyring.open(path, PASSPHRASE)
    keyring.change(partial(_with_burned, 1))
    other.change(partial(_with_burned, 2))

    assert reread(keyring).burned_for_slots == (burn(1), burn(2))


def _with_burned(number: int, kept: CoordinatorSecrets) -> CoordinatorSecrets:
    return replace(kept, burned_for_slots=(*kept.burned_for_slots, burn(number)))


def _burn_many(path: Path, first: int) -> None:
    keyring = CoordinatorKeyring.open(path, PASSPHRASE)
    for number in range(first, first + 10):
        keyring.change(partial(_with_burned, number))


def test_two_clerks_at_once_lose_no_burn(path: Path, keyring: CoordinatorKeyring) -> None:
    context = get_context("spawn")
    clerks = [context.Process(target=_burn_many, args=(path, first)) for first in (0, 100)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join(PATIENCE_SECONDS)
    assert [clerk.exitcode for clerk in clerks] == [0, 0]
    assert len({one.spent for one in reread(keyring).burned_for_slots}) == 20


def test_a_lock_that_is_never_given_back_is_an_error(
    path: Path, keyring: CoordinatorKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_files, "LOCK_SECONDS", 0.05)
    other = CoordinatorKeyring.open(path, PASSPHRASE)

    def meanwhile(kept: CoordinatorSecrets) -> CoordinatorSecrets:
        with pytest.raises(KeyringBusy):
            reread(other)
        return kept

    keyring.change(meanwhile)


def test_nothing_of_it_shows(path: Path, keyring: CoordinatorKeyring) -> None:
    secrets = keyring.secrets
    shown = repr(keyring) + repr(secrets) + str(secrets) + repr(burn(1)) + repr(vars(keyring))
    assert secrets.signing_seed.hex() not in shown
    assert repr(secrets.signing_seed) not in shown
    assert secrets.signing_seed not in path.read_bytes()


def test_its_length_says_little(path: Path, keyring: CoordinatorKeyring) -> None:
    empty = path.stat().st_size
    keyring.change(lambda kept: replace(kept, burned_for_slots=tuple(map(burn, range(100)))))
    assert path.stat().st_size == empty
    keyring.change(lambda kept: replace(kept, burned_for_slots=tuple(map(burn, range(300)))))
    assert path.stat().st_size == empty + BLOCK_BYTES


def test_the_old_file_is_overwritten(path: Path, keyring: CoordinatorKeyring) -> None:
    with path.open("rb") as old:
        keyring.change(lambda kept: replace(kept, burned_for_slots=(burn(1),)))
        assert not any(old.read())
    assert path.read_bytes()[:6] == b"klunak"


def test_a_destroyed_epoch_key_is_gone(tmp_path: Path) -> None:
    keyring = MatcherKeyring.create(tmp_path / "matcher.keyring", PASSPHRASE, cost=CHEAPEST)
    seed = os.urandom(32)
    keyring.change(lambda kept: replace(kept, epochs=(HeldEpoch(epoch=1, seed=seed),)))
    assert keyring.secrets.epoch_key(1).public

    def destroy(kept: MatcherSecrets) -> MatcherSecrets:
        return replace(kept, epochs=())

    keyring.change(destroy)
    again = MatcherKeyring.open(tmp_path / "matcher.keyring", PASSPHRASE)
    with pytest.raises(InvalidKey):
        again.secrets.epoch_key(1)


def test_the_real_cost_is_the_named_one(tmp_path: Path) -> None:
    assert RFC_9106_SECOND_ONE_LANE.memory_kib == 65_536
    MatcherKeyring.create(tmp_path / "matcher.keyring", PASSPHRASE)
    assert MatcherKeyring.open(tmp_path / "matcher.keyring", PASSPHRASE).secrets.epochs == ()


def test_another_passphrase_shuts_the_old_one_out(path: Path, keyring: CoordinatorKeyring) -> None:
    other = CoordinatorKeyring.open(path, PASSPHRASE)
    keyring.set_passphrase("новы", cost=CHEAPEST)
    keyring.change(lambda kept: replace(kept, burned_for_slots=(burn(1),)))
    with pytest.raises(WrongPassphrase):
        CoordinatorKeyring.open(path, PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        reread(other)
    assert CoordinatorKeyring.open(path, "новы").secrets.burned_for_slots == (burn(1),)
