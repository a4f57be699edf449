"""What came in and what went out (C4)? The last requests, in memory, bounded in count and bytes; gone at a restart.

What is kept of a request is what it came as: names are masked, and texts made, only when somebody looks.
"""

from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from ..diagnosis import Note, Reason
from ..domain.lists import Listed, Page
from ..domain.masking import CUT, mask
from ..domain.watching import Roster
from ..protocol.answers import read_submit_id
from ..protocol.codes import Status
from ..protocol.requests import read_query
from .waits import Satisfied, Waiters

KEPT_BYTES: Final = 2048
"""So much of a request's parameters is kept, and of its answer (C3)."""


class Entry(NamedTuple):
    """One request and its answer. `endpoint` is a path without its slash, `duration` in seconds.

    `status` is None where the answer has none; `delivered` is False when the client got no whole answer. `sent` is a
    query or the parameters, with `secret`, the account's password, among them: show `parameters()` only.
    """

    id: int
    at: int
    endpoint: str
    method: str
    peer: str
    account: str | None
    sent: str | Mapping[str, str]
    status: int | None
    http_status: int | None
    reason: Reason | None
    notes: tuple[Note, ...]
    answer: bytes
    delivered: bool
    duration: float
    secret: str | None
    size: int

    def parameters(self) -> dict[str, str]:
        """The parameters as sent, every secret masked."""
        return mask(self.read(), self.secret)

    def read(self) -> Mapping[str, str]:
        """The parameters as they are kept: not to be shown."""
        return _read(self.sent)

    @property
    def masked(self) -> bool:
        """Whether the parameters were so long that they are kept masked, and cut where that was not short enough."""
        return self.size - len(self.answer) > KEPT_BYTES

    @property
    def cut(self) -> bool:
        """Whether something of the parameters is missing."""
        return self.masked and sum(len(f"{name}{value}".encode()) for name, value in self.read().items()) >= KEPT_BYTES

    @property
    def submit(self) -> int | None:
        """The id of the submit that the answer, being kept, says was booked."""
        return read_submit_id(self.answer) if self.endpoint == "sendsms" and self.status == Status.ACCEPTED else None

    def found(self, code: str) -> bool:
        """Whether its reason or one of its notes has this code."""
        return (self.reason is not None and self.reason.code == code) or any(note.code == code for note in self.notes)


class EntryFilter(NamedTuple):
    """Which entries are meant; what is None does not matter. `since` is a moment.

    `finding` is the code of a reason or note, `submit` the id of a submit that was booked.
    """

    endpoint: str | None = None
    account: str | None = None
    status: int | None = None
    since: int | None = None
    finding: str | None = None
    submit: int | None = None

    def fits(self, entry: Entry) -> bool:
        """Whether the entry is meant."""
        return (
            (self.endpoint is None or entry.endpoint == self.endpoint)
            and (self.account is None or entry.account == self.account)
            and (self.status is None or entry.status == self.status)
            and (self.since is None or entry.at >= self.since)
            and (self.finding is None or entry.found(self.finding))
            and (self.submit is None or entry.submit == self.submit)
        )


EVERY: Final = EntryFilter()


class Watch:
    """A filter, how many entries it means, and everyone who waits for more."""

    def __init__(self, wanted: EntryFilter) -> None:
        self.wanted = wanted
        self.waiters = Waiters()
        self.found = 0

    def see(self, entry: Entry) -> None:
        """Count an entry that was just made."""
        if self.wanted.fits(entry):
            self.found += 1
            self.waiters.release(self.found)


class Journal:
    """The last requests, the newest whatever its size.

    `seen` is told of each, when somebody listens; `last_id` is the newest one's.
    """

    def __init__(self, most_entries: int, most_bytes: int) -> None:
        self.seen: Callable[[Entry], None] | None = None
        self.last_id = 0
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        # Plain tuples of plain values, in the order of Entry's fields: the garbage collector leaves them alone.
        self._rows: deque[tuple[Any, ...]] = deque()
        self._bytes = 0
        self._watches: dict[EntryFilter, Watch] = {}
        self._roster: Roster[Watch] = Roster()

    def record(
        self,
        at: int,
        endpoint: str,
        method: str,
        peer: str,
        account: str | None,
        sent: str | Mapping[str, str],
        size: int,
        status: int | None,
        http_status: int | None,
        reason: Reason | None,
        notes: tuple[Note, ...],
        answer: bytes,
        delivered: bool,
        duration: float,
        secret: str | None,
    ) -> int:
        """Make an entry and return its id; `sent` is a query or the parameters, in `size` bytes."""
        if size > KEPT_BYTES:
            sent = _cut(mask(_read(sent), secret))
            size = KEPT_BYTES + len(CUT.encode())
        if len(answer) > KEPT_BYTES:
            answer = answer[:KEPT_BYTES] + CUT.encode()
        size += len(answer)
        self.last_id = id = self.last_id + 1
        row = (
            id, at, endpoint, method, peer, account, sent, status, http_status, reason, notes, answer, delivered,
            duration, secret, size,
        )  # fmt: skip
        self._rows.append(row)
        self._bytes += size
        if len(self._rows) > self._most_entries or self._bytes > self._most_bytes:
            self._forget_oldest()
        if self._watches or self.seen is not None:
            self._tell(Entry._make(row))
        return id

    def _tell(self, entry: Entry) -> None:
        for watch in self._roster.of(entry.account or ""):
            watch.see(entry)
        if self.seen is not None:
            self.seen(entry)

    def lost(self, entry: Entry) -> None:
        """The client left before it had the whole answer."""
        if self.find(entry.id) == entry:
            self._rows[entry.id - self.last_id - 1] = tuple(entry._replace(delivered=False))

    def find(self, id: int) -> Entry | None:
        """One entry, None when it is not kept."""
        first = self.last_id - len(self._rows) + 1
        return Entry._make(self._rows[id - first]) if first <= id <= self.last_id else None

    def listed(self, wanted: EntryFilter, page: Page) -> Listed[Entry]:
        """The entries that the filter means, by id."""
        if wanted == EVERY:
            return self._part(page)
        rows = reversed(self._rows) if page.descending else self._rows
        found = [entry for entry in map(Entry._make, rows) if wanted.fits(entry)]
        beyond = [entry for entry in found if page.after is None or _beyond(entry.id, page.after, page.descending)]
        return Listed(beyond[: page.limit], len(found))

    def _part(self, page: Page) -> Listed[Entry]:
        """A part of all entries, without looking at the others: who follows the journal asks for it all the time."""
        rows = reversed(self._rows) if page.descending else iter(self._rows)
        newest, oldest = self.last_id, self.last_id - len(self._rows) + 1
        before = 0
        if page.after is not None:
            before = newest - page.after + 1 if page.descending else page.after - oldest + 1
            before = min(max(before, 0), len(self._rows))
        shown = islice(rows, before, before + page.limit)
        return Listed(list(map(Entry._make, shown)), len(self._rows))

    def watch(self, wanted: EntryFilter, count: int, satisfied: Satisfied) -> Watch:
        """Let the future be True once there are so many in all, those that are kept already counted."""
        watch = self._watches.get(wanted)
        if watch is None:
            watch = self._watches[wanted] = Watch(wanted)
            self._roster.add(watch, None, None, wanted.account)
        watch.found = sum(map(wanted.fits, map(Entry._make, self._rows)))
        watch.waiters.join(count, satisfied)
        watch.waiters.release(watch.found)
        return watch

    def forget(self, watch: Watch) -> None:
        """One who waited for this waits no more."""
        watch.waiters.leave()
        if not watch.waiters.present:
            del self._watches[watch.wanted]
            self._roster.remove(watch, None, None, watch.wanted.account)

    def clear(self) -> None:
        """Empty the journal; ids go on."""
        self._rows.clear()
        self._bytes = 0
        for watch in self._watches.values():
            watch.found = 0

    def restart(self) -> None:
        """Empty the journal; ids begin with 1."""
        self.clear()
        self.last_id = 0

    def _forget_oldest(self) -> None:
        while len(self._rows) > 1 and (len(self._rows) > self._most_entries or self._bytes > self._most_bytes):
            self._bytes -= self._rows.popleft()[-1]


def _read(sent: str | Mapping[str, str]) -> Mapping[str, str]:
    return read_query(sent) if isinstance(sent, str) else sent


def _beyond(id: int, after: int, descending: bool) -> bool:
    return id < after if descending else id > after


def _cut(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters cut to what is kept of them: the short ones first, so that a long one hides no other."""
    left = KEPT_BYTES
    shown: dict[str, str] = {}
    for name in sorted(parameters, key=lambda name: len(parameters[name])):
        value = parameters[name]
        if left <= 0:
            break
        kept = name[:left]
        left -= len(kept.encode())
        part = value.encode()[: max(left, 0)].decode(errors="ignore")
        shown[kept] = value if len(part) == len(value) else part + CUT
        left -= len(part.encode())
    return {name: shown[name] for name in parameters if name in shown}
