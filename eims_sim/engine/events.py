"""Who waits hears: how does a long poll learn that there is something to look at again?"""

import asyncio


class News:
    """Tells everyone who asked that something changed; telling costs nothing while nobody does."""

    def __init__(self) -> None:
        self._asking: list[asyncio.Future[None]] = []

    def tell_once(self, changed: "asyncio.Future[None]") -> None:
        """Let the future be done at the next change. Ask before looking, so that no change is missed."""
        self._asking = [one for one in self._asking if not one.done()] if len(self._asking) > 1000 else self._asking
        self._asking.append(changed)

    def tell(self) -> None:
        """Something changed."""
        if self._asking:
            asking, self._asking = self._asking, []
            for one in asking:
                if not one.done():
                    one.set_result(None)
