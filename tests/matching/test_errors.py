"""The tree in the docstring is the tree in the code."""

from __future__ import annotations

import re

from matching import errors


def test_every_error_hangs_on_the_one_root_and_is_drawn() -> None:
    defined = {
        name: thing
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and thing.__module__ == errors.__name__
    }
    drawn = re.findall(r"^(?:[├└]── )?(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)

    assert sorted(drawn) == sorted(defined)
    for name, error in defined.items():
        assert issubclass(error, errors.MatchingError)
        assert error.__doc__, name
