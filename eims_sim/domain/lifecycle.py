"""Which state is a message in, and what is due when (P9.1)?

Messages of a submit that share one plan share one *life*: a row that holds their state, so that a step of 10,000
messages moves one row (D5). A submit with no rule, no magic number and fixed delays has exactly one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..protocol.codes import SENDING, UNSENT
from ..protocol.numbers import Numbers
from .delays import Delay, Fixed, span
from .rules import SUCCESS, Decision, Rule, Traits, any_magic, candidates, decide

UNSENT_DRAW: Final = 0
SENDING_DRAW: Final = 2
"""The purposes under which delays are drawn; a lognormal takes two numbers each."""


@dataclass(frozen=True, slots=True)
class Course:
    """What decides the lives of new messages beside the rules: delays, seed and whether magic numbers count.

    `steady` is how long every message stays unsent and sending, in microseconds, when the delays are fixed.
    """

    unsent: Delay
    sending: Delay
    seed: int
    magic: bool
    steady: tuple[int, int] | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        fixed = isinstance(self.unsent, Fixed) and isinstance(self.sending, Fixed)
        steady = (span(self.unsent, 0, 0, 0), span(self.sending, 0, 0, 0)) if fixed else None
        object.__setattr__(self, "steady", steady)


class Plan(NamedTuple):
    """When messages leave unsent and sending, and how they end. A moment that is None never comes."""

    outcome: int
    rule: int | None
    sending_at: int | None
    final_at: int | None
    magic: bool = False


class Life(NamedTuple):
    """A plan and the messages under it: as (id, number), or None for all of the submit's."""

    plan: Plan
    members: Sequence[tuple[int, str]] | None


def plan_lives(
    numbers: Numbers,
    first_id: int,
    start: int,
    traits: Traits,
    rules: Sequence[Rule],
    applied: dict[int, int],
    course: Course,
) -> list[Life]:
    """The lives of a submit whose ids count from `first_id` (P9.1, P9.2).

    `start` is the later of acceptance and sendtime. `applied` counts what rules did and is counted on in place.
    """
    fitting = candidates(rules, traits) if rules else []
    magic = course.magic and any_magic(numbers.text)
    if not fitting and not magic and course.steady is not None:  # what nearly every submit is
        sending_at = start + course.steady[0]
        return [Life(Plan(SUCCESS.outcome, None, sending_at, sending_at + course.steady[1]), None)]
    shared = _shared_decision(fitting, magic=magic)
    if shared is not None and _fixed(shared, course):
        if shared.rule is not None:
            applied[shared.rule] = applied.get(shared.rule, 0) + numbers.accepted
        return [Life(_plan(shared, first_id, start, course), None)]
    members: dict[Plan, list[tuple[int, str]]] = {}
    for id, number in enumerate(numbers.items(), first_id):
        decision = decide(number, id, fitting, applied, course.seed, magic=magic)
        members.setdefault(_plan(decision, id, start, course), []).append((id, number))
    return [Life(plan, group) for plan, group in members.items()]


def hasten(lives: Sequence[Life], start: int) -> list[Life]:
    """The same lives without their delays: what ends at all ends at its start."""
    return [life._replace(plan=_at_once(life.plan, start)) for life in lives]


def _at_once(plan: Plan, start: int) -> Plan:
    sending_at = None if plan.sending_at is None else start
    final_at = None if plan.final_at is None else start
    return plan._replace(sending_at=sending_at, final_at=final_at)


def _shared_decision(fitting: list[Rule], *, magic: bool) -> Decision | None:
    """The one decision for every number, when there is one."""
    if not fitting:
        return None if magic else SUCCESS
    first = fitting[0]
    if not first.sure:
        return None
    wanted = first.settings
    return Decision(wanted.outcome, first.id, unsent=wanted.unsent_seconds, sending=wanted.sending_seconds)


def _fixed(decision: Decision, course: Course) -> bool:
    return isinstance(decision.unsent or course.unsent, Fixed) and isinstance(decision.sending or course.sending, Fixed)


def _plan(decision: Decision, id: int, start: int, course: Course) -> Plan:
    outcome, rule, magic = decision.outcome, decision.rule, decision.magic
    if outcome == UNSENT:
        return Plan(outcome, rule, None, None, magic)
    sending_at = start + span(decision.unsent or course.unsent, course.seed, id, UNSENT_DRAW)
    if outcome == SENDING:
        return Plan(outcome, rule, sending_at, None, magic)
    final_at = sending_at + span(decision.sending or course.sending, course.seed, id, SENDING_DRAW)
    return Plan(outcome, rule, sending_at, final_at, magic)
