"""What does a person see of something that takes its time? A line on the terminal, from the first second on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from threading import Event

QUIET_SECONDS: Final = 1.0
"""What takes no longer says nothing."""

_CLEAR: Final = "\r\x1b[K"


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
        sys.stderr.write(f"{_CLEAR}{doing}: {real_seconds() - began:.0f} s{told()}")
        sys.stderr.flush()
        shown = True
    if shown:
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()
