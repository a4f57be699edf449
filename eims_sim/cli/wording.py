"""How are moments, states and statuses told to a person?"""

from ..protocol.codes import REASONS, SENDING, UNSENT, Status
from .table import Cell

_OPEN = {UNSENT: "unsent", SENDING: "sending"}


def short_time(moment: str | None) -> str:
    """The month, the day and the time of an RFC 3339 moment, to the second."""
    return f"{moment[5:10]} {moment[11:19]}" if moment else "-"


def state_cell(state: int) -> Cell:
    """The state of a message (P5.1) in words."""
    if state in _OPEN:
        return Cell(_OPEN[state], "yellow")
    return Cell("sent", "green") if state == 0 else Cell(f"{state} {REASONS.get(state, '')}".rstrip(), "red")


def status_words(status: int) -> str:
    """A status with its meaning (P2)."""
    meaning = next((one.meaning for one in Status if one == status), None)
    return f"{status} ({meaning})" if meaning else str(status)


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun: 1 message, 2 messages."""
    return f"{number:,} {one if number == 1 else many}"
