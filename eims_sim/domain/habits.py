"""What does an account do over several requests that one request does not show? Each habit earns a note (C5)."""

from collections import deque
from typing import Final

from ..diagnosis import Note
from ..protocol.limits import NUMBERS_PER_POST
from ..protocol.notation import SECOND

REPEAT_SECONDS: Final = 60
SINGLES: Final = 20
SINGLES_SECONDS: Final = 10
POLLS: Final = 10
POLL_SECONDS: Final = 1

REMEMBERED: Final = 4096
"""So many submits of an account are remembered."""

CONTENTS: Final = 512
"""So many contents of single numbers are remembered."""

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
        self._submits: dict[int, int] = {}
        self._singles: dict[int, deque[int]] = {}
        self._polled = 0
        self._polled_at = 0
        self._polls = 0

    def submit(self, content: str, numbers: str, count: int, now: int) -> list[Note]:
        """Remember an accepted submit of so many numbers; what it shows together with those before."""
        notes: list[Note] = []
        key = hash((content, numbers))
        before = self._submits.pop(key, None)
        if before is not None and 0 <= now - before < REPEAT_SECONDS * SECOND:
            notes.append(SUBMIT_REPEATED)
        self._submits[key] = now
        if len(self._submits) > REMEMBERED:
            del self._submits[next(iter(self._submits))]
        if count == 1 and self._is_one_of_many(content, now):
            notes.append(SUBMIT_SINGLES)
        return notes

    def poll(self, ids: str, now: int) -> Note | None:
        """Remember a poll of these ids; a note at every tenth that came too soon."""
        key = hash(ids)
        soon = key == self._polled and 0 <= now - self._polled_at < POLL_SECONDS * SECOND
        self._polls = self._polls + 1 if soon else 1
        self._polled, self._polled_at = key, now
        return POLL_OFTEN if self._polls % POLLS == 0 else None

    def _is_one_of_many(self, content: str, now: int) -> bool:
        key = hash(content)
        moments = self._singles.get(key)
        if moments is None:
            if len(self._singles) >= CONTENTS:
                del self._singles[next(iter(self._singles))]
            moments = self._singles[key] = deque(maxlen=SINGLES)
        moments.append(now)
        if len(moments) < SINGLES or now - moments[0] > SINGLES_SECONDS * SECOND:
            return False
        moments.clear()
        return True
