"""What have clients met, and what did they do wrong (C4)? Counted as it happens; a reset changes nothing here."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..diagnosis import Note, Reason
from ..protocol.codes import ReportCode, Status
from ..protocol.names import PARAMETERS
from .faults import STRUCK_REASON

BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram, in seconds."""


OTHER: Final = "other"
"""What every path is counted as that is no endpoint: clients make up as many as they like."""


@dataclass(frozen=True, slots=True)
class Met:
    """A code and how often clients met it."""

    code: Status | ReportCode
    count: int


class Coverage(NamedTuple):
    """Every status and every report code."""

    statuses: list[Met]
    reports: list[Met]


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason or note by its code: the newest sentence, how often, and the journal's first and last."""

    code: str
    kind: str
    text: str
    count: int
    first: int
    last: int


class Latency:
    """How long the requests of an endpoint took: a histogram, and their sum in seconds."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.total = 0.0


class Tally:
    """Counters of requests, statuses, report codes and findings.

    `requests` counts by endpoint, status (None where there is none) and HTTP status.
    """

    def __init__(self) -> None:
        self.requests: dict[tuple[str, int | None, int | None], int] = {}
        self.latencies: dict[str, Latency] = {}
        self.attempts: Counter[str] = Counter()
        self._reports: Counter[int] = Counter()
        self._forgotten: Counter[int | None] = Counter()
        self._findings: dict[str, Finding] = {}

    def count(
        self,
        id: int,
        endpoint: str,
        status: int | None,
        http_status: int | None,
        reason: Reason | None,
        notes: tuple[Note, ...],
        duration: float,
    ) -> None:
        """Count a request; `id` is its number in the journal, `duration` in seconds."""
        if endpoint not in PARAMETERS:
            endpoint = OTHER
        key = (endpoint, status, http_status)
        self.requests[key] = self.requests.get(key, 0) + 1
        latency = self.latencies.get(endpoint)
        if latency is None:
            latency = self.latencies[endpoint] = Latency()
        latency.counts[bisect_left(BUCKETS, duration)] += 1
        latency.total += duration
        if reason is not None:
            self._find(reason, "reason", id)
        for note in notes:
            self._find(note, "note", id)

    def miss(self, status: int | None) -> None:
        """A status that was counted did not reach its client, who has not met it."""
        self._forgotten[status] += 1

    def count_reports(self, codes: Iterable[int]) -> None:
        """Count final codes that a client polled, or took by an answer of 2xx."""
        self._reports.update(codes)

    def coverage(self) -> Coverage:
        """How often each code was met since the last time it was forgotten."""
        statuses = self._statuses()
        statuses.subtract(self._forgotten)
        return Coverage(
            [Met(status, statuses[int(status)]) for status in Status],
            [Met(code, self._reports[int(code)]) for code in ReportCode],
        )

    def clear_coverage(self) -> None:
        """Forget what was met; the counters of requests go on."""
        self._forgotten = self._statuses()
        self._reports.clear()

    def findings(self) -> list[Finding]:
        """Every finding, the most frequent first."""
        return sorted(self._findings.values(), key=lambda finding: (-finding.count, finding.code))

    def clear_findings(self) -> None:
        """Forget what was found."""
        self._findings.clear()

    def _statuses(self) -> Counter[int | None]:
        met: Counter[int | None] = Counter()
        for (_, status, _), count in self.requests.items():
            met[status] += count
        return met

    def _find(self, found: Reason | Note, kind: str, id: int) -> None:
        if found.code == STRUCK_REASON.code:
            return  # asked for by the operator: no client's doing
        before = self._findings.get(found.code)
        count, first = (before.count + 1, before.first) if before else (1, id)
        self._findings[found.code] = Finding(found.code, kind, found.sentence, count, first, id)
