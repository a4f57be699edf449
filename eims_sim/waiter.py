"""What does one get who waits for the writer?"""

import asyncio
from collections.abc import Callable
from typing import Any


class Waiter(asyncio.Future[Any]):
    """A future. `resume` is called in the turn in which it is done, where a future's callbacks take one more.

    It must not raise.
    """

    resume: Callable[[], None] | None = None
