"""Which faults are there, and how do they come and go (C4)?"""

from functools import cache, partial

from pydantic import TypeAdapter

from ...domain.faults import Fault, FaultSettings
from ...domain.lists import Listed, Page, cut_page
from ...errors import NotFoundError
from ...storage.behaviours import FAULTS, add_behaviour, empty_behaviours, remove_behaviour, replace_behaviour
from ...storage.layout import CONTROL
from ..faults import Armed
from ..parts import Parts


class FaultControls:
    """The operator's hands on the faults. Each deed is stored before it counts, from the next request on."""

    def __init__(self, parts: Parts) -> None:
        self._faults = parts.faults
        self._writer = parts.writer

    def listed(self, page: Page) -> Listed[Armed]:
        """Faults by id, which is not the order in which they are looked at: the file's come first there."""
        return cut_page(self._faults.listed(), page, lambda one: one.fault.id)

    def one(self, id: int) -> Armed:
        """One fault. Raises NotFoundError."""
        for armed in self._faults.listed():
            if armed.fault.id == id:
                return armed
        raise NotFoundError(f"there is no fault {id}")

    async def add(self, settings: FaultSettings) -> Armed:
        """Append a fault. Raises StorageError."""
        deed = partial(add_behaviour, kind=FAULTS, origin=CONTROL, settings=_write(settings))
        fault = Fault(await self._writer.do(deed), settings)
        self._faults.add(fault)
        return Armed(fault, 0)

    async def replace(self, id: int, settings: FaultSettings) -> Armed:
        """Give a fault other settings; it keeps its id and its place, and counts anew. Raises NotFoundError."""
        await self._writer.do(partial(replace_behaviour, kind=FAULTS, id=id, settings=_write(settings)))
        fault = Fault(id, settings)
        self._faults.change(fault)
        return Armed(fault, 0)

    async def remove(self, id: int) -> None:
        """Remove a fault; whom it holds up already stays so. Raises NotFoundError."""
        await self._writer.do(partial(remove_behaviour, kind=FAULTS, id=id))
        self._faults.remove(id)

    async def clear(self) -> None:
        """Remove every fault; whom one holds up already stays so. Raises StorageError."""
        await self._writer.do(partial(empty_behaviours, kind=FAULTS))
        self._faults.disarm()


@cache
def _adapter() -> TypeAdapter[FaultSettings]:
    return TypeAdapter(FaultSettings)


def _write(settings: FaultSettings) -> str:
    return _adapter().dump_json(settings).decode()
