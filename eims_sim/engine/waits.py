"""Who waits for something to happen (C4)? A bounded room; a reset or a stop sends everybody out at once."""

import asyncio
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from ..errors import OverloadedError
from .clock import real_seconds

T = TypeVar("T")

LONG_POLLS: Final = 1000
"""So many calls may wait at a time (C4)."""

STOP_READS: Final = 10
"""So many waits that a stop ends are answered with what there is; over many messages, more would hold it up."""

Satisfied = asyncio.Future[bool | None]
"""True once what is waited for is there, None when it does not come."""

STOPPING: Final = "the simulator is shutting down"

WhenLost = Callable[[Callable[[], None]], None]
"""Has something called when the client of a wait has left: nobody holds a place for him."""


class Waiters:
    """Everyone who waits for one thing, and how many of it each needs; who needs least goes first."""

    def __init__(self) -> None:
        self.present = 0
        self._waits: list[tuple[int, int, Satisfied]] = []
        self._joined = 0

    @property
    def missing(self) -> int:
        """How many the last of them needs; 0 when nobody waits."""
        return max((needed for needed, _, satisfied in self._waits if not satisfied.done()), default=0)

    def join(self, needed: int, satisfied: Satisfied) -> None:
        """Wait for so many in all."""
        self.present += 1
        self._joined += 1
        heapq.heappush(self._waits, (needed, self._joined, satisfied))

    def leave(self) -> None:
        """One of them waits no more. Those who left are forgotten when they are most of what is kept."""
        self.present -= 1
        if len(self._waits) > 2 * self.present + 8:
            self._waits = [wait for wait in self._waits if not wait[2].done()]
            heapq.heapify(self._waits)

    def release(self, found: int) -> None:
        """There are so many: let everyone go for whom that is enough."""
        waits = self._waits
        while waits and waits[0][0] <= found:
            satisfied = heapq.heappop(waits)[2]
            if not satisfied.done():
                satisfied.set_result(True)

    def fail(self, error: Exception) -> None:
        """Nobody can be told how many there are."""
        for _, _, satisfied in self._waits:
            if not satisfied.done():
                satisfied.set_exception(error)


class Place:
    """One who waits, from the first look at what there is to the end of the wait.

    Waiting is for a future. Whoever satisfies it sets a result, and the wait is over in the next turn of the loop; None
    stands for a wait that was in vain.
    """

    def __init__(self, account: str | None) -> None:
        self.account = account
        self._left = False
        self._refused = False
        self._awaited: asyncio.Future[Any] | None = None

    async def wait(
        self, satisfied: "asyncio.Future[T | None]", seconds: float, looked: "asyncio.Future[T | None] | None" = None
    ) -> T | None:
        """Wait for the result of `satisfied`; None when real time ran out first, or a reset or a stop came.

        `looked` is waited for in any case, however short the time: what there is already counts. Raises OverloadedError
        when the server stops and too many wait.
        """
        self._awaited = satisfied
        if self._left:
            self.leave()
        deadline = real_seconds() + seconds
        if looked is not None and not (satisfied.done() or looked.done()):
            await asyncio.wait((satisfied, looked), return_when=asyncio.FIRST_COMPLETED)
        timer = asyncio.get_running_loop().call_later(max(0.0, deadline - real_seconds()), _give_up, satisfied)
        try:
            result = await satisfied
        finally:
            timer.cancel()
        if self._refused and result is None:
            raise OverloadedError(STOPPING)
        return result

    def refuse(self) -> None:
        """Wait no longer, and go with nothing."""
        self._refused = True
        self.leave()

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
        """As `end`, for good: the server stops. Where too many wait, the others are refused."""
        self._closed = True
        for count, place in enumerate(self._places):
            if count < STOP_READS:
                place.leave()
            else:
                place.refuse()


def _give_up(awaited: "asyncio.Future[Any]") -> None:
    if not awaited.done():
        awaited.set_result(None)
