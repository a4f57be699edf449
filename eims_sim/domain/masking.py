"""Which parts of a request are secrets (C4)? They are shown as stars, wherever requests are shown."""

import re
from collections.abc import Mapping
from typing import Final

from ..protocol.pairs import Values, read_pairs
from ..protocol.parameters import ABOUT

MASKED: Final = "***"
CUT: Final = "…"

_SECRET_NAME: Final = re.compile("pass|pwd|secret|key|sign", re.IGNORECASE).search
_LIKE_A_QUERY: Final = re.compile("[?&;=]|%3[bdf]|%26", re.IGNORECASE).search


def mask(parameters: Mapping[str, str], secret: str | None) -> dict[str, str]:
    """The parameters with every secret masked: what is named like one, and what equals `secret`, the password.

    Of a password with an `&` in it that was not escaped, a piece arrives as the name of a parameter: such names are
    masked, too. Where the password is not known, it is those without a value that follow a secret.
    """
    pieces = _pieces(secret) if secret else {}
    shown: dict[str, str] = {}
    follows = False
    for name, value in parameters.items():
        if pieces.get(name) == value or (follows and not value and name not in ABOUT):
            shown[MASKED] = MASKED
        elif _SECRET_NAME(name) or (secret and value == secret):
            shown[name] = MASKED
            follows = True
        else:
            shown[name] = value
            follows = False
    return shown


def show_path(path: str) -> str:
    """A path as it may be shown: without what a client meant for a query, its `?` being forgotten or escaped."""
    found = _LIKE_A_QUERY(path)
    return path if found is None else path[: found.start()] + CUT


def _pieces(secret: str) -> Values:
    """The parameters that a query has besides, when this text stands in it as it is."""
    return read_pairs(f"={secret}")[0] if "&" in secret else {}
