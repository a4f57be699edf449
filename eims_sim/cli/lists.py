"""How is a list of the control API shown: the newest last, as a table or as JSON?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .output import echo_array, remark
from .table import Cell, Column, Table
from .wording import counted

if TYPE_CHECKING:
    from ..client.control import Client

Item = Mapping[str, Any]

SHOWN = 100
"""How many a person is shown unless he says otherwise."""


class Listing(NamedTuple):
    """A list of the control API: its path, what one and many of its items are called, and how one looks."""

    path: str
    one: str
    many: str
    columns: Sequence[Column]
    row: Callable[[Item], Sequence[str | Cell]]


class Newest(NamedTuple):
    """The end of a list, oldest first, how long the list is (None where counting is slow), whether there is more."""

    items: Sequence[Item]
    total: int | None
    more: bool


def show_list(
    client: "Client", listing: Listing, query: Mapping[str, object], limit: int | None, as_json: bool
) -> None:
    """Print the newest of a list. `limit` 0 means all, None a screenful and for JSON all."""
    if as_json and not limit:
        echo_array(client.items(listing.path, query))
        return
    found = newest(client, listing.path, query, SHOWN if limit is None else limit)
    if as_json:
        echo_array(found.items)
        return
    show_table(listing, found)


def show_all(client: "Client", listing: Listing, query: Mapping[str, object], as_json: bool) -> None:
    """Print a whole list in its own order."""
    if as_json:
        echo_array(client.items(listing.path, query))
        return
    with client.telling("reading"):
        found = list(client.items(listing.path, query))
    show_table(listing, Newest(found, len(found), more=False))


def show_table(listing: Listing, found: Newest) -> None:
    """Print the end of a list as a table, and what it leaves out."""
    if not found.items:
        remark(f"There are no {listing.many}.")
        return
    Table(listing.columns, map(listing.row, found.items)).show()
    if found.more:
        of = f" of {found.total:,}" if found.total is not None else ""
        remark(f"The newest {counted(len(found.items), listing.one, listing.many)}{of}; --limit 0 shows all.")


def newest(client: "Client", path: str, query: Mapping[str, object], limit: int) -> Newest:
    """The last `limit` items of a list that match, all with 0."""
    found: list[Item] = []
    total: int | None = None
    with client.telling("reading", lambda: f", {len(found):,}"):
        for page in _pages(client, path, query, limit):
            total = page["total"] if not found else total
            found += page["items"]
            if limit and len(found) >= limit:
                break
    more = bool(limit) and (len(found) >= limit if total is None else total > limit)
    return Newest(found[: limit or None][::-1], total, more)


def _pages(client: "Client", path: str, query: Mapping[str, object], limit: int) -> Iterator[Any]:
    from ..client.control import PAGE

    size, after = min(limit or PAGE, PAGE), None
    while True:
        page = client.control("GET", path, query={**query, "order": "desc", "limit": size, "after": after})
        yield page
        after = page["next"]
        if len(page["items"]) < size:
            return
