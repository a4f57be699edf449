"""What must hold in a state, beyond the type of each value (C4)? Every breach is told, with the place where it is.

What is checked is what always holds in a state that was exported, so that an import never refuses an export.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Protocol, get_args

from ..errors import Violation
from ..protocol.codes import SENDING, UNSENT
from ..protocol.limits import ID_MAX, NUMBERS_PER_POST
from ..protocol.notation import LATEST
from .accounts import AccountSettings, lacking_key, repeated_numbers
from .fields import show_money
from .state import (
    FaultState,
    InboundState,
    LifeState,
    NextIds,
    Origin,
    PushState,
    RuleState,
    State,
    SubmitState,
)
from .state_accounts import AccountState

OPEN: Final = ("queued", "retrying")
"""The states of a push that will be tried."""

CLOSED: Final = ("delivered", "dropped")
"""The states of a push whose messages may be gone: they were reported."""

PUSHES_OF_LIFE: Final = 400
"""So many pushes in a row may carry the messages of one life: they are cut together, and what was waiting with them."""

Path = tuple[str | int, ...]


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


class _Sent(NamedTuple):
    """A message that a push may carry."""

    account: str
    life: LifeState


def breaches(state: State, kept: Mapping[str, AccountSettings]) -> Iterator[Violation]:
    """Everything that does not hold. `kept` are the settings of the accounts that there are, by name."""
    yield from account_breaches(state.accounts, kept)
    yield from _behaviours("rules", state.rules, state.next.rules)
    yield from _behaviours("faults", state.faults, state.next.faults)
    names = _Names(account.name for account in state.accounts)
    yield from _submits(state.submits, state.next, names)
    yield from _credit(state)
    yield from _inbound(state.inbound, state.next, names)
    yield from _pushes(state, names)


def account_breaches(accounts: Sequence[AccountState], kept: Mapping[str, AccountSettings]) -> Iterator[Violation]:
    """What does not hold of the accounts."""
    seen: set[str] = set()
    owners: dict[str, str] = {}
    for place, account in enumerate(accounts):
        path: Path = ("accounts", place)
        name = account.name
        if name in seen:
            yield Violation((*path, "account"), f"there is an account {name!r} before this one")
        seen.add(name)
        yield from _secrets(account, kept.get(name), path)
        if account.disabled:
            continue  # its numbers are nobody's
        settings = account.settings(kept.get(name))
        yield from (Violation((*path, *where), detail) for where, detail in repeated_numbers(settings))
        for position, number in enumerate(settings.numbers):
            owner = owners.setdefault(number, name)
            if owner != name:
                detail = f"{number} is a number of account {owner!r}; a number belongs to one account"
                yield Violation((*path, "numbers", position), detail)


def _secrets(account: AccountState, kept: AccountSettings | None, path: Path) -> Iterator[Violation]:
    if account.password is None and kept is None:
        detail = "null keeps the password that the server has, and it has no account of this name"
        yield Violation((*path, "password"), detail)
    settings = account.settings(kept)
    lacking = lacking_key(settings.auth, settings.key)
    if lacking is not None:
        keeps = "; null keeps the key that the server has" if account.key is None else ""
        yield Violation((*path, "key"), lacking + keeps)


def _behaviours(member: str, behaviours: Sequence[RuleState | FaultState], next_id: int) -> Iterator[Violation]:
    yield from _ids(member, behaviours, next_id)
    for place, (before, one) in enumerate(pairwise(behaviours), 1):
        if _place(one) < _place(before):
            detail = (
                "those of presets come first, the highest id before the others, then those of the file, "
                "then those of the control API by id"
            )
            yield Violation((member, place), detail)


def _place(one: RuleState | FaultState) -> tuple[int, int]:
    """Where it may stand; those of the file are in the file's order."""
    return _ORIGINS.index(one.origin), {"preset": -one.id, "file": 0, "control": one.id}[one.origin]


_ORIGINS: Final = get_args(Origin)


def _ids(member: str, elements: Iterable[_Numbered], next_id: int) -> Iterator[Violation]:
    seen: set[int] = set()
    for place, element in enumerate(elements):
        if element.id in seen:
            yield Violation((member, place, "id"), f"{element.id} is the id of one before this")
        seen.add(element.id)
        yield from _below(element.id, next_id, member, (member, place, "id"))


def _below(id: int | None, next_id: int, counter: str, path: Path) -> Iterator[Violation]:
    if id is not None and id >= next_id:
        yield Violation(path, f"{id} is not below next.{counter}, which is {next_id}")


class _Names:
    """The accounts that a state has."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)

    def unknown(self, name: str, path: Path) -> Iterator[Violation]:
        """What is wrong with a name that none of them has."""
        if name not in self._names:
            from difflib import get_close_matches

            near = get_close_matches(name, sorted(self._names), n=1)
            meant = f"; the nearest name is {near[0]!r}" if near else ""
            yield Violation((*path, "account"), f"the state has no account {name!r}{meant}")


def _submits(submits: Sequence[SubmitState], next_ids: NextIds, names: _Names) -> Iterator[Violation]:
    yield from _ids("submits", submits, next_ids.messages)
    in_order = sorted({submit.id for submit in submits})
    beyond = dict(pairwise(in_order))
    for place, submit in enumerate(submits):
        path: Path = ("submits", place)
        yield from names.unknown(submit.account, path)
        yield from _money(submit, path)
        last = min(next_ids.messages, beyond.get(submit.id, next_ids.messages), submit.id + NUMBERS_PER_POST)
        yield from _message_ids(submit, last, path)
        for position, life in enumerate(submit.lives):
            yield from _life(life, submit, next_ids, (*path, "lives", position))


def _money(submit: SubmitState, path: Path) -> Iterator[Violation]:
    paid = submit.paid_balance + submit.paid_gift
    if paid < submit.price * submit.count:
        yield Violation((*path, "price"), "paid_balance and paid_gift are less than the price of all messages")
    if submit.refunded > paid:
        yield Violation((*path, "refunded"), "more than what was paid")


def _credit(state: State) -> Iterator[Violation]:
    """Accounts that could be paid back more than a database can hold."""
    owed: Counter[str] = Counter()
    for submit in state.submits:
        owed[submit.account] += max(submit.paid_balance + submit.paid_gift - submit.refunded, 0)
    for place, account in enumerate(state.accounts):
        for name, amount in (("balance", account.balance), ("gift", account.gift)):
            if owed[account.name] and amount + owed[account.name] > ID_MAX:
                most = show_money(ID_MAX - owed[account.name]) if owed[account.name] < ID_MAX else "0"
                detail = f"with what its messages may be paid back it is too much; at most {most}"
                yield Violation(("accounts", place, name), detail)


def _message_ids(submit: SubmitState, end: int, path: Path) -> Iterator[Violation]:
    seen: set[int] = set()
    for position, life in enumerate(submit.lives):
        for place, (id, _) in enumerate(life.messages):
            where = (*path, "lives", position, "messages", place, 0)
            if id in seen:
                yield Violation(where, f"{id} is the id of a message before this one")
            elif not submit.id <= id < end:
                detail = f"the ids of this submit's messages lie from {submit.id} to {end - 1}"
                yield Violation(where, f"{detail}: before the next submit's, and below next.messages")
            seen.add(id)


def _life(life: LifeState, submit: SubmitState, next_ids: NextIds, path: Path) -> Iterator[Violation]:
    final = life.state not in (UNSENT, SENDING)
    if final and life.outcome != life.state:
        yield Violation((*path, "outcome"), f"state {life.state} is final, so it is the outcome")
    if life.state == SENDING and life.outcome == UNSENT:
        yield Violation((*path, "outcome"), "outcome 1 stays unsent, and state 2 is beyond that")
    yield from _moments(life, submit, path)
    yield from _below(life.rule, next_ids.rules, "rules", (*path, "rule"))
    if life.report_waits and not final:
        yield Violation((*path, "report_waits"), "what is not final is not reported")
    if life.forced_from is not None and (not final or life.rule is not None):
        yield Violation((*path, "forced_from"), "who is ended by an operator is final, and by no rule")


def _moments(life: LifeState, submit: SubmitState, path: Path) -> Iterator[Violation]:
    wanted = {"sending_at": life.outcome != UNSENT, "final_at": life.outcome not in (UNSENT, SENDING)}
    for name, moment in (("sending_at", life.sending_at), ("final_at", life.final_at)):
        if wanted[name] is not (moment is not None):
            comes = "has a moment" if wanted[name] else "is null: it never comes"
            yield Violation((*path, name), f"with outcome {life.outcome} this {comes}")
    if life.forced_from is not None:  # the clock may have stepped back before
        return
    times = [submit.accepted_at, life.sending_at, life.final_at]
    # Beyond the calendar's end a moment is written as one near the end.
    known = [min(moment, LATEST) for moment in times if moment is not None]
    if known != sorted(known):
        yield Violation(path, "accepted_at, sending_at and final_at follow each other")


def _inbound(inbound: Sequence[InboundState], next_ids: NextIds, names: _Names) -> Iterator[Violation]:
    yield from _ids("inbound", inbound, next_ids.inbound)
    for place, one in enumerate(inbound):
        path: Path = ("inbound", place)
        yield from names.unknown(one.account, path)
        yield from _below(one.fetch, next_ids.fetches, "fetches", (*path, "fetch"))
        if one.fetch is not None and one.fetched_at is None:
            yield Violation((*path, "fetch"), "what a fetch returned has its moment in fetched_at")


def _pushes(state: State, names: _Names) -> Iterator[Violation]:
    yield from _ids("pushes", state.pushes, state.next.pushes)
    sent = {
        id: _Sent(submit.account, life) for submit in state.submits for life in submit.lives for id, _ in life.messages
    }
    carried: Counter[int] = Counter()
    spans: dict[int, tuple[int, int]] = {}
    for place, push in enumerate(state.pushes):
        path: Path = ("pushes", place)
        yield from names.unknown(push.account, path)
        yield from _below(push.fault, state.next.faults, "faults", (*path, "fault"))
        if (push.state in OPEN) is not (push.due is not None):
            wanted = "has a moment" if push.state in OPEN else "is null: nobody will try it"
            yield Violation((*path, "due"), f"with state {push.state} this {wanted}")
        if push.state == "queued" and push.attempts:
            yield Violation((*path, "state"), "a push with attempts is queued no more: retrying, delivered or parked")
        carried.update(push.reports)
        for position, id in enumerate(push.reports):
            where = (*path, "reports", position)
            yield from _below(id, state.next.messages, "messages", where)
            yield from _report(push, id, sent.get(id), carried[id], where)
            if id in sent:
                first = sent[id].life.messages[0][0]
                low, high = spans.get(first, (push.id, push.id))
                spans[first] = low, high = min(low, push.id), max(high, push.id)
                if high - low >= PUSHES_OF_LIFE:
                    detail = "messages that share their fate are carried by pushes that follow each other"
                    yield Violation(where, f"{detail}, and {low} is far from {high}")


def _report(push: PushState, id: int, sent: _Sent | None, times: int, where: Path) -> Iterator[Violation]:
    if sent is None:
        if push.state not in CLOSED:
            yield Violation(where, f"there is no message {id}")
        return
    if times > 1:
        yield Violation(where, f"message {id} is in a push already")
    if sent.account != push.account:
        yield Violation(where, f"message {id} is account {sent.account!r}'s")
    if sent.life.state in (UNSENT, SENDING):
        yield Violation(where, f"message {id} is not final")
    elif sent.life.report_waits:
        yield Violation(where, f"the report of message {id} waits, so no push has it")


__all__ = ["account_breaches", "breaches"]
