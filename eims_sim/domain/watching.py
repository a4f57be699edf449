"""How many messages match, at every commit, and who cares about a submit (C4)? One look at the database, then sums."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Generic, TypeVar

from .booking import Booking

W = TypeVar("W", bound=Hashable)


class Count:
    """How many messages match a filter.

    Whoever begins one tells it of everything that is published from then on. The database is looked at meanwhile or
    later: it counts the messages with ids below `from_id`, in one snapshot that knows the number of the last step.
    So a booking is in one of the two, never in both, and a move of an older message counts when its step is later.
    """

    __slots__ = ("_brought", "_later", "_step", "from_id")

    def __init__(self, from_id: int) -> None:
        self.from_id = from_id
        self._step: int | None = None
        self._brought = 0
        self._later: list[tuple[int, int]] = []

    @property
    def found(self) -> int | None:
        """How many match; None until the database was looked at."""
        return None if self._step is None else self._brought

    def book(self, first_id: int, messages: int) -> None:
        """So many matching messages of a booking were committed."""
        if first_id >= self.from_id:  # else a removal in the same commit made everyone begin anew
            self._brought += messages

    def move(self, id: int, step: int, messages: int) -> None:
        """Messages of the submit with that id in it entered (or, less than 0, left) what is counted, in that step."""
        if id >= self.from_id or (self._step is not None and step > self._step):
            self._brought += messages
        elif self._step is None:
            self._later.append((step, messages))

    def settle(self, found: int, step: int) -> None:
        """The database held so many below `from_id` after that step."""
        self._step = step
        self._brought += found + sum(messages for number, messages in self._later if number > step)
        self._later.clear()


class Roster(Generic[W]):
    """Who watches what, filed under the narrowest thing that he names, so that a submit finds only who may care."""

    def __init__(self) -> None:
        self.by_number: dict[str, dict[W, None]] = {}
        self.by_submit: dict[int, dict[W, None]] = {}
        self.by_account: dict[str, dict[W, None]] = {}
        self.everything: dict[W, None] = {}

    def __bool__(self) -> bool:
        return bool(self.by_number or self.everything or self.by_account or self.by_submit)

    def add(self, watcher: W, number: str | None, submit: int | None, account: str | None) -> None:
        """File a watcher."""
        if number is not None:
            self.by_number.setdefault(number, {})[watcher] = None
        elif submit is not None:
            self.by_submit.setdefault(submit, {})[watcher] = None
        elif account is not None:
            self.by_account.setdefault(account, {})[watcher] = None
        else:
            self.everything[watcher] = None

    def remove(self, watcher: W, number: str | None, submit: int | None, account: str | None) -> None:
        """Take a watcher out; it was filed under the same."""
        if number is not None:
            _take(self.by_number, number, watcher)
        elif submit is not None:
            _take(self.by_submit, submit, watcher)
        elif account is not None:
            _take(self.by_account, account, watcher)
        else:
            del self.everything[watcher]

    def of(self, account: str, submit: int | None = None) -> Iterator[W]:
        """Who named the account, or the submit, or nothing."""
        yield from self.everything
        yield from self.by_account.get(account, ())
        if submit is not None:
            yield from self.by_submit.get(submit, ())

    def caring(self, booking: Booking) -> Iterator[tuple[W, Sequence[int]]]:
        """Who may care about a booking, each with the ids of the messages that he may care about."""
        submit, first_id = booking.submit, booking.first_id
        ids = range(first_id, first_id + submit.numbers.accepted)
        for watcher in self.of(submit.traits.account, first_id):
            yield watcher, ids
        if self.by_number:
            for number, places in _places(submit.numbers.items(), self.by_number).items():
                for watcher in self.by_number[number]:
                    yield watcher, [first_id + place for place in places]


K = TypeVar("K", bound=Hashable)


def _take(files: dict[K, dict[W, None]], key: K, watcher: W) -> None:
    filed = files[key]
    del filed[watcher]
    if not filed:
        del files[key]


def _places(numbers: list[str], watched: dict[str, dict[W, None]]) -> dict[str, list[int]]:
    """Where the watched numbers are in the list; 10,000 that nobody watches cost no loop of ours."""
    if watched.keys().isdisjoint(numbers):
        return {}
    found: dict[str, list[int]] = {}
    for place, number in enumerate(numbers):
        if number in watched:
            found.setdefault(number, []).append(place)
    return found
