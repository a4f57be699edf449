"""What may an operator do with rules and faults, which differ only in who looks at them (C4)?"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter

from ...domain.faults import FaultSettings
from ...domain.lists import Listed, Page, cut_page
from ...domain.rules import RuleSettings
from ...errors import NotFoundError
from ...storage.behaviours import (
    Kind,
    add_behaviour,
    alter_behaviour,
    empty_behaviours,
    put_first,
    remove_behaviour,
    replace_behaviour,
    settings_of_behaviours,
)
from ...storage.transaction import Transaction
from ...storage.writer import Writer

S = TypeVar("S", RuleSettings, FaultSettings)


class Counted(NamedTuple, Generic[S]):
    """A rule or a fault as an operator sees it: `applied` is how often it did something."""

    id: int
    settings: S
    applied: int


class BehaviourControls(ABC, Generic[S]):
    """The operator's hands on one of the two kinds. Each deed is stored, then memory follows it with the commit.

    What is named `…_in` is part of a larger deed: it is done in that one's transaction.
    """

    kind: ClassVar[Kind]

    def __init__(self, writer: Writer, adapter: TypeAdapter[S]) -> None:
        self._writer = writer
        self._adapter: TypeAdapter[S] = adapter

    def listed(self, page: Page) -> Listed[Counted[S]]:
        """All by id, which is not the order in which they are looked at: presets come first there, then the file's."""
        return cut_page(self.every(), page, lambda one: one.id)

    def in_order(self, limit: int, after: int | None) -> Listed[Counted[S]]:
        """So many at most in the order in which they are looked at, strictly beyond the one with the id `after`."""
        every = list(self.every())
        ids = [one.id for one in every]
        first = 0 if after is None else ids.index(after) + 1 if after in ids else len(ids)
        return Listed(every[first : first + limit], len(every))

    def one(self, id: int) -> Counted[S]:
        """One of them. Raises NotFoundError."""
        for one in self.every():
            if one.id == id:
                return one
        raise NotFoundError(f"there is no {self.kind.name} {id}")

    async def add(self, settings: S) -> Counted[S]:
        """Append one. Raises StorageError."""
        return Counted(await self._writer.do(partial(self.add_in, settings=settings)), settings, 0)

    async def add_in(self, transaction: Transaction, settings: S) -> int:
        """Append one; its id."""
        id = await add_behaviour(transaction, self.kind, self._write(settings))
        transaction.then(partial(self._insert, id, settings, first=False))
        return id

    async def put_first_in(self, transaction: Transaction, settings: S) -> None:
        """Put one of a preset before all others."""
        id = await put_first(transaction, self.kind, self._write(settings))
        transaction.then(partial(self._insert, id, settings, first=True))

    async def replace(self, id: int, settings: S) -> Counted[S]:
        """Give one other settings; it keeps its id and its place, and counts anew. Raises NotFoundError."""

        async def replace(transaction: Transaction) -> None:
            await replace_behaviour(transaction, self.kind, id, self._write(settings))
            transaction.then(partial(self._change, id, settings, anew=True))

        await self._writer.do(replace)
        return Counted(id, settings, 0)

    async def switch(self, id: int, *, on: bool) -> Counted[S]:
        """Switch one on or off; it keeps its id, its place and its count. Raises NotFoundError."""

        async def switch(transaction: Transaction) -> None:
            settings = dict(await self.kept_in(transaction)).get(id)
            if settings is None:
                raise NotFoundError(f"there is no {self.kind.name} {id}")
            await self.switch_in(transaction, id, settings, on=on)

        await self._writer.do(switch)
        return self.one(id)

    async def switch_in(self, transaction: Transaction, id: int, settings: S, *, on: bool) -> None:
        """Switch the one of this id and these settings."""
        settings = replace(settings, enabled=on)
        await alter_behaviour(transaction, self.kind, id, self._write(settings))
        transaction.then(partial(self._change, id, settings, anew=False))

    async def remove(self, id: int) -> None:
        """Remove one. Raises NotFoundError."""
        await self._writer.do(partial(self.remove_in, id=id))

    async def remove_in(self, transaction: Transaction, id: int) -> None:
        """Remove one. Raises NotFoundError."""
        await remove_behaviour(transaction, self.kind, id)
        transaction.then(partial(self._drop, id))

    async def clear(self) -> None:
        """Remove them all. Raises StorageError."""

        async def clear(transaction: Transaction) -> None:
            await empty_behaviours(transaction, self.kind)
            transaction.then(self._drop_all)

        await self._writer.do(clear)

    async def kept_in(self, transaction: Transaction) -> list[tuple[int, S]]:
        """The id and the settings of each, in their order, as this transaction finds them."""
        kept = await settings_of_behaviours(transaction, self.kind)
        return [(id, self._adapter.validate_json(text)) for id, text in kept]

    @abstractmethod
    def every(self) -> Iterable[Counted[S]]:
        """All of them in their order."""

    @abstractmethod
    def _insert(self, id: int, settings: S, *, first: bool) -> None: ...

    @abstractmethod
    def _change(self, id: int, settings: S, *, anew: bool) -> None: ...

    @abstractmethod
    def _drop(self, id: int) -> None: ...

    @abstractmethod
    def _drop_all(self) -> None: ...

    def _write(self, settings: S) -> str:
        written: bytes = self._adapter.dump_json(settings)
        return written.decode()
