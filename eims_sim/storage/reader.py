"""When are the queries loaded? When the first is asked: with SQLAlchemy a start takes half as long again (D8)."""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from .condition import Condition

if TYPE_CHECKING:
    from .queries import Queries


class Reader:
    """Gives the queries of one database file: `await reader()`."""

    def __init__(self, path: Path, condition: Condition | None = None) -> None:
        self._path = path
        self._condition = condition or Condition()
        self._made: Queries | None = None

    async def __call__(self) -> "Queries":
        """The queries; the first call loads them, beside the event loop."""
        if self._made is None:
            module = await asyncio.to_thread(import_module, "eims_sim.storage.queries")
            if self._made is None:
                self._made = module.Queries(self._path, self._condition)
        return self._made

    async def close(self) -> None:
        """Close what was opened."""
        if self._made is not None:
            await self._made.close()
