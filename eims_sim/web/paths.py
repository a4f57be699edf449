"""Which paths belong to whom?"""

from typing import Final

CONTROL: Final = "/_sim/"
"""Below this path is the control API; everything else is the gateway's."""


def is_control(path: str) -> bool:
    """Whether the control API answers this path."""
    return path.startswith(CONTROL) or path == CONTROL[:-1]
