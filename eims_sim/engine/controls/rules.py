"""Which rules are there, and how do they come, change and go (C4)?"""

from functools import partial
from typing import NamedTuple

from ...domain.lists import Listed, Page, cut_page
from ...domain.rules import Rule, RuleSettings
from ...errors import NotFoundError
from ...storage.behaviours import RULES, add_behaviour, empty_behaviours, remove_behaviour, replace_behaviour
from ...storage.layout import CONTROL
from ...storage.transaction import Transaction
from ..parts import Parts


class CountedRule(NamedTuple):
    """A rule as an operator sees it: `applied` is how many messages it decided."""

    id: int
    settings: RuleSettings
    applied: int


class RuleControls:
    """The operator's hands on the rules. They decide from the next submit on; what was accepted stays decided."""

    def __init__(self, parts: Parts) -> None:
        self._registry = parts.registry
        self._writer = parts.writer
        self._adapter = parts.adapters.rule

    def listed(self, page: Page) -> Listed[CountedRule]:
        """Rules by id, which is not the order in which they are looked at: the file's come first there."""
        found = cut_page(self._registry.rules, page, lambda rule: rule.id)
        return Listed([self._counted(rule) for rule in found.items], found.total)

    def one(self, id: int) -> CountedRule:
        """One rule. Raises NotFoundError."""
        for rule in self._registry.rules:
            if rule.id == id:
                return self._counted(rule)
        raise NotFoundError(f"there is no rule {id}")

    async def add(self, settings: RuleSettings) -> CountedRule:
        """Append a rule. Raises StorageError."""

        async def add(transaction: Transaction) -> int:
            id = await add_behaviour(transaction, RULES, CONTROL, self._write(settings))
            transaction.then(partial(self._append, Rule.build(id, settings)))
            return id

        return CountedRule(await self._writer.do(add), settings, 0)

    async def replace(self, id: int, settings: RuleSettings) -> CountedRule:
        """Give a rule other settings; it keeps its id and its place, and counts anew. Raises NotFoundError."""

        async def replace(transaction: Transaction) -> None:
            await replace_behaviour(transaction, RULES, id, self._write(settings))
            transaction.then(partial(self._change, Rule.build(id, settings)))

        await self._writer.do(replace)
        return CountedRule(id, settings, 0)

    async def remove(self, id: int) -> None:
        """Remove a rule. Raises NotFoundError."""

        async def remove(transaction: Transaction) -> None:
            await remove_behaviour(transaction, RULES, id)
            transaction.applied.drop(id)
            transaction.then(partial(self._drop, id))

        await self._writer.do(remove)

    async def clear(self) -> None:
        """Remove every rule. Raises StorageError."""

        async def clear(transaction: Transaction) -> None:
            await empty_behaviours(transaction, RULES)
            transaction.then(self._drop_all)

        await self._writer.do(clear)

    def _append(self, rule: Rule) -> None:
        self._registry.rules = [*self._registry.rules, rule]

    def _change(self, rule: Rule) -> None:
        self._registry.rules = [rule if one.id == rule.id else one for one in self._registry.rules]

    def _drop(self, id: int) -> None:
        self._registry.rules = [rule for rule in self._registry.rules if rule.id != id]

    def _drop_all(self) -> None:
        self._registry.rules = []

    def _counted(self, rule: Rule) -> CountedRule:
        return CountedRule(rule.id, rule.settings, self._writer.ledger.applied.get(rule.id, 0))

    def _write(self, settings: RuleSettings) -> str:
        return self._adapter.dump_json(settings).decode()
