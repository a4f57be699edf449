"""Which rules are there, and how do they come, change and go (C4)?"""

from collections.abc import Iterator
from typing import ClassVar

from ...domain.rules import Rule, RuleSettings
from ...storage.behaviours import RULES, Kind
from ..parts import Parts
from .behaviours import BehaviourControls, Counted


class RuleControls(BehaviourControls[RuleSettings]):
    """The operator's hands on the rules. They decide from the next submit on; what was accepted stays decided."""

    kind: ClassVar[Kind] = RULES

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.writer, parts.adapters.rule)
        self._registry = parts.registry

    def every(self) -> Iterator[Counted[RuleSettings]]:
        """Every rule in its order; `applied` is how many messages it decided."""
        applied = self._writer.ledger.applied
        for rule in self._registry.rules:
            yield Counted(rule.id, rule.settings, applied.get(rule.id, 0))

    def _insert(self, id: int, settings: RuleSettings, *, first: bool) -> None:
        known, added = self._registry.rules, [Rule.build(id, settings)]
        self._registry.rules = [*added, *known] if first else [*known, *added]

    def _change(self, id: int, settings: RuleSettings, *, anew: bool) -> None:  # noqa: ARG002  the writer counts
        rule = Rule.build(id, settings)
        self._registry.rules = [rule if one.id == id else one for one in self._registry.rules]

    def _drop(self, id: int) -> None:
        self._registry.rules = [rule for rule in self._registry.rules if rule.id != id]

    def _drop_all(self) -> None:
        self._registry.rules = []
