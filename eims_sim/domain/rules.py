"""How does a message end (P9.2, P9.3)? The account's rules, then the server's, then magic numbers, else success."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, NamedTuple

from pydantic import ConfigDict, Field

from ..protocol.codes import SENDING, UNSENT, ReportCode
from .delays import Delay, draw
from .fields import STRICT, ContentMatcher, DelayField, Enabled, Name, NumberMatcher, Outcome, SenderMatcher
from .matching import Matcher, Test

PROBABILITY_DRAW: Final = 16
"""The purpose under which a rule's chance is drawn; each rule adds its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """One table `[[rules]]` (C3). A condition that is absent always holds."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    account: Annotated[Name | None, Field(description="Only for this account.")] = None
    number: Annotated[NumberMatcher | None, Field(description="Only for numbers that match, + included.")] = None
    content: Annotated[ContentMatcher | None, Field(description="Only for contents that match, case-sensitive.")] = None
    sender: Annotated[SenderMatcher | None, Field(description="Only for senders that match.")] = None
    smstype: Annotated[int | None, Field(ge=0, le=1, description="Only for SMS (0) or MMS (1).")] = None
    outcome: Annotated[Outcome, Field(description="0, a report code, or 1 / 2 to stay unsent / sending.")]
    probability: Annotated[float, Field(ge=0, le=1, description="How often it applies when its conditions hold.")] = 1.0
    unsent_seconds: Annotated[DelayField | None, Field(description="Instead of lifecycle.unsent_seconds.")] = None
    sending_seconds: Annotated[DelayField | None, Field(description="Instead of lifecycle.sending_seconds.")] = None
    times: Annotated[int, Field(ge=0, le=2**53, description="How often it applies in all; 0: no limit.")] = 0
    # open: C3 names no switch of a rule or a fault. `enabled` is one, and it is shown only where it is off: until
    # somebody uses it, what C4 shows is the fields of C3, `id` and `applied`.
    enabled: Enabled = True


class Traits(NamedTuple):
    """What rules look at in a submit, beside its numbers."""

    account: str
    content: str
    sender: str
    smstype: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its id and its conditions compiled."""

    id: int
    settings: RuleSettings
    number: Test | None
    content: Test | None
    sender: Test | None

    @classmethod
    def build(cls, id: int, settings: RuleSettings) -> "Rule":
        """Compile the conditions once."""
        return cls(id, settings, _test(settings.number), _test(settings.content), _test(settings.sender))

    def fits(self, traits: Traits) -> bool:
        """Whether every condition holds that a submit as a whole can meet."""
        wanted = self.settings
        return (
            (wanted.account is None or wanted.account == traits.account)
            and (wanted.smstype is None or wanted.smstype == traits.smstype)
            and (self.content is None or self.content(traits.content))
            and (self.sender is None or self.sender(traits.sender))
        )

    @property
    def sure(self) -> bool:
        """Whether it decides every message of a submit that it fits."""
        return self.number is None and self.settings.probability >= 1 and not self.settings.times


def _test(matcher: Matcher | None) -> Test | None:
    return matcher.compile() if matcher is not None else None


class Decision(NamedTuple):
    """How a message ends, who decided it, and the delays when they are not the usual ones."""

    outcome: int
    rule: int | None = None
    magic: bool = False
    unsent: Delay | None = None
    sending: Delay | None = None


SUCCESS: Final = Decision(int(ReportCode.SUCCESS))

_STAYS: Final[Mapping[str, int]] = {"9001": UNSENT, "9002": SENDING}
_MAGIC_TAILS: Final = "|".join([str(int(code)) for code in ReportCode if code] + list(_STAYS))
_MAGIC: Final = re.compile(rf"0000({_MAGIC_TAILS})\Z").search
_ANY_MAGIC: Final = re.compile(rf"0000(?:{_MAGIC_TAILS})(?:,|\Z)").search


def any_magic(numbers: str) -> bool:
    """Whether one of the comma-separated numbers is magic (P9.3)."""
    return _ANY_MAGIC(numbers) is not None


def magic_outcome(number: str) -> int | None:
    """The outcome that a magic number asks for (P9.3)."""
    match = _MAGIC(number)
    if match is None:
        return None
    return _STAYS.get(match[1]) or int(match[1])


def candidates(rules: Iterable[Rule], traits: Traits) -> list[Rule]:
    """The rules that may decide messages of this submit: the account's first, then the server's (P9.2)."""
    fitting = [rule for rule in rules if rule.fits(traits)]
    if not fitting:
        return fitting
    return [r for r in fitting if r.settings.account is not None] + [r for r in fitting if r.settings.account is None]


def decide(number: str, id: int, rules: Iterable[Rule], applied: dict[int, int], seed: int, *, magic: bool) -> Decision:
    """How the message with this number and id ends; `rules` are its submit's candidates.

    `applied` counts how often each rule has applied and is counted on in place.
    """
    for rule in rules:
        wanted = rule.settings
        if rule.number is not None and not rule.number(number):
            continue
        if wanted.times and applied.get(rule.id, 0) >= wanted.times:
            continue
        if wanted.probability < 1 and draw(seed, id, PROBABILITY_DRAW + rule.id) >= wanted.probability:
            continue
        applied[rule.id] = applied.get(rule.id, 0) + 1
        return Decision(wanted.outcome, rule.id, unsent=wanted.unsent_seconds, sending=wanted.sending_seconds)
    if magic:
        outcome = magic_outcome(number)
        if outcome is not None:
            return Decision(outcome, magic=True)
    return SUCCESS
