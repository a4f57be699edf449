"""What do the values in the tables mean, beside those of the protocol?"""

from collections.abc import Mapping
from typing import Final, Literal

from ..protocol.codes import SENDING, UNSENT

SCHEMA_VERSION: Final = 2

OUTBOX_NONE: Final = 0
OUTBOX_WAITING: Final = 1
OUTBOX_CUT: Final = 2
"""Whether a life's reports are not to be pushed (yet), wait to be cut into pushes, or were cut."""

QUEUED: Final = "queued"
RETRYING: Final = "retrying"
DELIVERED: Final = "delivered"
PARKED: Final = "parked"
DROPPED: Final = "dropped"
CLOSED: Final = (DELIVERED, DROPPED)
"""The states of a push; those in which nobody is owed its reports any more."""

FILE: Final = "file"
CONTROL: Final = "control"
AUTO: Final = "auto"
PRESET: Final = "preset"
"""Who made an account, a rule or a fault: the configuration file, or the control API. An account may also be made by a
client's first request (auto_accounts), a rule or a fault by a preset that was switched on."""

FORCED_FROM_UNSENT: Final = -1
FORCED_FROM_SENDING: Final = -2
"""In the place of a life's rule, whose ids count from 1: an operator ended it, out of this state (C4)."""

FORCED_FROM: Final[Mapping[int | None, Literal[1, 2]]] = {FORCED_FROM_UNSENT: UNSENT, FORCED_FROM_SENDING: SENDING}
"""Out of which state."""

COUNTERS: Final = ("accounts", "messages", "inbound", "fetches", "pushes", "rules", "faults", "steps")
"""What is counted from 1, each for itself. A step is a transaction that moves lives."""
