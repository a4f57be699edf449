"""Who waits hears: how does a long poll learn that there is something to look at again?"""

import asyncio


class News:
    """Tells everyone who holds a ticket that something changed; telling costs nothing while nobody does."""

    def __init__(self) -> None:
        self._ticket: asyncio.Event | None = None

    def ticket(self) -> asyncio.Event:
        """An event that is set at the next change. Take it before looking, so that no change is missed."""
        if self._ticket is None:
            self._ticket = asyncio.Event()
        return self._ticket

    def tell(self) -> None:
        """Something changed."""
        if self._ticket is not None:
            self._ticket.set()
            self._ticket = None
