"""The first half of the tour: who asks, sending, and everything that can be wrong with a request."""

from collections.abc import Sequence
from typing import Final

from ...protocol.limits import CONTENT_LENGTH, NUMBERS_PER_GET, NUMBERS_PER_POST
from .calls import Shell
from .guide import Guide, ids_of
from .world import NUMBER, SENSITIVE_WORD, TEMPLATE, World

FIRST_OF_MANY: Final = 13_800_138_001


def credentials(guide: Guide, world: World) -> None:
    """getbalance, and its three statuses."""
    guide.chapter(
        "1. Who are you?",
        "Every request carries an account and its password. getbalance shows whether they are right: it answers "
        "the account's own money and the money it was given.",
    )
    guide.ask("getbalance", world.account(), 0, "0 success", expected={"balance": "100.000000", "gift": "5.00000"})
    guide.ask("getbalance", world.account() | {"password": "wrong"}, -1)
    guide.ask("getbalance", world.account("office"), -2)


def sending(guide: Guide, world: World) -> int:
    """sendsms, the way it should be; the id of the first message."""
    guide.chapter(
        "2. Sending",
        f"sendsms takes up to {NUMBERS_PER_GET} numbers by GET and {NUMBERS_PER_POST:,} by POST. Each accepted number "
        "becomes a message with an id, which getreport asks for later.",
    )
    one = guide.ask(
        "sendsms",
        world.account() | {"numbers": NUMBER, "content": "Hello"},
        0,
        "0 success: in the array each accepted number and its id",
        expected={"success": 1, "fail": 0},
    )
    guide.ask(
        "sendsms",
        world.account() | {"numbers": f"{NUMBER},12,+{NUMBER}", "content": "Hello"},
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
    good = {"numbers": NUMBER, "content": "Hello"}
    refused = {"success": 0, "fail": 1, "array": []}
    guide.ask("sendsms", world.account("locked") | good, -13, expected=refused)
    guide.ask("sendsms", world.account() | {"numbers": NUMBER, "content": ""}, -4, expected=refused)
    long = CONTENT_LENGTH + 1
    content = Shell(f"$(printf %0{long}d 0)", "0" * long)
    guide.ask("sendsms", {**world.account(), "numbers": NUMBER, "content": content}, -5, expected=refused)
    guide.ask("sendsms", world.account() | {"numbers": NUMBER, "content": f"{SENSITIVE_WORD}!"}, -3, expected=refused)
    guide.ask("sendsms", world.account("templates") | good, -6, f'its only template is "{TEMPLATE}"', expected=refused)
    guide.ask("sendsms", world.account() | {"numbers": "", "content": "Hello"}, -8, expected=refused | {"fail": 0})
    many = in_a_row(range(FIRST_OF_MANY, FIRST_OF_MANY + NUMBERS_PER_GET + 1))
    guide.ask(
        "sendsms",
        {**world.account(), "numbers": many, "content": "Hello"},
        -7,
        expected=refused | {"fail": NUMBERS_PER_GET + 1},
    )
    guide.ask("sendsms", world.account() | {"numbers": "12", "content": "Hello"}, -9, expected=refused)
    guide.ask("sendsms", world.account() | good | {"sendtime": "20260230120000"}, -11, expected=refused)
    guide.ask("sendsms", world.account() | good | {"smstype": "2"}, -12, expected=refused)
    guide.ask("sendsms", world.account("poor") | good, -10, expected=refused)


def in_a_row(numbers: Sequence[int]) -> Shell:
    """Numbers as the shell makes them where they follow each other, else one by one."""
    listed = ",".join(map(str, numbers))
    if list(numbers) != list(range(numbers[0], numbers[0] + len(numbers))):
        return Shell(listed, listed)
    return Shell(f"$(seq -s, {numbers[0]} {numbers[-1]})", listed)
