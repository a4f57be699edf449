"""Out of what are sequences made? What is sent, from which every step draws; the first is the plainest."""

from typing import Any

NAMES = ("demo", "rich", "wary", "signed", "demo", "rich", "wary", "new", "templated", "office", "nobody")
WAYS = ("right",) * 7 + ("wrong", "again", "equal", "first", "late", "upper", "absent")
"""How a client proves who it is; where an account takes the plain password most are right."""

NUMBERS = (
    *("13800000001", "13900000017", "13800001005", "13700000007", "13800009001", "13800009002", "+8613800000003"),
    *("0138", "12", "1380000000a", " 13800000004 ", "1234567890123456789", "", "13800001023", "111，222"),
)
CONTENTS = ("Hello",) * 6 + (
    *("Your code is 4711.", "x" * 161, "验证码" * 24, "promo", "this is FORBIDDEN here", " ", "", "y" * 1025),
    *("z" * 1024, "hello"),
)
MORE: tuple[dict[str, str], ...] = ({},) * 6 + (
    *({"sendtime": "+5"}, {"sendtime": "-5"}, {"sendtime": "20260230000000"}, {"smstype": "1"}, {"smstype": "2"}),
    *({"sender": "ACME", "version": "9"}, {"sendtime": "", "smstype": "0"}),
)
ODD_IDS = ("01", "abc", "", "-1", "0", "99999999999999999999999", "007", "13800000001", "1")
SECONDS = (0.5, 1, 0.2, 1.5, 3, 0.1, 0, 10, 100, 0.000001)
RULES: tuple[dict[str, Any], ...] = (
    {"outcome": 1011},
    {"number": {"suffix": "7"}, "outcome": 1003, "times": 2},
    {"number": {"prefix": "138"}, "outcome": 1001, "times": 1, "sending_seconds": 5},
    {"content": {"contains": "code"}, "outcome": 2},
    {"smstype": 1, "outcome": 1},
    {"number": {"exact": "13800001005"}, "outcome": 0, "unsent_seconds": 0.1, "sending_seconds": 0.1},
    {"outcome": 1006, "unsent_seconds": 3},
)
CHANGES: tuple[dict[str, Any], ...] = (
    *({"balance": "0.07"}, {"price": "0.01"}, {"locked": True}, {"locked": False}, {"refund_failed": True}),
    *({"gift": "1"}, {"sensitive_words": ["hello"]}, {"password": "changed"}, {"lock_after_failures": 1}),
    *({"billing": "segment", "gift": "0.000019"}, {"callback_url": "moved"}, {"balance": "100", "mms_price": "0"}),
)
MADE: tuple[dict[str, Any], ...] = (
    {"password": "p", "balance": "1", "callback_url": "here"},
    {"password": "p", "gift": "0.1", "auth": "md5", "key": "kk", "seq_policy": "unique"},
    {"password": "p", "balance": "0.000001", "price": "0", "lock_after_failures": 1, "callback_url": "here"},
)
SCENES = (
    "under way",
    "ended",
    "gathering",
    "retrying",
    "parked",
    "ruled",
    "texted",
    "suspected",
    "removed",
    "asked again",
    "forgotten",
    "signed twice",
)
"""Where a sequence may begin: what a step alone would rarely find."""
