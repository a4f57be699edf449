"""What is left when an operator empties a collection (C4)? Ids are not given again."""

from . import statements as sql
from .transaction import Transaction


async def empty_messages(transaction: Transaction) -> None:
    """Remove final messages with their reports, pushes and attempts, delivered or not."""
    transaction.keep_message_counter()
    for statement in sql.DELETE_FINAL:
        await transaction.run(statement)


async def empty_inbound(transaction: Transaction) -> None:
    """Remove inbound messages, fetched or not."""
    await transaction.run(sql.DELETE_INBOUND)
