"""How many radio parts does a content need (P4.3)?"""

from typing import Final

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


def count_segments(content: str) -> int:
    """The number of segments: GSM 03.38 when it can write the content, else UCS-2 in UTF-16 units (P4.3)."""
    if GSM_BASIC.issuperset(content):
        return 1 if len(content) <= GSM_SINGLE else -(-len(content) // GSM_PART)
    if _GSM.issuperset(content):
        return _pack([2 if char in GSM_EXTENSION else 1 for char in content], GSM_SINGLE, GSM_PART)
    return _pack([2 if char > "\uffff" else 1 for char in content], UCS2_SINGLE, UCS2_PART)


def _pack(widths: list[int], single: int, part: int) -> int:
    """How many parts the characters need when none of them is split."""
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts
