"""Who finds out that the database works again? Nobody has to restart, or to send anything, for that."""

import asyncio
import contextlib
from typing import Final

from ..errors import OverloadedError, StorageError
from ..storage.proving import forget_proof, prove, prove_room
from ..storage.writer import Writer
from .clock import real_sleep

PROBE_SECONDS: Final = 1.0
"""While the database is ill it is tried that often."""


class Recovery:
    """Watches over the condition of the database; while that is good it does nothing."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._condition = writer.condition
        self._ailing = asyncio.Event()
        self._condition.ailing = self._ailing.set
        self._task = asyncio.create_task(self._run(), name="eims-sim-recovery")

    async def check(self) -> None:
        """Let the database write something. Raises StorageError when it does not, or is damaged; OverloadedError."""
        damage = self._condition.damage
        if damage is not None:
            raise StorageError(str(damage)) from damage  # the same one, raised time and again, would keep every caller
        if not self._condition.ill:
            await self._writer.do(prove, first=True)
            return
        await self._writer.do(prove_room)
        await self._writer.do(forget_proof)
        self._condition.worked()

    async def stop(self) -> None:
        """Watch no longer."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            await self._ailing.wait()
            self._ailing.clear()
            while self._condition.ill and self._condition.damage is None:
                failures = self._condition.failures
                await real_sleep(PROBE_SECONDS)
                if failures == self._condition.failures:  # else clients find out themselves, again and again
                    with contextlib.suppress(StorageError, OverloadedError):
                        await self.check()
