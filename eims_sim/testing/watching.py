"""How does a test wait for a push (P8), in a thread or in an event loop?"""

import asyncio
from collections.abc import Callable
from functools import partial

from ..client.receiver import CallbackServer


class Watch:
    """Waits in the thread that asks."""

    def __init__(self, server: CallbackServer) -> None:
        self._server = server

    def until(self, satisfied: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds of what has come; whether it did in time."""
        return self._server.wait(satisfied, seconds)


class AsyncWatch:
    """Waits in the event loop that asks, which goes on meanwhile."""

    def __init__(self, server: CallbackServer) -> None:
        self._server = server

    async def until(self, satisfied: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds of what has come; whether it did in time."""
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        forget = self._server.listen(partial(_tell, loop, changed))
        try:
            async with asyncio.timeout(seconds):
                while not satisfied():
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            return satisfied()
        finally:
            forget()
        return True


def _tell(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> None:
    loop.call_soon_threadsafe(changed.set)
