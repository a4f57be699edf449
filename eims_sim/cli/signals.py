"""How does a command that has something to put away end when it is asked to?"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unwinding() -> Iterator[None]:
    """SIGTERM unwinds the block, as Ctrl-C does, so that what was begun is ended; then the exit code is 1."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
