"""Which accounts and rules are kept, and how do they follow the file (C3)?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from ..domain.accounts import Account, AccountSettings
from ..domain.rules import Rule, RuleSettings
from . import statements as sql
from .layout import COUNTERS
from .transaction import Row, Transaction

FILE: Final = "file"
CONTROL: Final = "control"
"""Who made an account or a rule: the configuration file, or the control API."""


class KeptAccount(NamedTuple):
    """An account with what the database remembers of it beside its settings."""

    account: Account
    last_seq: int
    failures: int


class Kept(NamedTuple):
    """Everything that the running gateway holds in memory of the database."""

    accounts: list[KeptAccount]
    rules: list[Rule]


@dataclass(frozen=True, slots=True)
class Adapters:
    """Settings to JSON and back; made once, when the first world is opened."""

    account: TypeAdapter[AccountSettings]
    rule: TypeAdapter[RuleSettings]

    @classmethod
    def make(cls) -> "Adapters":
        """Build both."""
        return cls(TypeAdapter(AccountSettings), TypeAdapter(RuleSettings))


async def open_world(
    transaction: Transaction, adapters: Adapters, accounts: Sequence[AccountSettings], rules: Sequence[RuleSettings]
) -> Kept:
    """Bring the kept accounts and rules in line with the file and load them (C3).

    Settings of the file replace the stored ones, balances stay; accounts that were in an earlier file and are in
    none now are disabled; what the control API made stays.
    """
    await _load_counters(transaction)
    await _sync_accounts(transaction, adapters, accounts)
    await _sync_rules(transaction, adapters, rules)
    return await _load(transaction, adapters)


async def reset_world(
    transaction: Transaction, adapters: Adapters, accounts: Sequence[AccountSettings], rules: Sequence[RuleSettings]
) -> Kept:
    """Empty every table and begin with the file as on a fresh start: ids from 1 (C4)."""
    for statement in sql.DELETE_ALL:
        await transaction.run(statement)
    await transaction.insert(sql.INSERT_COUNTER, [(name, 1) for name in COUNTERS])
    transaction.restart()
    return await open_world(transaction, adapters, accounts, rules)


async def reset_account(
    transaction: Transaction, account: int, settings: AccountSettings, rules: Sequence[int]
) -> None:
    """Remove what is the account's own and give it back the money it began with (C4).

    `rules` are the ids of its rules, which count anew.
    """
    transaction.keep_message_counter()
    for statement in sql.DELETE_OF_ACCOUNT:
        await transaction.run(statement, owner=account)
    await transaction.run(sql.UPDATE_LAST_SEQ, this=account, seq=0)
    await transaction.run(sql.UPDATE_FAILURES, this=account, failures=0)
    transaction.credit[account] = (settings.balance, settings.gift)
    transaction.applied.update(dict.fromkeys(rules, 0))


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
            await _insert_account(transaction, adapters, settings, FILE)
        else:
            text = adapters.account.dump_json(settings).decode()
            await _update_account(transaction, row, text, FILE, disabled=False, callback=bool(settings.callback_url))
    for name, row in kept.items():
        if name not in listed and row[3] == FILE and not row[4]:
            await _update_account(transaction, row, row[2], FILE, disabled=True, callback=bool(row[5]))


async def _insert_account(transaction: Transaction, adapters: Adapters, settings: AccountSettings, origin: str) -> None:
    id = transaction.take_ids("accounts", 1)
    text = adapters.account.dump_json(settings).decode()
    callback = bool(settings.callback_url)
    row = (id, settings.account, text, origin, False, callback, settings.balance, settings.gift, 0, 0)
    await transaction.insert(sql.INSERT_ACCOUNT, [row])


async def _update_account(
    transaction: Transaction, row: Row, settings: str, origin: str, *, disabled: bool, callback: bool
) -> None:
    await transaction.run(
        sql.UPDATE_ACCOUNT, this=row[0], settings=settings, origin=origin, disabled=disabled, callback=callback
    )


async def _sync_rules(transaction: Transaction, adapters: Adapters, rules: Sequence[RuleSettings]) -> None:
    """The file's rules in its order, before those of the control API; one that did not change keeps its count."""
    kept = [row for row in await transaction.rows(sql.ALL_RULES) if row[2] == FILE]
    texts = [adapters.rule.dump_json(settings).decode() for settings in rules]
    if [row[3] for row in kept] == texts:
        return
    applied: dict[str, list[int]] = {}
    for row in kept:
        applied.setdefault(row[3], []).append(row[4])
        await transaction.run(sql.DELETE_RULE, this=row[0])
    first = transaction.take_ids("rules", len(texts))
    for position, text in enumerate(texts):
        count = applied[text].pop(0) if applied.get(text) else 0
        await transaction.insert(sql.INSERT_RULE, [(first + position, position, FILE, text, count)])


async def _load(transaction: Transaction, adapters: Adapters) -> Kept:
    accounts = []
    for row in await transaction.rows(sql.ALL_ACCOUNTS):
        id, _, text, _, disabled, _, balance, gift, last_seq, failures = row
        settings = adapters.account.validate_json(text)
        transaction.credit[id] = (balance, gift)
        accounts.append(KeptAccount(Account.build(id, settings, disabled=bool(disabled)), last_seq, failures))
    rules = []
    for row in await transaction.rows(sql.ALL_RULES):
        transaction.applied[row[0]] = row[4]
        rules.append(Rule.build(row[0], adapters.rule.validate_json(row[3])))
    return Kept(accounts, rules)
