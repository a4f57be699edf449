"""Which one-time code does a content hold (C4)?"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from .matching import compile_pattern

FindCode = Callable[[str], str | None]
"""The code in a content, None when there is none."""

# P1.11: a digit is ASCII. A run that is longer is an order number or a telephone, not a code.
_RUN: Final = re.compile(r"(?<![0-9])[0-9]{4,8}(?![0-9])")


class Code(NamedTuple):
    """A code, and the id of the message that holds it."""

    code: str
    message: int


class CodePlace(NamedTuple):
    """A run of digits that looks like a code, and how many characters stand before it."""

    code: str
    start: int


class CodeFilter(NamedTuple):
    """Where a code is looked for: messages to `number`, as stored, of one account, with ids beyond `after`."""

    number: str
    account: str | None = None
    after: int | None = None

    def fits(self, account: str, message: int) -> bool:
        """Whether a message to the number is one of them."""
        return (self.account is None or account == self.account) and (self.after is None or message > self.after)


def digits_code(content: str) -> str | None:
    """The first run of 4 to 8 digits."""
    found = _RUN.search(content)
    return found[0] if found else None


def digits_codes(content: str) -> list[CodePlace]:
    """Every run of 4 to 8 digits; the first is `digits_code`."""
    return [CodePlace(found[0], found.start()) for found in _RUN.finditer(content)]


def compile_code(pattern: str | None) -> FindCode:
    """How a code is found: by a pattern in re2's syntax (its first group, else all of it), or by `digits_code`.

    Raises ValueError with re2's own words when it cannot take the pattern.
    """
    if pattern is None:
        return digits_code
    compiled = compile_pattern(pattern)
    group = min(compiled.groups, 1)

    def find(content: str) -> str | None:
        # A match that is empty, or whose group took no part in it, shows no code: another may.
        return next((match[group] for match in compiled.finditer(content) if match[group]), None)

    return find
