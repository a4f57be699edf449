"""What does the stream of events carry (C4)? How objects are shown is loaded with the first listener (D8)."""

from datetime import tzinfo
from typing import Final

from ..engine.events import Crowd, EventKind

COMMENT: Final = b": keep-alive\n\n"

REMOVED: Final = b": removed\n\n"
"""Says that messages were removed. A comment: C4 settles what events there are; who knows none of this skips it."""


def write_event(kind: EventKind, object: object, zone: tzinfo) -> bytes:
    """An event: the object as the control API shows it, or how many there were."""
    from .control.door import to_json
    from .control.events import SHOWS

    shown = {"count": object.size, "last": object.last} if isinstance(object, Crowd) else SHOWS[kind](object, zone)
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), to_json(shown))
