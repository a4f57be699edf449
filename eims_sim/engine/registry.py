"""Who are the accounts right now, and what do we remember of their requests (P1.6, P2)?"""

from collections.abc import Iterable

from ..diagnosis import Note, Reason
from ..domain.accounts import Account
from ..domain.authentication import SEQ_NOT_GREATER, SEQ_NOT_GROWING, SEQ_USED
from ..domain.habits import Habits
from ..domain.rules import Rule
from ..protocol.limits import USED_SEQS
from ..storage.world import KeptAccount


class Member:
    """An account and what it did: the last seq, the pairs (seq, time) used, and failures in a row.

    The pairs are in memory only and bounded; the last seq and the failures are stored by whoever changes them.
    """

    __slots__ = ("_last", "_used", "account", "failures", "habits", "last_seq")

    def __init__(self, kept: KeptAccount) -> None:
        self.account: Account = kept.account
        self.last_seq = kept.last_seq
        self.failures = kept.failures
        self.habits = Habits()
        self._last: tuple[int, str] | None = None
        self._used: dict[tuple[int, str], None] = {}

    @property
    def locked(self) -> bool:
        """Whether it is locked, by hand or after too many failures (P2, order 3)."""
        settings = self.account.settings
        return settings.locked or 0 < settings.lock_after_failures <= self.failures

    def use_seq(self, seq: int, time: str) -> Reason | Note | None:
        """Count a seq as used, its digest being right (P1.6): a reason when the policy forbids it.

        A note when it did not grow under a policy that does not mind.
        """
        policy = self.account.settings.seq_policy
        pair = (seq, time)
        if policy == "unique" and not self._remember(pair):
            return SEQ_USED
        # open: "1 restarts the count" is taken to the letter, also right after another 1; but the same 1 again, time
        # and all, restarts nothing: of two equal ones at the same moment one wins.
        if policy == "increasing" and seq <= self.last_seq and (seq != 1 or pair == self._last):
            return SEQ_NOT_GREATER
        grew = seq > self.last_seq
        self.last_seq = seq
        self._last = pair
        return None if grew or policy == "increasing" else SEQ_NOT_GROWING

    def forget(self) -> None:
        """Begin as after a fresh start."""
        self.last_seq = 0
        self.failures = 0
        self.habits = Habits()
        self._last = None
        self._used.clear()

    def _remember(self, pair: tuple[int, str]) -> bool:
        if pair in self._used:
            return False
        self._used[pair] = None
        if len(self._used) > USED_SEQS:
            del self._used[next(iter(self._used))]
        return True


class Registry:
    """The accounts by name and by the database's id, who owns which inbound number, and the rules in order."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.by_name: dict[str, Member] = {}
        self.by_id: dict[int, Member] = {}
        self.owners: dict[str, Member] = {}
        self.refunding: frozenset[int] = frozenset()
        self._folded: dict[str, str] = {}

    def replace(self, kept: Iterable[KeptAccount]) -> None:
        """Know these accounts and no others."""
        members = [Member(one) for one in kept]
        self.by_name = {member.account.name: member for member in members}
        self.by_id = {member.account.id: member for member in members}
        enabled = [member for member in members if not member.account.disabled]
        self.owners = {number: member for member in enabled for number in member.account.settings.numbers}
        self.refunding = frozenset(m.account.id for m in members if m.account.settings.refund_failed)
        self._folded = {name.casefold(): name for name in self.by_name}

    def differs_in_case(self, name: str) -> str | None:
        """The account whose name differs in case only from one that nobody has."""
        return self._folded.get(name.casefold())
