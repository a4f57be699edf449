"""How do inbound messages (MO) arrive, and which are there (C4)?"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from ...domain.lists import InboundFilter, Listed, Page
from ...domain.messages import Inbound
from ...errors import NotFoundError
from ...storage.deeds import NewInbound, add_inbound
from ...storage.emptying import empty_inbound
from ..parts import Parts


class Arrival(NamedTuple):
    """An inbound message that an operator sends; without an account it goes to the owner of `recipient`."""

    account: str | None
    sender: str
    recipient: str
    content: str
    received_at: int | None


class InboundControls:
    """The operator as the phones that write to the accounts' numbers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def owner(self, number: str) -> str | None:
        """The account that an inbound number belongs to."""
        member = self._parts.registry.owners.get(number)
        return member.account.name if member else None

    def numbers(self) -> list[tuple[str, str]]:
        """Every inbound number with the account that it belongs to: by account, and in its order."""
        owned = [(number, member.account.name) for number, member in self._parts.registry.owners.items()]
        return sorted(owned, key=lambda one: one[1])

    def has_account(self, name: str) -> bool:
        """Whether there is such an account."""
        return name in self._parts.registry.by_name

    async def add(self, arrivals: Sequence[Arrival]) -> list[Inbound]:
        """Let inbound messages arrive. Raises NotFoundError for an account or owner that does not exist."""
        parts = self._parts
        now = parts.clock.now()
        new = [self._arrive(arrival, now) for arrival in arrivals]
        first = await parts.writer.do(partial(add_inbound, arrived=new), weight=len(new))
        names = {member.account.id: member.account.name for member in parts.registry.by_name.values()}
        arrived = [
            Inbound(id, names[one.account], one.sender, one.recipient, one.content, one.received_at, None)
            for id, one in enumerate(new, first)
        ]
        for inbound in arrived:
            parts.events.publish("inbound", inbound.id, inbound)
        return arrived

    async def listed(self, wanted: InboundFilter, page: Page) -> Listed[Inbound]:
        """Inbound messages by id."""
        return await (await self._parts.reader()).inbound(wanted, page)

    async def empty(self) -> None:
        """Remove inbound messages, fetched or not. Raises StorageError."""
        await self._parts.writer.do(empty_inbound, weight=1000)

    def _arrive(self, arrival: Arrival, now: int) -> NewInbound:
        name = arrival.account or self.owner(arrival.recipient)
        member = self._parts.registry.by_name.get(name) if name is not None else None
        if member is None:
            raise NotFoundError("there is no such account, and no account owns this number")
        received_at = now if arrival.received_at is None else arrival.received_at
        return NewInbound(member.account.id, arrival.sender, arrival.recipient, arrival.content, received_at)
