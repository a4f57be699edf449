"""What time is it? The only place that asks the operating system, and the only one that sleeps (P1.12).

The gateway's clock is real, frozen or scaled; it rules message life, pushes and every time stamp. Real seconds rule
time-outs, long polls and durations.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..protocol.notation import SECOND

if TYPE_CHECKING:  # commands ask for the time, too, and settings are slow to import
    from ..domain.settings import ClockMode

LONGEST_SLEEP_SECONDS = 3600.0
"""Nobody sleeps longer without looking at the clock again: a system clock may be set while we sleep."""


def real_now() -> int:
    """The system's moment, whatever the gateway's clock shows."""
    return time.time_ns() // 1000


def real_seconds() -> float:
    """Seconds that never go back, for measuring how long something took."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Sleep in real time, outside any event loop."""
    time.sleep(seconds)


async def real_sleep(seconds: float) -> None:
    """Sleep in real time."""
    await asyncio.sleep(seconds)


class Clock:
    """The gateway's clock. `changed` is called after every step or change of mode."""

    def __init__(self, mode: "ClockMode" = "real", now: int | None = None, scale: float = 60.0) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.mode: ClockMode = mode
        self.scale = scale
        self._moment = real_now() if now is None else now
        self._since = real_seconds()

    def now(self) -> int:
        """The gateway's moment."""
        if self.mode == "real":
            return real_now()
        if self.mode == "frozen":
            return self._moment
        return self._moment + round((real_seconds() - self._since) * self.scale * SECOND)

    def set(self, mode: "ClockMode", now: int | None = None, scale: float | None = None) -> None:
        """Change the mode; `now` absent keeps the present moment, a real clock shows the system's (C4)."""
        self._moment = self.now() if now is None else now
        self._since = real_seconds()
        self.mode = mode
        self.scale = self.scale if scale is None else scale
        self.changed()

    def step_to(self, moment: int) -> None:
        """Move a clock that is not real to a moment, without telling anyone: whoever steps runs what falls due."""
        self._moment = moment
        self._since = real_seconds()

    async def wait(self, moment: int | None, wake: asyncio.Event) -> None:
        """Wait until the gateway's clock may have reached the moment, or until `wake` is set."""
        try:
            async with asyncio.timeout(self._real_seconds_until(moment)):
                await wake.wait()
        except TimeoutError:
            pass

    def _real_seconds_until(self, moment: int | None) -> float | None:
        if moment is None or self.mode == "frozen":
            return None
        seconds = max(0.0, (moment - self.now()) / SECOND)
        return min(seconds / self.scale if self.mode == "scaled" else seconds, LONGEST_SLEEP_SECONDS)
