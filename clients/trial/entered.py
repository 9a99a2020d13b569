"""Whatever of a trial consists of parts: begun whole or not at all, ended in turn."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self


class Entered:
    """A context manager over everything that `begin` put on its stack."""

    def __init__(self) -> None:
        self._ending = ExitStack()

    def begin(self) -> None:
        """Start the parts, each entered into `_ending`; what was started ends if another fails."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        try:
            self.begin()
        except BaseException:
            self._ending.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ending.close()
