"""Who waits for something to happen (C4)? A bounded room; a reset or a stop sends everybody out at once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..errors import OverloadedError

LONG_POLLS: Final = 1000
"""So many calls may wait at a time (C4)."""


class Place:
    """One who waits, from the first look at what there is to the end of the wait."""

    def __init__(self) -> None:
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait(self, satisfied: "asyncio.Future[None]", seconds: float) -> bool:
        """Wait until `satisfied` is done; False when real time ran out first, or a reset or a stop came."""
        if not satisfied.done() and not self._over.done():
            await asyncio.wait((satisfied, self._over), timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
        return satisfied.done()

    def leave(self) -> None:
        """Wait no longer: go with what there is."""
        if not self._over.done():
            self._over.set_result(None)


class WaitingRoom:
    """Everyone who waits, whatever for. Once closed, nobody waits any more."""

    def __init__(self) -> None:
        self._places: set[Place] = set()
        self._closed = False

    def __len__(self) -> int:
        """How many wait."""
        return len(self._places)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Take a place. Raises OverloadedError when all are taken."""
        if len(self._places) >= LONG_POLLS:
            raise OverloadedError(f"{LONG_POLLS} calls wait already")
        place = Place()
        self._places.add(place)
        try:
            if self._closed:
                place.leave()
            yield place
        finally:
            self._places.discard(place)

    def end(self) -> None:
        """Let everyone who waits go with what there is."""
        for place in self._places:
            place.leave()

    def close(self) -> None:
        """As `end`, for good: the server stops."""
        self._closed = True
        self.end()
