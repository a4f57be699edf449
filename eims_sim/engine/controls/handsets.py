"""What do the people see who hold the phones (C4)?"""

from typing import Final

from ...domain.handsets import Conversation, Handset, Place, cut, pick
from ..parts import Parts

SUBMITS: Final = 200
NUMBERS: Final = 10
INBOUND: Final = 500
"""What is looked through for recent numbers: the last submits, the first numbers of each, the last inbound messages.

A submit of 10,000 numbers is one of many that way, and a million messages are as quick as a thousand.
"""


class HandsetControls:
    """The operator as somebody who looks over shoulders."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def recent(self, prefix: str, limit: int) -> list[Handset]:
        """Numbers that begin so and were written to, or wrote, lately: the last first. Raises StorageError."""
        messages, inbound = await (await self._parts.reader()).recent(SUBMITS, NUMBERS, INBOUND)
        return pick(messages, inbound, prefix, limit)

    async def conversation(self, number: str, below: Place, limit: int) -> Conversation:
        """What a number was sent and sent back. Raises StorageError."""
        # One more of each tells whether there is more.
        return cut(*await (await self._parts.reader()).conversation(number, below, limit + 1), limit)
