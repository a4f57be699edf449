"""The first half of the tour: who asks, sending, and everything that can be wrong with a request."""

from collections.abc import Mapping
from typing import Final

from ...domain.arising import CONTENT, GOOD, NUMBER, TEMPLATE, request_for
from ...protocol.codes import Status
from ...protocol.limits import NUMBERS_PER_GET, NUMBERS_PER_POST
from .guide import Guide, ids_of
from .world import World

LOOKED_AT: Final = (
    Status.ACCOUNT_LOCKED,
    Status.CONTENT_EMPTY,
    Status.CONTENT_TOO_LONG,
    Status.SENSITIVE_WORDS,
    Status.NOT_A_TEMPLATE,
    Status.NUMBERS_EMPTY,
    Status.TOO_MANY_NUMBERS,
    Status.NUMBERS_ABNORMAL,
    Status.WRONG_SENDTIME,
    Status.PLATFORM_ERROR,
    Status.BALANCE_TOO_LOW,
)
"""What sendsms refuses a submit with, in the order in which it looks (P2)."""

FAILED: Final = {Status.NUMBERS_EMPTY: 0, Status.TOO_MANY_NUMBERS: NUMBERS_PER_GET + 1}
"""What stands in fail where it is not 1."""

REMARKS: Final = {Status.NOT_A_TEMPLATE: f'its only template is "{TEMPLATE}"'}


def credentials(guide: Guide, world: World) -> None:
    """getbalance, and its three statuses."""
    guide.chapter(
        "1. Who are you?",
        "Every request carries an account and its password. getbalance shows whether they are right: it answers "
        "the account's own money and the money it was given.",
    )
    _meet(guide, world, Status.ACCEPTED, "0 success", expected={"balance": "100.000000", "gift": "5.00000"})
    _meet(guide, world, Status.AUTHENTICATION)
    _meet(guide, world, Status.IP_RESTRICTED)


def sending(guide: Guide, world: World) -> int:
    """sendsms, the way it should be; the id of the first message."""
    guide.chapter(
        "2. Sending",
        f"sendsms takes up to {NUMBERS_PER_GET} numbers by GET and {NUMBERS_PER_POST:,} by POST. Each accepted number "
        "becomes a message with an id, which getreport asks for later.",
    )
    one = guide.ask(
        "sendsms",
        world.account() | GOOD,
        0,
        "0 success: in the array each accepted number and its id",
        expected={"success": 1, "fail": 0},
    )
    guide.ask(
        "sendsms",
        world.account() | {"numbers": f"{NUMBER},12,+{NUMBER}", "content": CONTENT},
        0,
        "12 is no number, so it counts in fail; one with a + comes back as a string, a JSON integer has none",
        post=True,
        expected={"success": 2, "fail": 1},
    )
    guide.ask(
        "getbalance",
        world.account(),
        0,
        "three messages at 0.05 each were paid: what was given goes first",
        expected={"balance": "100.000000", "gift": "4.85000"},
    )
    return ids_of(one)[0]


def refusals(guide: Guide, world: World) -> None:
    """Everything that sendsms refuses, in the order in which it looks (P2)."""
    guide.chapter(
        "3. What can be wrong with a submit",
        "The gateway looks in this order, after -1 and -2 from above, and the first thing that is wrong answers. "
        "Nothing is stored then, nothing is paid, and fail counts all numbers.",
    )
    for status in LOOKED_AT:
        remarks = [REMARKS[status]] if status in REMARKS else []
        refused = {"success": 0, "fail": FAILED.get(status, 1), "array": []}
        _meet(guide, world, status, *remarks, expected=refused)


def _meet(
    guide: Guide, world: World, status: Status, *remarks: str, expected: Mapping[str, object] | None = None
) -> None:
    """The request that this status answers."""
    request = request_for(status)
    parameters = request.parameters(world.account(request.account))
    guide.ask(request.endpoint, parameters, int(status), *remarks, post=request.post, expected=expected)
