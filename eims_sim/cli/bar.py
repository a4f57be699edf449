"""How far is it? A bar on the terminal, from the first second on, for what knows where it ends."""

import sys
from typing import Final, Self

from ..engine.clock import real_seconds
from .progress import QUIET_SECONDS

BETWEEN_SECONDS: Final = 0.1
MARKS: Final = 24
WIDTH: Final = 79


class Bar:
    """A bar that is drawn over itself and gone at the end."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._shown = False
        self._next = real_seconds() + QUIET_SECONDS if sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._shown:
            self._write("")

    def show(self, share: float, told: str) -> None:
        """Say that this share (0 to 1) is done, and in words what."""
        now = real_seconds()
        if self._next is None or now < self._next:
            return
        self._next = now + BETWEEN_SECONDS
        self._shown = True
        self._write(draw(self._doing, share, told))

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r{line[:WIDTH]:{WIDTH}}\r{line[:WIDTH]}")
        sys.stderr.flush()


def draw(doing: str, share: float, told: str) -> str:
    """The line: what is done, a bar, the share, and what is told about it."""
    share = min(max(share, 0.0), 1.0)
    return f"{doing} [{'#' * round(share * MARKS):{MARKS}}] {share:4.0%}  {told}"
