"""Which kinds of values does a state hold (C4)? Wider than settings take them: what was counted may have grown."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from ..protocol.codes import STATES
from ..protocol.limits import ID_MAX
from ..protocol.notation import LATEST, read_any_time
from .fields import read_amount

LAST_ID: Final = 2**53
"""No counter goes further: what reads JSON may know integers up to there only."""


def _read_instant(value: object) -> int:
    moment = read_any_time(value) if isinstance(value, str) else None
    if moment is None:
        raise ValueError("a time is RFC 3339 with its offset, such as 2026-01-01T00:00:00+08:00")
    return moment


def _read_now(value: object) -> int:
    moment = _read_instant(value)
    if moment < 0:
        raise ValueError("no clock shows a time before 1970")
    return min(moment, LATEST)


def _read_amount(value: object) -> int:
    return read_amount(value, ID_MAX)


_TIME: Final = WithJsonSchema({"type": "string", "format": "date-time"})
Instant = Annotated[int, PlainValidator(_read_instant), _TIME]
"""Any moment of the calendar: a sendtime may lie long ago."""

Now = Annotated[int, PlainValidator(_read_now), _TIME]
"""A moment that a clock shows."""

Amount = Annotated[
    int, PlainValidator(_read_amount), WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,13}(\.[0-9]{1,6})?$"})
]
"""Money that was counted, not set: it may be more than a setting may say."""

Id = Annotated[int, Field(ge=1, lt=LAST_ID)]
Next = Annotated[int, Field(ge=1, le=LAST_ID)]
Count = Annotated[int, Field(ge=0, le=LAST_ID)]


def _check_code(value: int) -> int:
    if value not in STATES:
        raise ValueError("a state is 1 (unsent), 2 (sending), 0 or a report code (1001 to 1023 without 1015)")
    return value


Code = Annotated[int, AfterValidator(_check_code), WithJsonSchema({"enum": sorted(STATES)})]
