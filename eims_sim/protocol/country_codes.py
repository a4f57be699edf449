"""Does a number look as if somebody put its country code in front of it twice (C5)?"""

import re
from typing import Final

MOBILE: Final = {
    "20": "1[0-9]{9}",
    "52": "[0-9]{10}",
    "55": "[0-9]{2}9[0-9]{8}",
    "57": "3[0-9]{9}",
    "60": "1[0-9]{8,9}",
    "62": "8[0-9]{8,10}",
    "63": "9[0-9]{9}",
    "66": "[689][0-9]{8}",
    "84": "[35789][0-9]{8}",
    "86": "1[0-9]{10}",
    "90": "5[0-9]{9}",
    "91": "[6-9][0-9]{9}",
    "92": "3[0-9]{9}",
    "234": "[789][0-9]{9}",
    "880": "1[0-9]{9}",
}
"""Country codes, and how mobile numbers go on behind them: to the end, so that an area code is not taken for one."""

LOOKED_AT: Final = 1500
"""So many characters of a list are searched: who prefixes blindly prefixes the first numbers too."""

SHORTEST: Final = 13
"""Digits of the shortest number with its country code twice."""

_TWICE: Final = re.compile(
    f"(?<![0-9])(?:{'|'.join(code + code + rest for code, rest in MOBILE.items())})(?![0-9])"
).search


def is_doubled(numbers: str) -> bool:
    """Whether one of the first numbers of a list begins with its country code twice."""
    return len(numbers) >= SHORTEST and _TWICE(numbers, 0, LOOKED_AT) is not None
