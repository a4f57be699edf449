"""Which pushes may a customer see, and which must it have seen by now (P8)? The judge of what comes to a callback.

Back-off has a part of chance that the protocol does not spell out (0 to 10 %), so that moments are spans here: a push
is judged to be one that may come, rather than foretold. Pure, like `reference.py`.
"""

from bisect import insort
from dataclasses import dataclass, field

SECOND = 1_000_000
REPORTS_PER_PUSH = 50  # P8.1
RETRY_FIRST, RETRY_FACTOR, RETRY_MAX, ATTEMPTS = 1.0, 2.0, 3.0, 3
"""P8.3: what the world of the model sets."""

TEXTS = dict(
    line.split(" ", 1)
    for line in """0 success
1001 NoRoute
1002 NoChannel
1003 NoBablance
1004 Unkown
1005 Send Refuse
1006 Send Timeout
1011 Black Number
1023 RouteMccMncLimit""".splitlines()
)
"""P7, the codes that the model uses."""

Row = tuple[int, str, int, int]
"""Id, number, time of sending, report code."""


def shown(row: Row) -> list[object]:
    """A report as it goes over the wire (P8.1)."""
    return [*row, TEXTS[str(row[3])]]


@dataclass
class Batch:
    """A push that was tried: it never changes. It may be tried from `due[0]` on, and must have been after `due[1]`."""

    serial: int
    rows: tuple[Row, ...]
    state: str = "retrying"
    tried: int = 0
    due: tuple[int, int] = (0, 0)
    tries: list[int] = field(default_factory=list)
    """Of each attempt, which one of its cycle it was."""

    def check_attempts(self, moments: list[int]) -> None:
        """Hold the moments that the gateway tells of against P8.3: no wait was shorter than it says."""
        if len(moments) != len(self.tries):
            return  # one was lost or repeated by a kill
        for place in range(1, len(moments)):
            earlier = self.tries[place] - 1
            soon = earlier and moments[place] - moments[place - 1] < back_off(earlier)
            assert not soon, f"attempt {earlier + 1} of the push of {ids(self.rows)} came too soon"


@dataclass
class Outbox:
    """An account's reports: those owed in order, the pushes to be tried again, and those that are done with."""

    owed: list[tuple[int, int, Row]] = field(default_factory=list)
    queue: list[Batch] = field(default_factory=list)
    done: list[Batch] = field(default_factory=list)
    cut: int = 0

    def owe(self, final_at: int, row: Row) -> None:
        """P8.2: in the order in which they became final, then by id."""
        insort(self.owed, (final_at, row[0], row))

    def take(self, array: list[list[object]], http_status: int, span: tuple[int, int], *, may_repeat: int) -> int:
        """Judge a PUT that came between two moments, and what was answered; the earliest moment of the next one.

        Batches from serial `may_repeat` on may come again though they were taken: what was about to be stored of them
        when the server was killed. Raises AssertionError that says why it should not have come.
        """
        first, last = span
        rows = tuple((row[0], row[1], row[2], row[3]) for row in array)
        again = next((one for one in self.done if one.rows == rows and one.serial >= may_repeat), None)
        if not self.queue and again is not None and again.state == "delivered":
            return first
        if self.queue:
            batch = self.queue[0]  # P8.3: while it is retried, later reports wait; it never changes
            assert rows == batch.rows, f"a push of {ids(rows)} while that of {ids(batch.rows)} was to be tried"
            first = max(first, batch.due[0])
            assert first <= last, f"the push of {ids(rows)} was tried before its back-off was over"
            last = min(last, max(first, batch.due[1]))
        else:
            expected = tuple(row for _, _, row in self.owed[: len(rows)])
            assert rows == expected, f"a push of {rows}, where the next reports are {expected}"
            assert 0 < len(rows) <= REPORTS_PER_PUSH, f"a push of {len(rows)} reports"
            first = max(first, min(last, self.owed[len(rows) - 1][0]))  # the clock may have been set back
            self.owed = self.owed[len(rows) :]
            batch = Batch(self.cut, rows)
            self.cut += 1
            self.queue.append(batch)
        assert [shown(row) for row in rows] == array, f"the reports are spelt {array}"
        self._judge(batch, http_status, first, last)
        return first

    def _judge(self, batch: Batch, http_status: int, first: int, last: int) -> None:
        batch.tried += 1
        batch.tries.append(batch.tried)
        if 200 <= http_status < 300:
            batch.state = "delivered"
        elif batch.tried == ATTEMPTS:
            batch.state = "parked"
        else:
            wait = back_off(batch.tried)
            batch.state, batch.due = "retrying", (first + wait, last + round(wait * 1.1) + 1)
            return
        self.queue.remove(batch)
        self.done.append(batch)

    def settled(self, now: int) -> None:
        """Everything that must have come by now has come. Raises AssertionError that says what has not."""
        if self.queue:
            overdue = self.queue[0]
            assert now < overdue.due[1], f"the push of {ids(overdue.rows)} was not tried again"
        else:
            assert not self.owed, f"never reported: {[id for _, id, _ in self.owed]}"

    def retry(self, batch: Batch, now: int) -> None:
        """An operator asks for it: due now, with a fresh cycle; it goes before what waits (C4)."""
        batch.state, batch.tried, batch.due = "retrying", 0, (now, now)
        if batch in self.done:
            self.done.remove(batch)
            self.queue.insert(0, batch)

    def retry_parked(self, now: int) -> int:
        """As `retry`, for every parked one, the oldest first; how many those were."""
        parked = sorted((one for one in self.done if one.state == "parked"), key=lambda one: -one.serial)
        for batch in parked:
            self.retry(batch, now)
        return len(parked)


def back_off(tried: int) -> int:
    """The wait after so many attempts, without the part of chance (P8.3)."""
    return round(min(RETRY_FIRST * RETRY_FACTOR ** (tried - 1), RETRY_MAX) * SECOND)


def ids(rows: tuple[Row, ...]) -> list[int]:
    return [row[0] for row in rows]
