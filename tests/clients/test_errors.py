"""The errors of clients: drawn in full, and each with a sentence for whoever meets it."""

from __future__ import annotations

from collections.abc import Iterator

from clients import errors
from clients.errors import ClientError


def kinds(of: type[ClientError]) -> Iterator[type[ClientError]]:
    for kind in of.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
            yield from kinds(kind)


def test_the_tree_of_errors_is_drawn_in_full() -> None:
    drawn = errors.__doc__ or ""

    for kind in kinds(ClientError):
        assert f"── {kind.__name__} " in drawn, kind.__name__


def test_every_error_is_a_sentence() -> None:
    sentences = [" ".join((kind.__doc__ or "").split()) for kind in kinds(ClientError)]

    assert len(set(sentences)) == len(sentences)
    assert all(sentence.endswith((".", ")")) for sentence in sentences)
