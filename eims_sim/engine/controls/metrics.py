"""How much is going on, and how much went on since the start (C4)?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from ..parts import Parts
from ..tally import BUCKETS


class Histogram(NamedTuple):
    """How many took at most so many seconds, the last bound being infinite; and the sum of all, in seconds."""

    buckets: Sequence[tuple[float, int]]
    total_seconds: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counters since the start, which a reset leaves alone, and what there is right now.

    `requests` are by endpoint, status (None where there is none) and HTTP status (None where none was sent); `messages`
    and `pushes` are by state, `attempts` by what came of them, `queues` by who waits.
    """

    requests: Mapping[tuple[str, int | None, int | None], int]
    latencies: Mapping[str, Histogram]
    attempts: Mapping[str, int]
    messages: Mapping[int, int]
    pushes: Mapping[str, int]
    queues: Mapping[str, int]


class MetricsControls:
    """The operator's view of the figures."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def read(self) -> Metrics:
        """The figures of this moment. Raises StorageError."""
        parts = self._parts
        counts = await (await parts.reader()).counts(parts.pusher.sending())
        return Metrics(
            requests=dict(parts.tally.requests),
            latencies={endpoint: _histogram(one.counts, one.total) for endpoint, one in parts.tally.latencies.items()},
            attempts=dict(parts.tally.attempts),
            messages=counts.messages,
            pushes=counts.pushes,
            queues={
                "writer": parts.writer.waiting,
                "outbox": counts.outbox,
                "held": parts.faults.held,
                "long_polls": len(parts.room),
                "listeners": len(parts.events),
            },
        )


def _histogram(counts: Sequence[int], total: float) -> Histogram:
    bounds = (*BUCKETS, float("inf"))
    return Histogram(list(zip(bounds, accumulate(counts), strict=True)), total)
