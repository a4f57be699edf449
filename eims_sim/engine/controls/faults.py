"""Which faults are there, and how do they come and go (C4)?"""

from collections.abc import Iterator
from typing import ClassVar

from ...domain.faults import Fault, FaultSettings
from ...storage.behaviours import FAULTS, Kind
from ..parts import Parts
from .behaviours import BehaviourControls, Counted


class FaultControls(BehaviourControls[FaultSettings]):
    """The operator's hands on the faults. They strike from the next request on; whom one holds up already stays so."""

    kind: ClassVar[Kind] = FAULTS

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.writer, parts.adapters.fault)
        self._faults = parts.faults

    def every(self) -> Iterator[Counted[FaultSettings]]:
        """Every fault in its order; `applied` is how often it struck."""
        for fault, applied in self._faults.listed():
            yield Counted(fault.id, fault.settings, applied)

    def _insert(self, id: int, settings: FaultSettings, *, first: bool) -> None:
        self._faults.add(Fault(id, settings), first=first)

    def _change(self, id: int, settings: FaultSettings, *, anew: bool) -> None:
        fault = Fault(id, settings)
        if anew:
            self._faults.change(fault)
        else:
            self._faults.alter(fault)

    def _drop(self, id: int) -> None:
        self._faults.remove(id)

    def _drop_all(self) -> None:
        self._faults.disarm()
