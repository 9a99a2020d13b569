"""What must not be cut in two by whoever ends a program: a process begun, and its end provided for.

An interrupt between the two leaves a process that nobody knows of.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

TOLD = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let nobody end the program within; whoever tried has done so afterwards.

    Only a program that ends by KeyboardInterrupt has anything to finish, and only its first thread
    is ever interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    deferred = [one for one in TOLD if signal.getsignal(one) is signal.default_int_handler]
    for one in deferred:
        signal.signal(one, lambda number, _: held.append(number))
    try:
        yield
    finally:
        for one in deferred:
            signal.signal(one, signal.default_int_handler)
    if held:
        raise KeyboardInterrupt
