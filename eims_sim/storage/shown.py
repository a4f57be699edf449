"""Which columns make a message, and which its course, for whoever shows it? Reads and the writer select the same."""

from typing import Final

from .schema import accounts, lives, messages, submits

MESSAGE: Final = (
    messages.c.id,
    messages.c.number,
    accounts.c.name.label("account"),
    submits.c.id.label("submit"),
    submits.c.sender,
    submits.c.content,
    submits.c.smstype,
    submits.c.mmstitle,
    submits.c.accepted_at,
    submits.c.sendtime,
    submits.c.segments,
    submits.c.price,
    lives.c.id.label("life"),
    lives.c.state,
    lives.c.sending_at,
    lives.c.final_at,
    lives.c.rule,
    lives.c.first_push,
    lives.c.last_push,
)
"""In the order of `rows.MessageRow`."""

COURSE: Final = (
    lives.c.state,
    lives.c.outcome,
    lives.c.rule,
    lives.c.sending_at,
    lives.c.final_at,
    submits.c.id.label("submit"),
    submits.c.paid_gift,
    submits.c.paid_balance,
    submits.c.refunded,
)
"""In the order of `rows.CourseRow`."""
