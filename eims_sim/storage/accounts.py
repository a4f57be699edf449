"""How are accounts kept, changed and removed (C3, C4)?"""

import json
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import TypeAdapter

from ..domain.accounts import Account, AccountChange, AccountSettings, TopUp, repeated_numbers
from ..errors import ConflictError, NotFoundError, Violation, ViolationError
from . import statements as sql
from .layout import FILE
from .transaction import Row, Transaction

AccountAdapter = TypeAdapter[AccountSettings]


class KeptAccount(NamedTuple):
    """An account with what the database remembers of it beside its settings."""

    account: Account
    last_seq: int
    failures: int
    origin: str = FILE


def read_account(adapter: AccountAdapter, row: Row) -> KeptAccount:
    """An account from its row."""
    id, _, text, origin, disabled, _, _, _, last_seq, failures = row
    account = Account.build(id, adapter.validate_json(text), disabled=bool(disabled))
    return KeptAccount(account, last_seq, failures, origin)


async def add_account(
    transaction: Transaction, adapter: AccountAdapter, settings: AccountSettings, origin: str
) -> KeptAccount:
    """Make an account with the money of its settings.

    Raises ConflictError when there is one of this name, ViolationError when another has one of its numbers.
    """
    if await transaction.rows(sql.ACCOUNT_NAMED, called=settings.account):
        raise ConflictError(f"there is an account {settings.account!r} already")
    await _check_numbers(transaction, settings)
    return await insert_account(transaction, adapter, settings, origin)


async def insert_account(
    transaction: Transaction, adapter: AccountAdapter, settings: AccountSettings, origin: str
) -> KeptAccount:
    """Insert what is known to be new."""
    id = transaction.take_ids("accounts", 1)
    text = adapter.dump_json(settings).decode()
    callback = bool(settings.callback_url)
    row = (id, settings.account, text, origin, False, callback, settings.balance, settings.gift, 0, 0)
    await transaction.insert(sql.INSERT_ACCOUNT, [row])
    transaction.credit[id] = (settings.balance, settings.gift)
    return read_account(adapter, row)


async def change_account(
    transaction: Transaction, adapter: AccountAdapter, name: str, change: AccountChange
) -> KeptAccount:
    """Change the settings that are given, and no others; money given is what the account then has.

    Raises NotFoundError, or ViolationError when the settings do not fit each other or another account has a number.
    """
    before = read_account(adapter, await find_account(transaction, name))
    account = before.account
    settings = change.apply(account.settings)
    if settings.numbers != account.settings.numbers:
        await _check_numbers(transaction, settings)
    await update_account(transaction, adapter, account.id, settings, before.origin, disabled=account.disabled)
    balance, gift = transaction.credit[account.id]
    transaction.credit[account.id] = (
        balance if change.balance is None else change.balance,
        gift if change.gift is None else change.gift,
    )
    failures = before.failures
    if change.unlocks and failures:  # P2, order 3
        failures = 0
        await transaction.run(sql.UPDATE_FAILURES, this=account.id, failures=0)
    changed = Account.build(account.id, settings, disabled=account.disabled)
    return before._replace(account=changed, failures=failures)


async def top_up_account(transaction: Transaction, adapter: AccountAdapter, name: str, more: TopUp) -> KeptAccount:
    """Add to the money that the account has.

    Raises NotFoundError, or ViolationError when it would have more than an account may.
    """
    kept = read_account(adapter, await find_account(transaction, name))
    transaction.credit[kept.account.id] = more.add_to(*transaction.credit[kept.account.id])
    return kept


async def update_account(
    transaction: Transaction,
    adapter: AccountAdapter,
    id: int,
    settings: AccountSettings,
    origin: str,
    *,
    disabled: bool,
) -> None:
    """Replace the settings of an account."""
    await transaction.run(
        sql.UPDATE_ACCOUNT,
        this=id,
        settings=adapter.dump_json(settings).decode(),
        origin=origin,
        disabled=disabled,
        callback=bool(settings.callback_url),
    )


async def remove_account(transaction: Transaction, name: str) -> int:
    """Remove an account with its messages, inbound, reports and pushes; returns the id it had.

    Raises NotFoundError.
    """
    id: int = (await find_account(transaction, name))[0]
    await empty_account(transaction, id)
    await transaction.run(sql.DELETE_ACCOUNT, this=id)
    transaction.credit.drop(id)
    return id


async def empty_account(transaction: Transaction, id: int) -> None:
    """Remove what is the account's own: messages, inbound, reports and pushes. Their ids are not given again."""
    transaction.keep_message_counter()
    for statement in sql.DELETE_OF_ACCOUNT:
        await transaction.run(statement, owner=id)


async def find_account(transaction: Transaction, name: str) -> Row:
    """The row of an account. Raises NotFoundError."""
    rows = await transaction.rows(sql.ACCOUNT_NAMED, called=name)
    if not rows:
        raise NotFoundError(f"there is no account {name!r}")
    return rows[0]


async def _check_numbers(transaction: Transaction, settings: AccountSettings) -> None:
    """A number belongs to one account (C3); those of a disabled one are nobody's."""
    if not settings.numbers:
        return
    owners = {
        number: name
        for name, text in await transaction.rows(sql.ACCOUNTS_WITH_NUMBERS)
        for number in json.loads(text)["numbers"]
        if name != settings.account
    }
    violations = [*repeated_numbers(settings), *_taken(settings.numbers, owners)]
    if violations:
        raise ViolationError(violations)


def _taken(numbers: tuple[str, ...], owners: dict[str, str]) -> Iterator[Violation]:
    for place, number in enumerate(numbers):
        owner = owners.get(number)
        if owner is not None:
            detail = f"{number} is a number of account {owner!r}; a number belongs to one account"
            yield Violation(("numbers", place), detail)
