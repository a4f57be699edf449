"""Who waits for something to happen (C4)? A bounded room; a reset or a stop sends everybody out at once."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from ..errors import OverloadedError
from .clock import real_seconds

T = TypeVar("T")

LONG_POLLS: Final = 1000
"""So many calls may wait at a time (C4)."""

WhenLost = Callable[[Callable[[], None]], None]
"""Has something called when the client of a wait has left: nobody holds a place for him."""


class Place:
    """One who waits, from the first look at what there is to the end of the wait.

    Waiting is for a future. Whoever satisfies it sets a result, and the wait is over in the next turn of the loop; None
    stands for a wait that was in vain.
    """

    def __init__(self, account: str | None) -> None:
        self.account = account
        self._left = False
        self._awaited: asyncio.Future[Any] | None = None

    async def wait(
        self, satisfied: "asyncio.Future[T | None]", seconds: float, looked: "asyncio.Future[T | None] | None" = None
    ) -> T | None:
        """Wait for the result of `satisfied`; None when real time ran out first, or a reset or a stop came.

        `looked` is waited for in any case, however short the time: what there is already counts.
        """
        self._awaited = satisfied
        if self._left:
            self.leave()
        deadline = real_seconds() + seconds
        if looked is not None and not (satisfied.done() or looked.done()):
            await asyncio.wait((satisfied, looked), return_when=asyncio.FIRST_COMPLETED)
        if satisfied.done():
            return satisfied.result()
        timer = asyncio.get_running_loop().call_later(max(0.0, deadline - real_seconds()), _give_up, satisfied)
        try:
            return await satisfied
        finally:
            timer.cancel()

    def leave(self) -> None:
        """Wait no longer: go with what there is."""
        self._left = True
        if self._awaited is not None:
            _give_up(self._awaited)


class WaitingRoom:
    """Everyone who waits, whatever for. Once closed, nobody waits any more."""

    def __init__(self) -> None:
        self._places: set[Place] = set()
        self._closed = False

    def __len__(self) -> int:
        """How many wait."""
        return len(self._places)

    @contextmanager
    def place(self, account: str | None = None, when_lost: WhenLost | None = None) -> Iterator[Place]:
        """Take a place, to wait for something of an account or of any. Raises OverloadedError when all are taken."""
        if len(self._places) >= LONG_POLLS:
            raise OverloadedError(f"{LONG_POLLS} calls wait already")
        place = Place(account)
        self._places.add(place)
        try:
            if self._closed:
                place.leave()
            if when_lost is not None:
                when_lost(place.leave)
            yield place
        finally:
            self._places.discard(place)

    def end(self, account: str | None = None) -> None:
        """Let everyone who waits go with what there is; or those only who wait for something of an account."""
        for place in self._places:
            if account is None or place.account == account:
                place.leave()

    def close(self) -> None:
        """As `end`, for good: the server stops."""
        self._closed = True
        self.end()


def _give_up(awaited: "asyncio.Future[Any]") -> None:
    if not awaited.done():
        awaited.set_result(None)
