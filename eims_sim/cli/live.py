"""What comes after the end of a list (`--follow`)? The server's events, without a gap and without a repetition.

Events are subscribed to first and the list is read then, so nothing falls between them. Above a hundred a second the
server only counts, and a lost connection tells nothing at all: then the list is read again from where it was left.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..errors import RefusedError, UnreachableError
from .lists import Item, Listing, newest
from .output import echo_json, remark
from .table import Table

if TYPE_CHECKING:
    from ..client.control import Client

SHOWN: Final = 10
"""How many of the list come first unless somebody says otherwise."""

SILENCE_SECONDS: Final = 45.0
"""A server says something every 15 seconds (C4); one that is silent for longer is gone."""

AGAIN_SECONDS: Final = 1.0
"""The wait before the next attempt to connect."""

REMEMBERED: Final = 1000
"""How many ids before the newest are looked at again for a change that no event told."""


class Followed(NamedTuple):
    """A list to follow: its events, the member of an item that says when it came, and three questions about an item.

    `identity` tells two things with the same id apart, `progress` grows when there is something new to show of one,
    `is_open` is whether it may grow at all.
    """

    listing: Listing
    event: str
    moment: str
    identity: Callable[[Item], object]
    progress: Callable[[Item], int]
    is_open: Callable[[Item], bool]


def follow_list(
    client: "Client", followed: Followed, filters: Mapping[str, Any], limit: int | None, as_json: bool
) -> None:
    """Print the newest of a list, then what is new or has changed, until Ctrl-C.

    Raises UnreachableError when the server is not reached at first; one that is lost later is waited for.
    """
    try:
        _Follower(client, followed, filters, as_json).run(SHOWN if limit is None else limit)
    except KeyboardInterrupt:
        return


def read_events(lines: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """The name and the object of each server-sent event; comments are skipped."""
    name, parts = "", list[bytes]()
    for line in lines:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line:
            if parts:
                yield name, json.loads(b"\n".join(parts))
            name, parts = "", []
        elif field == b"event":
            name = value.decode()
        elif field == b"data":
            parts.append(value)


class _Follower:
    """Prints each item once in each of its states. `_seen` holds the last of them by id, in ascending order."""

    def __init__(self, client: "Client", followed: Followed, filters: Mapping[str, Any], as_json: bool) -> None:
        self._client = client
        self._followed = followed
        self._filters = {name: value for name, value in filters.items() if value is not None}
        self._as_json = as_json
        self._table: Table | None = None
        self._seen: dict[int, Item] = {}
        self._last = 0

    def run(self, limit: int) -> None:
        from ..engine.clock import pause

        lost = False
        while True:
            try:
                with self._client.stream("GET", "events", seconds=SILENCE_SECONDS) as stream:
                    if self._table is None:
                        self._begin(limit)
                    else:
                        self._catch_up()
                    lost = False
                    self._listen(read_events(stream.lines()))
            except UnreachableError:
                if self._table is None:
                    raise
            except RefusedError as error:
                if self._table is None or error.status < 500:
                    raise
            if not lost:
                remark(f"{self._client.url} is lost; waiting until it is back.")
            lost = True
            pause(AGAIN_SECONDS)

    def _begin(self, limit: int) -> None:
        listing = self._followed.listing
        found = newest(self._client, listing.path, self._filters, limit)
        self._table = Table(listing.columns, map(listing.row, found.items))
        if not self._as_json:
            self._table.show()
        for item in found.items:
            self._remember(item)
            if self._as_json:
                echo_json(item)

    def _listen(self, events: Iterator[tuple[str, Any]]) -> None:
        for name, told in events:
            if name != self._followed.event:
                continue
            if "id" not in told:
                self._catch_up()
            elif self._fits(told):
                self._take(told)

    def _catch_up(self) -> None:
        """Read what came and what changed since; ids that began anew show that the server did."""
        path = self._followed.listing.path
        top = newest(self._client, path, {}, 1).items
        if self._last and (not top or top[0]["id"] < self._last or self._is_another(top[0])):
            self._forget()
        waiting = min((id for id, item in self._seen.items() if self._followed.is_open(item)), default=self._last + 1)
        after = max(waiting - 1, self._last - REMEMBERED)
        for item in self._client.items(path, {**self._filters, "after": after}):
            self._take(item)

    def _take(self, item: Item) -> None:
        if self._is_another(item):
            self._forget()
        known = self._seen.get(item["id"])
        if known is not None and self._followed.progress(item) <= self._followed.progress(known):
            return  # the list told it already: what it tells may be ahead of the events
        self._remember(item)
        if self._as_json:
            echo_json(item)
        elif self._table is not None:
            self._table.add(self._followed.listing.row(item))

    def _is_another(self, item: Item) -> bool:
        known = self._seen.get(item["id"])
        return known is not None and self._followed.identity(known) != self._followed.identity(item)

    def _remember(self, item: Item) -> None:
        self._seen[item["id"]] = item
        self._last = max(self._last, item["id"])
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def _forget(self) -> None:
        self._seen.clear()
        self._last = 0

    def _fits(self, item: Item) -> bool:
        return all(self._fits_one(item, name, wanted) for name, wanted in self._filters.items())

    def _fits_one(self, item: Item, name: str, wanted: Any) -> bool:
        if name == "content":
            return str(wanted) in item["content"]
        if name in ("since", "until"):
            came, bound = _moment(item[self._followed.moment]), _moment(wanted)
            return came >= bound if name == "since" else came <= bound
        return bool(item[name] == wanted)


def _moment(text: str) -> int:
    from ..protocol.notation import read_rfc3339

    return read_rfc3339(text) or 0
