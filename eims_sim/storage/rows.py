"""What does a row of a joined message say?"""

from typing import NamedTuple

from ..domain.messages import Decider, Explanation, Message, Transition
from ..protocol.codes import SENDING, UNSENT
from .layout import FORCED_FROM, FORCED_FROM_UNSENT


class MessageRow(NamedTuple):
    """The columns of `shown.MESSAGE`, in its order."""

    id: int
    number: str
    account: str
    submit: int
    sender: str
    content: str
    smstype: int
    mmstitle: str
    accepted_at: int
    sendtime: int | None
    segments: int
    price: int
    life: int
    state: int
    sending_at: int | None
    final_at: int | None
    rule: int | None
    first_push: int | None
    last_push: int | None

    def show(self, state: int, pushes: tuple[int, ...] = ()) -> Message:
        """The message as it is, or was, in a state."""
        final = state not in (UNSENT, SENDING)
        transitions = [Transition(UNSENT, self.accepted_at)]
        if state != UNSENT and self.sending_at is not None and not (final and self.rule == FORCED_FROM_UNSENT):
            transitions.append(Transition(SENDING, self.sending_at))
        if final and self.final_at is not None:
            transitions.append(Transition(state, self.final_at))
        return Message(
            self.id,
            self.account,
            self.submit,
            self.number,
            self.sender,
            self.content,
            self.smstype,
            self.mmstitle,
            state,
            self.accepted_at,
            self.sendtime,
            self.sending_at if state != UNSENT else None,
            self.final_at if final else None,
            self.segments,
            self.price,
            self.rule if self.rule is not None and self.rule > 0 else None,
            tuple(transitions),
            pushes,
        )


class CourseRow(NamedTuple):
    """The columns of `shown.COURSE`, in its order."""

    state: int
    outcome: int
    rule: int | None
    sending_at: int | None
    final_at: int | None
    submit: int
    paid_gift: int
    paid_balance: int
    refunded: int

    def explain(self) -> Explanation:
        """Who decided, and what comes yet."""
        ahead = [(SENDING, self.sending_at)] if self.state == UNSENT else []
        if self.state in (UNSENT, SENDING):
            ahead.append((self.outcome, self.final_at))
        return Explanation(
            self._decider(),
            self.outcome,
            FORCED_FROM.get(self.rule),
            tuple(Transition(state, at) for state, at in ahead if at is not None),
            self.submit,
            self.paid_gift,
            self.paid_balance,
            self.refunded,
        )

    def _decider(self) -> Decider:
        if self.rule is not None:
            return "operator" if self.rule in FORCED_FROM else "rule"
        return "magic number" if self.outcome else "nobody"  # without a rule, only a magic number decides otherwise
