"""How does the wire write moments, money and whole numbers (P1.10, P1.11)?

A moment is an `int` of microseconds since 1970 in UTC everywhere inside: it is what the tables hold, it
compares and adds without a time zone, and it costs the submit path nothing. Only the wire and the control API
write it as a date.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from .limits import SENDTIME_DIGITS

SECOND: Final = 1_000_000
"""Microseconds in a second."""

UNIT: Final = 1_000_000
"""Micro-units in one unit of money."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  the zone's offset is subtracted by hand, see read_wire_time
_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE: Final = timedelta(minutes=1)
_DIGITS: Final = re.compile(r"[0-9]+").fullmatch
_INTEGER: Final = re.compile(r"([+-]?)([0-9]+)").fullmatch
_RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
).fullmatch
_MONEY: Final = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,6}))?").fullmatch


def is_digits(text: str) -> bool:
    """Whether the text is one or more ASCII digits (P1.11)."""
    return _DIGITS(text) is not None


def read_integer(text: str) -> int | None:
    """The integer that the trimmed text writes in ASCII, or None when it writes none.

    Beyond 30 digits only its size matters: Python refuses to read thousands of them.
    """
    match = _INTEGER(text.strip())
    return int(match[1] + (match[2].lstrip("0")[:30] or "0")) if match else None


EARLIEST: Final = -62_135_510_400 * SECOND
LATEST: Final = 253_370_764_800 * SECOND
"""A day after the year 1 begins and most of a year before the year 9999 ends: what any zone can write."""


def to_datetime(moment: int, zone: tzinfo) -> datetime:
    """The moment as an aware datetime in the zone; beyond the calendar's ends, near the end."""
    try:
        return (_EPOCH + moment * _MICROSECOND).astimezone(zone)
    except OverflowError:
        return (_EPOCH + max(EARLIEST, min(moment, LATEST)) * _MICROSECOND).astimezone(zone)


def from_datetime(when: datetime) -> int:
    """The moment that an aware datetime names."""
    return (when - _EPOCH) // _MICROSECOND


def write_wire_time(moment: int, zone: tzinfo) -> int:
    """The moment as the integer `yyyyMMddHHmmss` in the gateway's zone (P1.10)."""
    t = to_datetime(moment, zone)
    return ((((t.year * 100 + t.month) * 100 + t.day) * 100 + t.hour) * 100 + t.minute) * 100 + t.second


def read_wire_time(text: str, zone: tzinfo) -> int | None:
    """The moment of `yyyyMMddHHmmss` in the gateway's zone; None when it is not 14 digits of a real time."""
    if len(text) != SENDTIME_DIGITS or not is_digits(text):
        return None
    fields = (int(text[:4]), *(int(text[at : at + 2]) for at in range(4, 14, 2)))
    try:
        naive = datetime(*fields)  # type: ignore[arg-type]  # noqa: DTZ001  six integers; the zone follows
    except ValueError:
        return None
    # The offset is subtracted by hand: an aware datetime near the year 1 or 9999 cannot be converted to UTC.
    offset = zone.utcoffset(naive.replace(tzinfo=zone)) or timedelta()
    return (naive - _NAIVE_EPOCH - offset) // _MICROSECOND


def read_any_time(text: str) -> int | None:
    """The moment that RFC 3339 writes with its offset, whenever; None when it does not."""
    if not _RFC3339(text):
        return None
    try:
        return from_datetime(datetime.fromisoformat(text.upper()))
    except ValueError:
        return None


def read_rfc3339(text: str) -> int | None:
    """As `read_any_time`, but None also when no clock of ours can show the moment."""
    moment = read_any_time(text)
    return moment if moment is not None and 0 <= moment <= LATEST else None


def write_rfc3339(moment: int, zone: tzinfo) -> str:
    """The moment as the control API shows it (C4), to the microsecond."""
    t = to_datetime(moment, zone)
    offset = t.utcoffset() or timedelta()
    if offset % _MINUTE:  # a zone's local mean time, long ago: RFC 3339 knows no seconds in an offset
        t = to_datetime(moment, timezone(round(offset / _MINUTE) * _MINUTE))
    return t.isoformat(timespec="microseconds")


def write_money(amount: int, decimals: int = 6) -> str:
    """Micro-units as decimal text, cut (not rounded) to the decimals (P1.10): `99.990000`."""
    whole, fraction = divmod(amount, UNIT)
    return f"{whole}.{fraction:06d}"[: len(str(whole)) + 1 + decimals]


def read_money(text: str) -> int | None:
    """Micro-units of a decimal text with at most six decimals; None when it is not one."""
    match = _MONEY(text)
    if match is None:
        return None
    return int(match[1]) * UNIT + int((match[2] or "").ljust(6, "0"))
