"""What a server owes: everything that it acknowledged, set down by its clients, and held against what it has kept.

The books are the clients' own: what they were about to ask is entered before it goes out, what they were told when the
whole answer is there. `check` takes the server's state document and finds what does not agree with them (D2, P4.2,
P4.3, P6.2, P8.3). What was asked and not answered may have been done or not, but wholly, and once.
"""

import base64
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

FINAL_FAILURES = ("1005", "1011", "1022")
"""Report codes of the magic numbers that the load uses (P9.3)."""
UNSENT, SENDING = 1, 2


class Breach(AssertionError):  # noqa: N818  a finding, not an error of ours
    """The server and the books do not agree."""


def micro(money: str) -> int:
    """Micro-units."""
    return int(Decimal(money) * 1_000_000)


def outcome_of(number: str) -> int:
    """The report code with which a message to this number ends."""
    return next((int(code) for code in FINAL_FAILURES if number.endswith(f"0000{code}")), 0)


@dataclass
class Account:
    """One account: what it began with and was given, in micro-units. `unsure` was asked for and not answered."""

    opening: int
    price: int
    pushed: bool = False
    refunds: bool = False
    spent: int = 0
    topped_up: int = 0
    unsure: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Sent:
    """A submit. `ids` once they are known, by its answer or because it was found."""

    account: str
    numbers: list[str]
    at: float
    first_id: int | None = None
    gone: set[int] = field(default_factory=set)

    @property
    def ids(self) -> range:
        """The ids of its messages."""
        return range(0) if self.first_id is None else range(self.first_id, self.first_id + len(self.numbers))


@dataclass(eq=False)
class Batch:
    """Inbound messages that were put in together; `ids` once they are known."""

    account: str
    texts: list[str]
    ids: list[int] = field(default_factory=list)


class Books:
    """Everything that was asked and told. `now` gives real seconds, `delivered` whether a report was taken (2xx)."""

    def __init__(
        self, accounts: dict[str, Account], *, now: Callable[[], float], delivered: Callable[[int], bool]
    ) -> None:
        self.accounts = accounts
        self.retention: float | None = None
        self.messages: dict[int, Sent] = {}
        self.handed: dict[int, str] = {}
        self.cut_fetches: dict[str, int] = defaultdict(int)
        self.figures: dict[str, int] = defaultdict(int)
        self._now = now
        self._delivered = delivered
        self._waiting: set[Sent] = set()
        self._of_number: dict[str, Sent] = {}
        self._arriving: set[Batch] = set()
        self._arrived: dict[int, tuple[str, str]] = {}
        self._final: dict[int, int] = {}
        self._next: dict[str, int] = {}
        self._given: set[int] = set()

    # What clients ask and are told.

    def sending(self, account: str, numbers: list[str]) -> Sent:
        """A submit is about to go out; its numbers are nobody else's."""
        sent = Sent(account, numbers, self._now())
        self._waiting.add(sent)
        self._of_number |= dict.fromkeys(numbers, sent)
        return sent

    def accepted(self, sent: Sent, told: Any) -> None:
        """Its whole answer is here."""
        ids = [id for _, id in told["array"]]
        if told["status"] != 0 or told["success"] != len(sent.numbers):
            raise Breach(f"a submit of {sent.account} was answered {told['status']}, {told['success']} accepted")
        if [str(number) for number, _ in told["array"]] != sent.numbers or ids != list(
            range(ids[0], ids[0] + len(ids))
        ):
            raise Breach(f"the answer to a submit is not about its numbers, in their order: {told}")
        self._waiting.discard(sent)
        self._know(sent, ids[0])
        self.figures["messages acknowledged"] += len(ids)

    def refused(self, sent: Sent) -> None:
        """It is known that nothing came of it."""
        self._waiting.discard(sent)
        for number in sent.numbers:
            del self._of_number[number]

    def arriving(self, account: str, texts: list[str]) -> Batch:
        """Inbound messages are about to be put in; their texts are nobody else's."""
        batch = Batch(account, texts)
        self._arriving.add(batch)
        return batch

    def arrived(self, batch: Batch, ids: list[int]) -> None:
        """They were taken."""
        self._arriving.discard(batch)
        self._take_in(batch, ids)
        self.figures["inbound acknowledged"] += len(ids)

    def fetched(self, account: str, told: Any) -> None:
        """A whole answer of getsms is here (P6.2): nothing in it was ever handed out before."""
        if told["status"] != 0 or told["cnt"] != len(told["array"]):
            raise Breach(f"getsms was answered {told}")
        for id, _, _, _, content in told["array"]:
            if id in self.handed:
                raise Breach(f"inbound {id} of {account} was handed out twice ({self.handed[id]})")
            text = base64.b64decode(content).decode()
            if id in self._arrived and self._arrived[id] != (account, text):
                raise Breach(f"inbound {id} is {text!r} of {account}, it was {self._arrived[id]}")
            self.handed[id] = "by an answer"
            self.figures["inbound handed out"] += 1

    def polled(self, account: str, ids: Sequence[int], told: Any) -> None:
        """A whole answer of getreport is here (P5.2): who is not found may be gone, what is final stays."""
        rows = {row[0]: row for row in told["array"]}
        if told["status"] != 0 or told["nofound"] != len(ids) - len(rows):
            raise Breach(f"getreport was answered {told}")
        for id in ids:
            sent = self.messages.get(id)
            if id not in rows:
                if sent is not None and not self._may_be_gone(sent, id):
                    raise Breach(f"message {id} of {account} was acknowledged, and getreport does not find it")
                continue
            _, number, _, state = rows[id]
            if sent is not None and number != sent.numbers[id - sent.ids[0]]:
                raise Breach(f"message {id} is to {number}, it was to {sent.numbers[id - sent.ids[0]]}")
            self._see(id, number, state)
        self.figures["reports polled"] += len(rows)

    # What is known at a moment.

    @property
    def unreported(self) -> list[int]:
        """Messages of accounts with a callback that nobody has taken the report of."""
        return [
            id for id, sent in self.messages.items() if self.accounts[sent.account].pushed and not self._delivered(id)
        ]

    def some_ids(self, account: str, most: int, choose: Callable[[Sequence[int], int], list[int]]) -> list[int]:
        """Ids of an account's newest messages."""
        newest = list(self.messages)[-400:]
        mine = [id for id in newest if self.messages[id].account == account]
        return choose(mine, min(most, len(mine)))

    def _know(self, sent: Sent, first: int) -> None:
        if first < self._next.get("messages", 1):
            raise Breach(f"id {first} was given to a submit, though {self._next['messages']} was the next at the start")
        sent.first_id = first
        for id in sent.ids:
            if id in self._given:
                raise Breach(f"message id {id} was given twice")
            self._given.add(id)
            self.messages[id] = sent
        self.accounts[sent.account].spent += self.accounts[sent.account].price * len(sent.numbers)

    def _take_in(self, batch: Batch, ids: list[int]) -> None:
        batch.ids = ids
        for id, text in zip(ids, batch.texts, strict=True):
            if id in self._arrived:
                raise Breach(f"inbound id {id} was given twice")
            self._arrived[id] = batch.account, text

    def _see(self, id: int, number: str, state: int) -> None:
        if state in (UNSENT, SENDING):
            if id in self._final:
                raise Breach(f"message {id} was final ({self._final[id]}) and is in state {state} again")
            return
        if state != outcome_of(number):
            raise Breach(f"message {id} to {number} ended in {state}")
        self._final[id] = state

    def _may_be_gone(self, sent: Sent, id: int) -> bool:
        """Whether it may have been removed: old enough, and where somebody waits for its report, reported."""
        if self.retention is None or self._now() - sent.at < self.retention:
            return False
        return not self.accounts[sent.account].pushed or self._delivered(id)

    # What the server has kept.

    def check(self, state: Any) -> None:
        """Hold a state document, of a server that answers nobody else, against the books. Raises Breach with all."""
        wrong = [
            *self._check_messages(state),
            *self._check_pushes(state),
            *self._check_inbound(state),
            *self._check_next(state),
        ]
        wrong += self._check_money(state)
        if wrong:
            more = f" (and {len(wrong) - 10} more)" if len(wrong) > 10 else ""
            raise Breach("\n".join(wrong[:10]) + more)
        self.figures["checks"] += 1

    def _check_messages(self, state: Any) -> Iterator[str]:
        there: set[int] = set()
        for submit in state["submits"]:
            if submit["account"] not in self.accounts:
                continue
            members = [(life, id, number) for life in submit["lives"] for id, number in life["messages"]]
            there.update(id for _, id, _ in members)
            yield from self._check_submit(submit, members)
        for sent in self._waiting:  # what was not answered and is not there was never done
            for number in sent.numbers:
                del self._of_number[number]
        self._waiting.clear()
        for id in [id for id in self.messages if id not in there]:
            sent = self.messages[id]
            if not self._may_be_gone(sent, id):
                yield f"message {id} of {sent.account} was acknowledged and is not there"
            self._let_go(sent, id)

    def _let_go(self, sent: Sent, id: int) -> None:
        """It was removed, as it might be: its money stays in the books."""
        number = sent.numbers[id - sent.ids[0]]
        account = self.accounts[sent.account]
        account.spent -= account.price if account.refunds and outcome_of(number) else 0
        sent.gone.add(id)
        self._final.pop(id, None)
        del self.messages[id]
        self.figures["messages removed by age"] += 1
        if len(sent.gone) == len(sent.numbers):
            for one in sent.numbers:
                self._of_number.pop(one, None)

    def _check_submit(self, submit: Any, members: list[tuple[Any, int, str]]) -> Iterator[str]:
        sent = self._of_number.get(members[0][2])
        if sent is None or sent.account != submit["account"]:
            yield f"submit {submit['id']} of {submit['account']} to {members[0][2]} was never asked for"
            return
        if sent.first_id is None:
            if len(members) != len(sent.numbers):
                yield f"submit {submit['id']} is half there: {len(members)} of {len(sent.numbers)} messages"
                return
            self._waiting.discard(sent)
            self._know(sent, submit["id"])
            self.figures["messages found that were not acknowledged"] += len(members)
        for life, id, number in members:
            if id not in sent.ids or sent.numbers[id - sent.ids[0]] != number:
                yield f"message {id} is to {number}, it was to {sent.numbers}"
            else:
                self._see(id, number, life["state"])
        yield from self._check_paid(submit, sent, members)

    def _check_paid(self, submit: Any, sent: Sent, members: list[tuple[Any, int, str]]) -> Iterator[str]:
        account = self.accounts[sent.account]
        paid = micro(submit["paid_balance"]) + micro(submit["paid_gift"])
        if paid != account.price * len(sent.numbers):
            yield f"submit {submit['id']} paid {paid} for {len(sent.numbers)} messages of {account.price}"
        alive = {number for life, _, number in members if life["state"] in (UNSENT, SENDING)}
        failed = [number for number in sent.numbers if outcome_of(number) and number not in alive]
        owed = account.price * len(failed) if account.refunds else 0
        if micro(submit["refunded"]) != owed:
            yield f"submit {submit['id']} got {submit['refunded']} back for {len(failed)} failed messages"

    def _check_money(self, state: Any) -> Iterator[str]:
        kept = {one["account"]: micro(one["balance"]) + micro(one["gift"]) for one in state["accounts"]}
        back: dict[str, int] = defaultdict(int)
        for submit in state["submits"]:
            for life in submit["lives"]:
                if life["state"] not in (UNSENT, SENDING, 0) and submit["account"] in self.accounts:
                    back[submit["account"]] += len(life["messages"]) * micro(submit["price"])
        for name, account in self.accounts.items():
            if name not in kept:
                yield f"account {name} is gone"
                continue
            expected = account.opening + account.topped_up - account.spent + (back[name] if account.refunds else 0)
            extra = kept[name] - expected
            if extra not in _sums(account.unsure):
                yield f"account {name} has {kept[name]} micro-units, {expected} would be right"
            account.topped_up += extra
            account.unsure.clear()

    def _check_pushes(self, state: Any) -> Iterator[str]:
        carried: set[int] = set()
        for push in state["pushes"]:
            if push["state"] != "delivered":
                carried.update(push["reports"])
                continue
            for id in push["reports"]:
                if not self._delivered(id):
                    yield f"push {push['id']} is delivered, it says, and nobody took the report of message {id}"
        for submit in state["submits"]:
            account = self.accounts.get(submit["account"])
            if account is None or not account.pushed:
                continue
            for life in submit["lives"]:
                if life["state"] in (UNSENT, SENDING) or life["report_waits"]:
                    continue
                for id, _ in life["messages"]:
                    if id not in carried and not self._delivered(id):
                        yield f"message {id} is final, and its report is nowhere"

    def _check_inbound(self, state: Any) -> Iterator[str]:
        there = {one["id"]: one for one in state["inbound"] if one["account"] in self.accounts}
        texts = {one["content"]: id for id, one in there.items()}
        for batch in self._arriving:
            found = [texts[text] for text in batch.texts if text in texts]
            if found and len(found) != len(batch.texts):
                yield f"of {len(batch.texts)} inbound messages put in together {len(found)} are there"
            elif found:
                self._take_in(batch, found)
        self._arriving.clear()
        for id in self._arrived.keys() - there.keys():
            yield f"inbound {id} was acknowledged and is not there"
        lost: dict[str, set[int]] = defaultdict(set)
        for id, one in there.items():
            if one["fetched_at"] is None and id in self.handed:
                yield f"inbound {id} was handed out ({self.handed[id]}) and would be again"
            elif one["fetched_at"] is not None and id not in self.handed:
                lost[one["account"]].add(one["fetch"])
                self.handed[id] = "by an answer that was cut"
                self.figures["inbound in answers that were cut"] += 1
        for name, fetches in lost.items():
            if len(fetches) > self.cut_fetches[name]:
                yield f"{len(fetches)} fetches of {name} were kept, {self.cut_fetches[name]} were cut"
        self.cut_fetches.clear()

    def _check_next(self, state: Any) -> Iterator[str]:
        following = state["next"]
        for name, id in following.items():
            if id < self._next.get(name, 1):
                yield f"the next id of {name} was {self._next[name]} and is {id}"
        if self._given and max(self._given) >= following["messages"]:
            yield f"message id {max(self._given)} was given, the next is {following['messages']}"
        if self._arrived and max(self._arrived) >= following["inbound"]:
            yield f"inbound id {max(self._arrived)} was given, the next is {following['inbound']}"
        self._next = dict(following)


def _sums(amounts: list[int]) -> set[int]:
    """What may have come of amounts that each were added or not."""
    found = {0}
    for amount in amounts:
        found |= {one + amount for one in found}
    return found
