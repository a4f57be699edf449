"""Which part of which list does an operator want (C4)?"""

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Page(NamedTuple):
    """Which part of a list is wanted: ids strictly beyond `after`, at most `limit`, up or down."""

    limit: int = 100
    after: int | None = None
    descending: bool = False


class NamePage(NamedTuple):
    """As `Page`, of a list that is in the order of its names."""

    limit: int = 100
    after: str | None = None
    descending: bool = False


class MessageFilter(NamedTuple):
    """Which messages are meant; what is None does not matter. `content` is a part of it, moments are of acceptance."""

    account: str | None = None
    number: str | None = None
    state: int | None = None
    sender: str | None = None
    submit: int | None = None
    content: str | None = None
    since: int | None = None
    until: int | None = None

    @property
    def reads_submit(self) -> bool:
        """Whether it asks for more of a submit than its id and account."""
        return (self.sender, self.content, self.since, self.until) != (None, None, None, None)

    def fits_submit(self, id: int, account: str, sender: str, content: str, accepted_at: int) -> bool:
        """Whether messages of this submit are meant, as far as number and state go."""
        return (
            (self.account is None or account == self.account)
            and (self.submit is None or id == self.submit)
            and (self.sender is None or sender == self.sender)
            and (self.content is None or self.content in content)
            and (self.since is None or accepted_at >= self.since)
            and (self.until is None or accepted_at <= self.until)
        )


class InboundFilter(NamedTuple):
    """Which inbound messages are meant; what is None does not matter. `sender` wrote to `recipient`."""

    account: str | None = None
    sender: str | None = None
    recipient: str | None = None


class Listed(NamedTuple, Generic[T]):
    """A page of a list. `total` is None where counting would be slow."""

    items: list[T]
    total: int | None


class Counts(NamedTuple):
    """How much is kept: messages and pushes by state, and reports that wait to be cut into pushes."""

    messages: Mapping[int, int]
    pushes: Mapping[str, int]
    outbox: int


def cut_page(every: Iterable[T], page: Page, id_of: Callable[[T], int]) -> Listed[T]:
    """The page of a list that is in memory, in whatever order it is there."""
    ordered = sorted(every, key=id_of, reverse=page.descending)
    beyond = [one for one in ordered if page.after is None or _beyond(id_of(one), page.after, page)]
    return Listed(beyond[: page.limit], len(ordered))


def _beyond(id: int, after: int, page: Page) -> bool:
    return id < after if page.descending else id > after
