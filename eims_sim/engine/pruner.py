"""When do old messages leave (C3, `retention_seconds`)? In rounds by the gateway's clock, a little at a time."""

from functools import partial
from typing import Final, NamedTuple

from ..protocol.notation import SECOND
from ..storage.pruning import MESSAGES_PER_PRUNE, Pruned, give_back, prune
from ..storage.transaction import Transaction
from ..storage.writer import Writer
from .clock import Clock
from .onlookers import Onlookers
from .registry import Registry

ROUND_SECONDS: Final = 60.0
ROUNDS: Final = 10
SHORTEST_SECONDS: Final = 1.0
"""In real time a round begins every minute, or so many times in the time that messages are kept, where that is more
often: but not more often than twice a second."""


class _Last(NamedTuple):
    """When the last round began, and how long messages were kept then."""

    at: int
    retention_seconds: int


class Pruner:
    """Removes messages that are older than `retention_seconds`; 0 keeps them all.

    A round is many steps, each a transaction, so that whoever waits for the writer waits for one only. The caller sees
    to it that the clock does not change during a step, and that nothing else takes the place of what is kept.
    """

    def __init__(
        self, clock: Clock, writer: Writer, registry: Registry, onlookers: Onlookers, retention_seconds: int
    ) -> None:
        self.retention_seconds = retention_seconds
        self._clock = clock
        self._writer = writer
        self._registry = registry
        self._onlookers = onlookers
        self._last: _Last | None = None
        self._after: int | None = None
        self._giving = False
        self._removed = False

    def next_due(self) -> int | None:
        """The moment of the next step; None when messages are kept for ever."""
        if not self.retention_seconds:
            return None
        now = self._clock.now()
        last = self._last
        if self._under_way or last is None or last.at > now or last.retention_seconds != self.retention_seconds:
            return now
        return last.at + self._between()

    async def step(self) -> bool:
        """Do the next piece of a round, if it is time; whether there was one. Raises StorageError."""
        due = self.next_due()
        if due is None or due > self._clock.now():
            return False
        if not self._under_way:
            self._begin()
        if self._after is not None:
            await self._prune(self._after)
        else:
            self._giving = await self._writer.do(give_back, weight=MESSAGES_PER_PRUNE)
        return True

    def begin(self) -> bool:
        """Begin a round, whatever the time; False when messages are kept for ever."""
        if self.retention_seconds:
            self._begin()
        return bool(self.retention_seconds)

    @property
    def under_way(self) -> bool:
        """Whether a round has steps to do."""
        return bool(self.retention_seconds) and self._under_way

    @property
    def _under_way(self) -> bool:
        return self._giving or self._after is not None

    def _begin(self) -> None:
        self._last = _Last(self._clock.now(), self.retention_seconds)
        self._after = 0
        self._giving = True

    async def _prune(self, after: int) -> None:
        horizon = self._clock.now() - self.retention_seconds * SECOND

        async def remove(transaction: Transaction) -> Pruned:
            pruned = await prune(transaction, after, horizon)
            if pruned.messages:
                transaction.then(partial(self._tell, pruned.accounts))
            return pruned

        pruned = await self._writer.do(remove, weight=MESSAGES_PER_PRUNE)
        self._after = pruned.after
        if self._removed and self._after is None:
            self._removed = False
            self._onlookers.end_pruning()

    def _tell(self, accounts: frozenset[int]) -> None:
        """In the turn of the commit."""
        self._removed = True
        members = (self._registry.by_id.get(account) for account in accounts)
        self._onlookers.pruned({member.account.name for member in members if member is not None})

    def _between(self) -> int:
        """From round to round on the gateway's clock."""
        scale = self._clock.scale if self._clock.mode == "scaled" else 1
        seconds = max(SHORTEST_SECONDS, min(ROUND_SECONDS, self.retention_seconds / ROUNDS / scale))
        return round(seconds * scale * SECOND)
