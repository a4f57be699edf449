"""What does an account do over several requests that one request does not show? Each habit earns a note (C5)."""

from collections import deque
from typing import Final, Generic, TypeVar

from ..diagnosis import Note
from ..protocol.limits import NUMBERS_PER_POST
from ..protocol.notation import SECOND

REPEAT_SECONDS: Final = 60
SINGLES: Final = 20
SINGLES_SECONDS: Final = 10
POLLS: Final = 10
POLL_SECONDS: Final = 1

REMEMBERED: Final = 4096
"""Of so many submits at least it is remembered what was sent."""

SUBMIT_REPEATED: Final = Note(
    "submit-repeated",
    f"the same content to the same numbers was accepted less than {REPEAT_SECONDS} s ago; "
    "a retry sends and charges twice",
)
SUBMIT_SINGLES: Final = Note(
    "submit-one-by-one",
    f"{SINGLES} submits of one number with the same content within {SINGLES_SECONDS} s; "
    f"one POST takes up to {NUMBERS_PER_POST} numbers",
)
POLL_OFTEN: Final = Note(
    "poll-too-often",
    f"the same ids were polled {POLLS} times in a row, each within {POLL_SECONDS} s of the last; "
    "wait longer, or take reports by a callback",
)


class Habits:
    """What one account did lately, as hashes; bounded. Moments are the gateway's (P1.12)."""

    __slots__ = ("_polled", "_polled_at", "_polls", "_singles", "_submits")

    def __init__(self) -> None:
        self._submits: _Recent[int] = _Recent()
        self._singles: _Recent[int | deque[int]] = _Recent()
        self._polled = 0
        self._polled_at = 0
        self._polls = 0

    def submit(self, content: str, numbers: str, count: int, now: int) -> tuple[Note, ...]:
        """Remember an accepted submit of so many numbers; what it shows together with those before."""
        before = self._submits.replace(hash((content, numbers)), now)
        repeated = before is not None and 0 <= now - before < REPEAT_SECONDS * SECOND
        single = count == 1 and self._is_one_of_many(hash(content), now)
        if not repeated and not single:  # what nearly every submit is
            return ()
        return (SUBMIT_REPEATED,) * repeated + (SUBMIT_SINGLES,) * single

    def poll(self, ids: str, now: int) -> Note | None:
        """Remember a poll of these ids; a note at every tenth that came too soon."""
        key = hash(ids)
        soon = key == self._polled and 0 <= now - self._polled_at < POLL_SECONDS * SECOND
        self._polls = self._polls + 1 if soon else 1
        self._polled, self._polled_at = key, now
        return POLL_OFTEN if self._polls % POLLS == 0 else None

    def _is_one_of_many(self, content: int, now: int) -> bool:
        before = self._singles.replace(content, now)
        if before is None:
            return False
        moments = before if isinstance(before, deque) else deque((before,), maxlen=SINGLES)
        moments.append(now)
        self._singles.replace(content, moments)
        if len(moments) < SINGLES or now - moments[0] > SINGLES_SECONDS * SECOND:
            return False
        moments.clear()
        return True


T = TypeVar("T")


class _Recent(Generic[T]):
    """The last things seen, at least `REMEMBERED` and at most twice as many, each with what is known of it."""

    __slots__ = ("_new", "_old")

    def __init__(self) -> None:
        self._new: dict[int, T] = {}
        self._old: dict[int, T] = {}

    def replace(self, key: int, value: T) -> T | None:
        """Remember a value; returns the one before."""
        new = self._new
        before = new.get(key)
        if before is None:
            before = self._old.get(key)
            if len(new) >= REMEMBERED:
                self._old, self._new = new, {key: value}
                return before
        new[key] = value
        return before
