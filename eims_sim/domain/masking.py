"""Which parameters are secrets (C4)? They are shown as stars, wherever requests are shown."""

import re
from collections.abc import Mapping
from typing import Final

MASKED: Final = "***"

_SECRET_NAME: Final = re.compile("pass|pwd|secret|key|sign", re.IGNORECASE).search


def mask(parameters: Mapping[str, str], secret: str | None) -> dict[str, str]:
    """The parameters with every secret masked: what is named like one, and what equals `secret`, the password."""
    return {
        name: MASKED if _SECRET_NAME(name) or (secret and value == secret) else value
        for name, value in parameters.items()
    }
