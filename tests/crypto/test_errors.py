"""The tree of refusals is what its docstring draws."""

from __future__ import annotations

import inspect

import pytest

from crypto import errors
from crypto.errors import CryptoError

CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if kind.__module__ == errors.__name__
]


def drawn() -> dict[str, tuple[int, str]]:
    """Name, depth and the word after it, from the tree in the module's docstring."""
    lines = (errors.__doc__ or "").splitlines()
    start = lines.index("CryptoError")
    found = {"CryptoError": (0, "")}
    for line in lines[start + 1 :]:
        if not line:
            break
        branch = line.lstrip("│ ├└─")
        name, _, rest = branch.partition(" ")
        found[name] = ((len(line) - len(branch)) // 4, rest.strip())
    return found


def test_every_error_stands_in_the_tree_and_nothing_else() -> None:
    assert set(drawn()) == {kind.__name__ for kind in CLASSES}


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_stands_under_its_parent(kind: type[CryptoError]) -> None:
    depth = len(kind.__mro__) - len(CryptoError.__mro__)
    assert drawn()[kind.__name__][0] == depth
    parents = [name for name, (at, _) in drawn().items() if at == depth - 1]
    # The nearest line above, one step to the left.
    before = list(drawn())[: list(drawn()).index(kind.__name__)]
    above = [name for name in before if name in parents]
    assert not depth or kind.__base__.__name__ == above[-1]


def test_every_code_is_its_own() -> None:
    assert len({kind.code for kind in CLASSES}) == len(CLASSES)


@pytest.mark.parametrize("kind", CLASSES)
def test_a_code_is_the_name_in_small_letters(kind: type[CryptoError]) -> None:
    assert kind.code.replace("_", "") == kind.__name__.lower()


@pytest.mark.parametrize("kind", CLASSES)
def test_the_tree_shows_the_code_of_every_leaf(kind: type[CryptoError]) -> None:
    words = drawn()[kind.__name__][1]
    if not kind.__subclasses__():
        assert words.split(":")[0] == kind.code


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_has_its_own_sentence(kind: type[CryptoError]) -> None:
    assert kind.__doc__
    assert all(kind.__doc__ != base.__doc__ for base in kind.__mro__[1:])


def test_an_error_says_its_code_first() -> None:
    assert str(errors.WrongLength("a record has 4,096 bytes")).startswith("wrong_length: ")
    assert str(errors.CannotOpen()) == "cannot_open"
