"""Which accounts, rules and faults are kept, and how do they follow the file (C3)?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from pydantic import TypeAdapter

from ..domain.accounts import Account, AccountSettings
from ..domain.faults import Fault, FaultSettings
from ..domain.rules import Rule, RuleSettings
from . import statements as sql
from .accounts import KeptAccount, empty_account, find_account, insert_account, read_account, update_account
from .behaviours import FAULTS, RULES, load_behaviours, reset_behaviours, sync_behaviours
from .layout import COUNTERS, FILE
from .transaction import Transaction


class KeptFault(NamedTuple):
    """A fault, and how often it struck."""

    fault: Fault
    applied: int


class Kept(NamedTuple):
    """Everything that the running gateway holds in memory of the database."""

    accounts: list[KeptAccount]
    rules: list[Rule]
    faults: list[KeptFault]


class Listing(NamedTuple):
    """What a configuration file lists."""

    accounts: Sequence[AccountSettings]
    rules: Sequence[RuleSettings] = ()
    faults: Sequence[FaultSettings] = ()


@dataclass(frozen=True, slots=True)
class Adapters:
    """Settings to JSON and back; made once in a process, when the first world is opened."""

    account: TypeAdapter[AccountSettings]
    rule: TypeAdapter[RuleSettings]
    fault: TypeAdapter[FaultSettings]

    @classmethod
    @cache
    def make(cls) -> "Adapters":
        """Build them: half of what a start costs, and they keep nothing of a server."""
        return cls(TypeAdapter(AccountSettings), TypeAdapter(RuleSettings), TypeAdapter(FaultSettings))


async def open_world(transaction: Transaction, adapters: Adapters, listing: Listing) -> Kept:
    """Bring the kept accounts, rules and faults in line with the file and load them (C3).

    Settings of the file replace the stored ones, balances stay; accounts that were in an earlier file and are in
    none now are disabled; what the control API made stays.
    """
    await _load_counters(transaction)
    await _sync_accounts(transaction, adapters, listing.accounts)
    await sync_behaviours(transaction, RULES, [adapters.rule.dump_json(one).decode() for one in listing.rules])
    await sync_behaviours(transaction, FAULTS, [adapters.fault.dump_json(one).decode() for one in listing.faults])
    return await _load(transaction, adapters)


async def load_world(transaction: Transaction, adapters: Adapters) -> Kept:
    """Load what is kept as it is, whatever the file says."""
    await _load_counters(transaction)
    return await _load(transaction, adapters)


async def reset_world(transaction: Transaction, adapters: Adapters, listing: Listing) -> Kept:
    """Empty every table and begin with the file as on a fresh start: ids from 1 (C4)."""
    for statement in sql.DELETE_ALL:
        await transaction.run(statement)
    await transaction.insert(sql.INSERT_COUNTER, [(name, 1) for name in COUNTERS])
    transaction.restart()
    return await open_world(transaction, adapters, listing)


class Begun(NamedTuple):
    """An account that has begun anew, and the ids of its rules and faults: those that are gone, and those that stay."""

    account: Account
    rules_gone: list[int]
    faults_gone: list[int]
    faults: list[int]


async def reset_account(transaction: Transaction, adapters: Adapters, settings: AccountSettings) -> Begun:
    """Remove what is the account's own; it begins with these settings and their money (C4).

    Raises NotFoundError when nobody has the name that they say.
    """
    row = await find_account(transaction, settings.account)
    before = read_account(adapters.account, row)
    id, disabled = before.account.id, before.account.disabled
    await empty_account(transaction, id)
    await update_account(transaction, adapters.account, id, settings, before.origin, disabled=disabled)
    await transaction.run(sql.UPDATE_LAST_SEQ, this=id, seq=0)
    await transaction.run(sql.UPDATE_FAILURES, this=id, failures=0)
    transaction.credit[id] = (settings.balance, settings.gift)
    rules_gone, _ = await reset_behaviours(transaction, RULES, settings.account)
    faults_gone, faults = await reset_behaviours(transaction, FAULTS, settings.account)
    return Begun(Account.build(id, settings, disabled=disabled), rules_gone, faults_gone, faults)


async def _load_counters(transaction: Transaction) -> None:
    for name, next_id in await transaction.rows(sql.ALL_COUNTERS):
        transaction.next_ids[name] = next_id
    # Bookings do not write the counter of their ids: the last message tells it. Who deletes messages writes it first.
    ((last,),) = await transaction.rows(sql.LAST_MESSAGE)
    if last is not None:
        transaction.next_ids["messages"] = max(transaction.next_ids["messages"], last + 1)


async def _sync_accounts(transaction: Transaction, adapters: Adapters, accounts: Sequence[AccountSettings]) -> None:
    kept = {row[1]: row for row in await transaction.rows(sql.ALL_ACCOUNTS)}
    listed = {settings.account for settings in accounts}
    for settings in accounts:
        row = kept.get(settings.account)
        if row is None:
            await insert_account(transaction, adapters.account, settings, FILE)
        else:
            await update_account(transaction, adapters.account, row[0], settings, FILE, disabled=False)
    for name, row in kept.items():
        if name not in listed and row[3] == FILE and not row[4]:
            await transaction.run(sql.DISABLE_ACCOUNT, this=row[0])


async def _load(transaction: Transaction, adapters: Adapters) -> Kept:
    accounts = []
    for row in await transaction.rows(sql.ALL_ACCOUNTS):
        accounts.append(read_account(adapters.account, row))
        transaction.credit[row[0]] = (row[6], row[7])
    rules = [
        Rule.build(kept.id, adapters.rule.validate_json(kept.settings))
        for kept in await load_behaviours(transaction, RULES)
    ]
    faults = [
        KeptFault(Fault(kept.id, adapters.fault.validate_json(kept.settings)), kept.applied)
        for kept in await load_behaviours(transaction, FAULTS)
    ]
    return Kept(accounts, rules, faults)
