"""What may an operator do (C4)? One class per resource, one method per deed.

Console, control API, shell and fixture are doors to this room.
"""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from ...domain.checks import Terms
from ..parts import Parts
from .accounts import AccountControls
from .clock import ClockControls
from .coverage import CoverageControls
from .faults import FaultControls
from .handsets import HandsetControls
from .inbound import InboundControls
from .messages import MessageControls
from .metrics import MetricsControls
from .presets import PresetControls
from .pushes import PushControls
from .requests import RequestControls
from .rules import RuleControls
from .state import StateControls
from .world import Origin, Reading, WorldControls

if TYPE_CHECKING:
    from .arising import ArisingControls


class Controls:
    """Every deed of an operator, by what it is done to. `terms` are the gateway's of this moment."""

    def __init__(self, origin: Origin, parts: Parts, read: Callable[[], Reading], terms: Callable[[], Terms]) -> None:
        self.world = WorldControls(origin, parts, read)
        self.accounts = AccountControls(parts)
        self.clock = ClockControls(parts)
        self.codes = parts.codes
        self.coverage = CoverageControls(parts)
        self.events = parts.events
        self.faults = FaultControls(parts)
        self.handsets = HandsetControls(parts)
        self.inbound = InboundControls(parts)
        self.messages = MessageControls(parts)
        self.metrics = MetricsControls(parts)
        self.pushes = PushControls(parts)
        self.requests = RequestControls(parts)
        self.rules = RuleControls(parts)
        self.presets = PresetControls(parts.writer, self.rules, self.faults)
        self.state = StateControls(parts)
        self._parts = parts
        self._terms = terms

    @cached_property
    def arising(self) -> "ArisingControls":
        """What makes codes arise; loaded when it is first asked for (D8)."""
        from .arising import ArisingControls

        return ArisingControls(self._parts, self.accounts, self.rules, self._terms)


__all__ = ["Controls", "Origin", "Reading"]
