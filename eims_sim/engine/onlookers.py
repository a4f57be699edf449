"""Who looks on while messages come, move and go (C4)? Those who wait for some, and those who listen."""

import logging
from collections.abc import Container, Sequence

from ..domain.booking import Booking, first_messages
from ..domain.moves import Interest, Step
from .codes import Codes
from .events import Events
from .journal import Entry, Journal
from .watches import Watches

logger = logging.getLogger("eims_sim")


class Onlookers:
    """Everyone who looks on. Each is told in the turn of the commit; when there is nobody, that costs nothing."""

    def __init__(self, watches: Watches, codes: Codes, events: Events, journal: Journal) -> None:
        self._watches = watches
        self._codes = codes
        self._events = events
        self._journal = journal
        events.began = self._listen

    def booked(self, bookings: Sequence[Booking]) -> None:
        """These were committed."""
        try:
            self._watches.booked(bookings)
            self._codes.booked(bookings)
            if self._events.listening:
                for booking in bookings:
                    self._tell_booking(booking)
        except Exception:  # what was committed is answered, whatever becomes of those who look on
            logger.exception("bookings could not be told")

    def interest(self) -> Interest | None:
        """What has to be read of the moves of a step; None when nobody is interested."""
        shown = self._events.room("message")
        if not shown and not self._watches.of_states and not self._events.listening:
            return None
        return self._watches.interest._replace(messages=shown)

    def moved(self, step: Step) -> None:
        """This was committed."""
        try:
            self._watches.moved(step)
            if self._events.listening and step.moves:
                self._tell_step(step)
        except Exception:
            logger.exception("a step could not be told")

    def removed(self, account: str | None = None) -> None:
        """Messages were removed, of one account or of any."""
        self._watches.removed(None if account is None else (account,))
        self._events.tell_removed()

    def pruned(self, accounts: Container[str]) -> None:
        """Some old messages of these accounts were removed, and maybe more will be: see `end_pruning`."""
        self._watches.removed(accounts)

    def end_pruning(self) -> None:
        """That was all for now. Listeners are told once: what they show is read anew then."""
        self._events.tell_removed()

    def _listen(self, listening: bool) -> None:
        self._journal.seen = self._tell_request if listening else None

    def _tell_request(self, entry: Entry) -> None:
        self._events.publish("request", entry.id, entry)

    def _tell_booking(self, booking: Booking) -> None:
        accepted = booking.submit.numbers.accepted
        shown = first_messages(booking, self._events.room("message"))
        for message in shown:
            self._events.publish("message", message.id, message)
        self._events.count("message", accepted - len(shown), booking.first_id + accepted - 1)

    def _tell_step(self, step: Step) -> None:
        for message in step.messages:
            self._events.publish("message", message.id, message)
        moved = sum(move.messages for move in step.moves)
        last = max(step.moves, key=lambda move: (move.at, move.life))
        self._events.count("message", moved - len(step.messages), last.last_id)
