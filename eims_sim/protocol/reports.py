"""What does a push carry (P8.1)?"""

from collections.abc import Sequence
from typing import NamedTuple

from .codes import REASONS


class Report(NamedTuple):
    """One final message as a push shows it: `sent_at` is the wire's time, `code` a report code of P7."""

    id: int
    number: str
    sent_at: int
    code: int


def encode_push(reports: Sequence[Report]) -> bytes:
    """The body of a push: id, number, send time, report code and its wording (P8.1)."""
    rows = ",".join([f'[{r.id},"{r.number}",{r.sent_at},{r.code},"{REASONS[r.code]}"]' for r in reports])
    return f'{{"type":"report","cnt":{len(reports)},"array":[{rows}]}}'.encode()
