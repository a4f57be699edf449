"""Which presets are on, and how are they switched (C4)?"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from ...domain.faults import FaultSettings
from ...domain.presets import PRESETS, Preset, find_preset
from ...domain.rules import RuleSettings
from ...errors import NotFoundError
from ...storage.transaction import Transaction
from ...storage.writer import Writer
from .behaviours import BehaviourControls, Counted, S
from .faults import FaultControls
from .rules import RuleControls


class SwitchedPreset(NamedTuple):
    """A preset, whether all of it is there and on, and how often its rules and faults applied."""

    preset: Preset
    on: bool
    applied: int


class PresetControls:
    """The operator's hands on the presets: what has their settings is theirs, whoever made it."""

    def __init__(self, writer: Writer, rules: RuleControls, faults: FaultControls) -> None:
        self._writer = writer
        self._rules = rules
        self._faults = faults

    def listed(self) -> list[SwitchedPreset]:
        """Every preset."""
        rules, faults = list(self._rules.every()), list(self._faults.every())
        return [_look(preset, rules, faults) for preset in PRESETS]

    async def switch(self, name: str, *, on: bool) -> SwitchedPreset:
        """Have all of a preset there and on, or nothing of it. Raises NotFoundError, StorageError."""
        preset = find_preset(name)
        if preset is None:
            known = ", ".join(one.name for one in PRESETS)
            raise NotFoundError(f"there is no preset {name!r}; there are {known}")

        async def switch(transaction: Transaction) -> None:
            if on:
                await _complete(transaction, self._rules, preset.rules)
                await _complete(transaction, self._faults, preset.faults)
            else:
                await _remove(transaction, self._rules, preset.rules)
                await _remove(transaction, self._faults, preset.faults)

        await self._writer.do(switch)
        return _look(preset, self._rules.every(), self._faults.every())


async def _complete(transaction: Transaction, controls: BehaviourControls[S], wanted: Sequence[S]) -> None:
    """Put what is missing before all others, in its order; what is off is switched on where it stands."""
    kept = await controls.kept_in(transaction)
    for settings in reversed(wanted):
        if any(one == settings for _, one in kept):
            continue
        off = replace(settings, enabled=False)
        there = next((id for id, one in kept if one == off), None)
        if there is None:
            await controls.put_first_in(transaction, settings)
        else:
            await controls.switch_in(transaction, there, off, on=True)


async def _remove(transaction: Transaction, controls: BehaviourControls[S], wanted: Iterable[S]) -> None:
    for id, settings in await controls.kept_in(transaction):
        if _on(settings) in wanted:
            await controls.remove_in(transaction, id)


def _look(
    preset: Preset, rules: Iterable[Counted[RuleSettings]], faults: Iterable[Counted[FaultSettings]]
) -> SwitchedPreset:
    own_rules = [rule for rule in rules if _on(rule.settings) in preset.rules]
    own_faults = [fault for fault in faults if _on(fault.settings) in preset.faults]
    enabled = {one.settings for one in own_rules}, {one.settings for one in own_faults}
    on = enabled[0].issuperset(preset.rules) and enabled[1].issuperset(preset.faults)
    return SwitchedPreset(preset, on, sum(one.applied for one in own_rules) + sum(one.applied for one in own_faults))


def _on(settings: S) -> S:
    return settings if settings.enabled else replace(settings, enabled=True)
