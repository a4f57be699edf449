"""What does a push carry (P8.1)?"""

from collections.abc import Sequence

from .codes import REASONS

Report = tuple[int, str, int, int]
"""One final message as a push shows it: id, number, the wire's time at which it was sent, report code (P7)."""


def encode_push(reports: Sequence[Report]) -> bytes:
    """The body of a push: id, number, send time, report code and its wording (P8.1)."""
    rows = ",".join([f'[{id},"{number}",{sent_at},{code},"{REASONS[code]}"]' for id, number, sent_at, code in reports])
    return f'{{"type":"report","cnt":{len(reports)},"array":[{rows}]}}'.encode()
