"""How many radio parts does a content need, and which (P4.3)?"""

from typing import Final, Literal, NamedTuple

GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""Characters that take two septets of GSM 03.38."""

_GSM: Final = GSM_BASIC | GSM_EXTENSION

GSM_SINGLE: Final = 160
GSM_PART: Final = 153
UCS2_SINGLE: Final = 70
UCS2_PART: Final = 67


Alphabet = Literal["gsm-7", "ucs-2"]


class Segment(NamedTuple):
    """One radio part of a content, and how many septets (GSM 03.38) or UTF-16 units (UCS-2) of its room it takes."""

    content: str
    units: int


class Forced(NamedTuple):
    """The first character that GSM 03.38 cannot write, and where it is, in code points."""

    place: int
    character: str


class Division(NamedTuple):
    """A content in parts: joined they are the content. Each has room for so many units."""

    alphabet: Alphabet
    room: int
    segments: tuple[Segment, ...]
    forced_by: Forced | None


def count_segments(content: str) -> int:
    """The number of segments: GSM 03.38 when it can write the content, else UCS-2 in UTF-16 units (P4.3)."""
    if GSM_BASIC.issuperset(content):
        return 1 if len(content) <= GSM_SINGLE else -(-len(content) // GSM_PART)
    if _GSM.issuperset(content):
        return len(_starts(_septets(content), GSM_SINGLE, GSM_PART))
    return len(_starts(_utf16_units(content), UCS2_SINGLE, UCS2_PART))


def divide(content: str) -> Division:
    """The parts that `count_segments` counts (P4.3)."""
    forced = next((Forced(index, char) for index, char in enumerate(content) if char not in _GSM), None)
    if forced is None:
        widths, single, part = _septets(content), GSM_SINGLE, GSM_PART
    else:
        widths, single, part = _utf16_units(content), UCS2_SINGLE, UCS2_PART
    starts = _starts(widths, single, part)
    ends = [*starts[1:], len(content)]
    segments = tuple(Segment(content[a:b], sum(widths[a:b])) for a, b in zip(starts, ends, strict=True))
    return Division("gsm-7" if forced is None else "ucs-2", single if len(starts) == 1 else part, segments, forced)


def _septets(content: str) -> list[int]:
    return [2 if char in GSM_EXTENSION else 1 for char in content]


def _utf16_units(content: str) -> list[int]:
    return [2 if char > "\uffff" else 1 for char in content]


def _starts(widths: list[int], single: int, part: int) -> list[int]:
    """Where the parts begin when no character is split."""
    starts = [0]
    if sum(widths) <= single:
        return starts
    used = 0
    for place, width in enumerate(widths):
        if used + width > part:
            starts.append(place)
            used = 0
        used += width
    return starts
