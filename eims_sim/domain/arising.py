"""Which request makes each status arise, and how does a message come to end in each report code?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..protocol.codes import ReportCode, Status
from ..protocol.curl import Parameters, Shell, in_a_row
from ..protocol.limits import CONTENT_LENGTH, NUMBERS_PER_GET, REQUEST_LINE_BYTES

NUMBER: Final = "13800138000"
CONTENT: Final = "Hello"
GOOD: Final = {"numbers": NUMBER, "content": CONTENT}
"""A submit, beside the credentials, that nothing is wrong with."""

SENSITIVE_WORD: Final = "casino"
TEMPLATE: Final = "Your code is {code}."
FOREIGN_NETWORK: Final = "203.0.113.0/24"
"""Addresses for documents: nobody calls from there."""

MAGIC: Final = 13_800_000_000
"""With a code added: a number that ends in 0000 and the code, a magic one (P9.3)."""

AT_ONCE: Final = {"unsent_seconds": 0, "sending_seconds": 0}
"""The delays of a rule whose messages are final without any time going by."""

_TOO_MANY: Final = range(13_800_138_001, 13_800_138_001 + NUMBERS_PER_GET + 1)
_MONEY: Final = {"balance": "100", "gift": "5"}

ACCOUNTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "": _MONEY | {"sensitive_words": [SENSITIVE_WORD]},
    "office": _MONEY | {"allowed_ips": [FOREIGN_NETWORK]},
    "locked": _MONEY | {"locked": True},
    "templates": _MONEY | {"templates": [TEMPLATE]},
    "poor": {},
}
"""The accounts that are asked for, by a word for each: their settings, as `[[accounts]]` has them (C3)."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the gateway: `account` is a key of ACCOUNTS, `more` what is sent beside or instead of its
    credentials."""

    endpoint: str
    more: Parameters = field(default_factory=dict)
    account: str = ""
    post: bool = False

    def parameters(self, credentials: Mapping[str, str]) -> Parameters:
        """Everything that is sent."""
        return {**credentials, **self.more}


def request_for(status: Status, content_limit: int = CONTENT_LENGTH) -> Request:
    """The request that this status answers, where the gateway takes contents of at most so many characters or bytes."""
    if status is Status.CONTENT_TOO_LONG:
        return _too_long(content_limit + 1)
    return _REQUESTS[status]


def number_for(code: int) -> str:
    """A number whose messages end in this code, or stay in this state, when no rule says otherwise (P9.3)."""
    return NUMBER if code == ReportCode.SUCCESS else str(MAGIC + code)


def submit_for(code: int) -> Request:
    """The submit of a message that ends in this code."""
    return Request("sendsms", GOOD | {"numbers": number_for(code)})


def rule_for(account: str, number: str, outcome: int) -> dict[str, Any]:
    """The rule, as `[[rules]]` has it, that lets an account's messages to a number end so, at once."""
    return {"account": account, "number": {"exact": number}, "outcome": outcome} | AT_ONCE


def _too_long(length: int) -> Request:
    content = Shell(f"$(printf %0{length}d 0)", "0" * length)
    return Request("sendsms", {"numbers": NUMBER, "content": content}, post=length > REQUEST_LINE_BYTES // 2)


_REQUESTS: Final[Mapping[Status, Request]] = {
    Status.ACCEPTED: Request("getbalance"),
    Status.AUTHENTICATION: Request("getbalance", {"password": "wrong"}),
    Status.IP_RESTRICTED: Request("getbalance", account="office"),
    Status.SENSITIVE_WORDS: Request("sendsms", GOOD | {"content": f"{SENSITIVE_WORD}!"}),
    Status.CONTENT_EMPTY: Request("sendsms", GOOD | {"content": ""}),
    Status.NOT_A_TEMPLATE: Request("sendsms", GOOD, "templates"),
    Status.TOO_MANY_NUMBERS: Request("sendsms", {**GOOD, "numbers": in_a_row(_TOO_MANY)}),
    Status.NUMBERS_EMPTY: Request("sendsms", GOOD | {"numbers": ""}),
    Status.NUMBERS_ABNORMAL: Request("sendsms", GOOD | {"numbers": "12"}),
    Status.BALANCE_TOO_LOW: Request("sendsms", GOOD, "poor"),
    Status.WRONG_SENDTIME: Request("sendsms", GOOD | {"sendtime": "20260230120000"}),
    Status.PLATFORM_ERROR: Request("sendsms", GOOD | {"smstype": "2"}),
    Status.ACCOUNT_LOCKED: Request("sendsms", GOOD, "locked"),
}
