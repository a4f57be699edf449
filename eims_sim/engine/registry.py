"""Who are the accounts right now, and what do we remember of their requests (P1.6, P2)?"""

from collections.abc import Iterable
from typing import Final, TypeVar

from ..diagnosis import Note, Reason
from ..domain.accounts import Account, is_locked
from ..domain.authentication import SEQ_NOT_GREATER, SEQ_NOT_GROWING, SEQ_USED, describe_step
from ..domain.habits import Habits
from ..domain.rules import Rule
from ..protocol.limits import SEQ_DIGITS_MAX, USED_SEQS
from ..storage.accounts import KeptAccount
from ..storage.layout import AUTO

RECENT_SEQS: Final = 256
"""So many seqs of an account are remembered only to say that one came twice."""

_Used = TypeVar("_Used")


class Member:
    """An account and what it did: the last seq, the pairs (seq, time) used, and failures in a row.

    The pairs are in memory only and bounded; the last seq and the failures are stored by whoever changes them.
    """

    __slots__ = ("_given", "_last", "_seqs", "_used", "account", "failures", "habits", "last_seq", "origin")

    def __init__(self, kept: KeptAccount) -> None:
        self.account: Account = kept.account
        self.origin = kept.origin
        self.last_seq = kept.last_seq
        self.failures = kept.failures
        self.habits = Habits()
        self._given = 0
        self._last: tuple[int, str] | None = None
        self._used: dict[tuple[int, str], None] = {}
        self._seqs: dict[int, None] = {}

    @property
    def locked(self) -> bool:
        """Whether it is locked, by hand or after too many failures (P2, order 3)."""
        return is_locked(self.account.settings, self.failures)

    def use_seq(self, seq: int, time: str) -> Reason | Note | None:
        """Count a seq as used, its digest being right (P1.6): a reason when the policy forbids it.

        A note when it did not grow under a policy that does not mind.
        """
        policy = self.account.settings.seq_policy
        pair = (seq, time)
        if policy == "unique" and not _remember(self._used, pair, USED_SEQS):
            return SEQ_USED.because(f"seq {seq} again")
        # open: "1 restarts the count" is taken to the letter, also right after another 1; but the same 1 again, time
        # and all, restarts nothing: of two equal ones at the same moment one wins.
        if policy == "increasing" and seq <= self.last_seq and (seq != 1 or pair == self._last):
            return SEQ_NOT_GREATER.because(describe_step(seq, self.last_seq))
        last, self.last_seq, self._last = self.last_seq, seq, pair
        if seq < last:
            self._given = 0
        if policy == "increasing":
            return None
        new = _remember(self._seqs, seq, RECENT_SEQS)
        return None if seq > last else SEQ_NOT_GROWING.saying(describe_step(seq, last, twice=not new))

    def next_seq(self, time: str) -> int:
        """A seq that every policy takes with this time (P1.6); one that was given here is not given again at once."""
        seq = max(self._given, self.last_seq) + 1
        while (seq, time) in self._used:
            seq += 1
        self._given = seq if len(str(seq)) <= SEQ_DIGITS_MAX else 1  # which restarts the count
        return self._given

    def forget(self) -> None:
        """Begin as after a fresh start."""
        self.last_seq = 0
        self._given = 0
        self.failures = 0
        self.habits = Habits()
        self._last = None
        self._used.clear()
        self._seqs.clear()


def _remember(used: dict[_Used, None], one: _Used, limit: int) -> bool:
    """Keep one of the last `limit` used; False when it is among them already."""
    if one in used:
        return False
    used[one] = None
    if len(used) > limit:
        del used[next(iter(used))]
    return True


class Registry:
    """The accounts by name and by the database's id, who owns which inbound number, and the rules in order.

    `deciding` are the rules that are on: the only ones that a submit looks at.
    `newcomers` counts the accounts that clients made by their first request (auto_accounts).
    """

    def __init__(self) -> None:
        self.rules = []
        self.by_name: dict[str, Member] = {}
        self.by_id: dict[int, Member] = {}
        self.owners: dict[str, Member] = {}
        self.refunding: frozenset[int] = frozenset()
        self.newcomers = 0
        self._folded: dict[str, str] = {}

    @property
    def rules(self) -> list[Rule]:
        """Every rule, in their order."""
        return self._rules

    @rules.setter
    def rules(self, rules: list[Rule]) -> None:
        self._rules = rules
        self.deciding = [rule for rule in rules if rule.settings.enabled]

    def replace(self, kept: Iterable[KeptAccount]) -> None:
        """Know these accounts and no others."""
        self._know([Member(one) for one in kept])

    def follow(self, kept: Iterable[KeptAccount]) -> None:
        """As `replace`, but of the accounts that were known already it stays known what they did."""
        members = []
        for one in kept:
            member = self.by_id.get(one.account.id)
            if member is None:
                member = Member(one)
            else:
                member.account, member.origin, member.failures = one.account, one.origin, one.failures
            members.append(member)
        self._know(members)

    def _know(self, members: list[Member]) -> None:
        self.by_name = {member.account.name: member for member in members}
        self.by_id = {member.account.id: member for member in members}
        self.refunding = frozenset(m.account.id for m in members if m.account.settings.refund_failed)
        self.newcomers = sum(member.origin == AUTO for member in members)
        self._folded = {name.casefold(): name for name in self.by_name}
        self._find_owners()

    def add(self, kept: KeptAccount) -> None:
        """Know one account more."""
        member = Member(kept)
        account = kept.account
        self.by_name[account.name] = self.by_id[account.id] = member
        self.newcomers += kept.origin == AUTO
        self._folded[account.name.casefold()] = account.name
        self._follow_settings(account, ())

    def change(self, account: Account, *, unlock: bool) -> None:
        """An account has other settings from now on; what is remembered of its requests stays."""
        member = self.by_id[account.id]
        before = member.account.settings.numbers
        member.account = account
        if unlock:
            member.failures = 0
        self._follow_settings(account, before)

    def remove(self, id: int) -> None:
        """An account is no more."""
        member = self.by_id.pop(id)
        name = member.account.name
        del self.by_name[name]
        self.newcomers -= member.origin == AUTO
        self.refunding -= {id}
        folded = name.casefold()
        if self._folded[folded] == name:
            del self._folded[folded]
            alike = next((other for other in self.by_name if other.casefold() == folded), None)
            if alike is not None:
                self._folded[folded] = alike
        if member.account.settings.numbers:
            self._find_owners()

    def differs_in_case(self, name: str) -> str | None:
        """The account whose name differs in case only from one that nobody has."""
        return self._folded.get(name.casefold())

    def _follow_settings(self, account: Account, numbers: tuple[str, ...]) -> None:
        """`numbers` are those that it had before."""
        refunds = account.settings.refund_failed
        if refunds is not (account.id in self.refunding):
            self.refunding ^= {account.id}
        if account.settings.numbers != numbers:
            self._find_owners()

    def _find_owners(self) -> None:
        enabled = [member for member in self.by_id.values() if not member.account.disabled]
        self.owners = {number: member for member in enabled for number in member.account.settings.numbers}
