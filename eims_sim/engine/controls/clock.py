"""How is the gateway's clock moved (C4)?"""

from typing import NamedTuple

from ...domain.settings import ClockMode
from ...errors import ConflictError
from ...protocol.notation import SECOND
from ..parts import Parts
from ..scheduler import Progress


class ClockFace(NamedTuple):
    """What the gateway's clock shows."""

    mode: ClockMode
    now: int
    scale: float


class ClockControls:
    """The operator's hands on the clock."""

    def __init__(self, parts: Parts) -> None:
        self._clock = parts.clock
        self._scheduler = parts.scheduler

    def face(self) -> ClockFace:
        """What the clock shows."""
        return ClockFace(self._clock.mode, self._clock.now(), self._clock.scale)

    async def set(self, mode: ClockMode, now: int | None, scale: float | None) -> ClockFace:
        """Change the clock; a step forward runs what falls due, a step back runs nothing (C4).

        Returns when every transition is stored and every push has begun. Raises StorageError.
        """
        async with self._scheduler.paused():
            self._clock.set(mode, now, scale)
        # open: C4 says what a step runs, not what its answer waits for. A callback may hang; `advance` waits for it.
        await self._scheduler.catch_up()
        await self._scheduler.prune()
        return self.face()

    async def advance(self, seconds: float | None) -> tuple[ClockFace, Progress]:
        """Advance the clock by seconds, or (None) to the next due moment, running everything on the way (C4).

        Raises ConflictError on a real clock, which cannot be advanced, and StorageError.
        """
        if self._clock.mode == "real":
            raise ConflictError("a real clock cannot be advanced; freeze or scale it first")
        progress = await self._scheduler.advance(None if seconds is None else round(seconds * SECOND))
        return self.face(), progress
