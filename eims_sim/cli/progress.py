"""What does a person see of something that takes its time? A line on the terminal, from the first second on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from threading import Event

QUIET_SECONDS: Final = 1.0
"""What takes no longer says nothing."""

WIDTH: Final = 79


@contextmanager
def waiting(doing: str, told: Callable[[], str] = lambda: "") -> Iterator[None]:
    """While the block runs, say on standard error what is done, for how long, and what `told` has to say.

    Nothing is said where standard error is no terminal.
    """
    if not sys.stderr.isatty():
        yield
        return
    from threading import Event, Thread

    over = Event()
    teller = Thread(target=_tell, args=(doing, told, over), daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def _tell(doing: str, told: Callable[[], str], over: "Event") -> None:
    from ..engine.clock import real_seconds

    began = real_seconds()
    shown = False
    while not over.wait(QUIET_SECONDS):
        _write(f"{doing}: {real_seconds() - began:.0f} s{told()}")
        shown = True
    if shown:
        _write("")


def _write(line: str) -> None:
    """Write over what the line held before, in a way that every terminal knows."""
    sys.stderr.write(f"\r{line[:WIDTH]:{WIDTH}}\r{line[:WIDTH]}")
    sys.stderr.flush()
