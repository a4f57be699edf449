"""What does the reference know of accounts, submits, messages and rules, and how are moments and money written?

Pure, and independent of eims_sim as `reference.py` is. Moments are microseconds since 1970, money is micro-units.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

SECOND = 1_000_000
ZONE = timezone(timedelta(hours=8))  # P1.10: Asia/Shanghai has known no other offset since 1991
UNSENT, SENDING = 1, 2
SETTINGS: dict[str, Any] = {
    "auth": "plain",
    "key": "",
    "seq_policy": "any",
    "max_skew_seconds": 0,
    "balance": "0",
    "gift": "0",
    "price": "0.05",
    "mms_price": "0.2",
    "billing": "message",
    "refund_failed": False,
    "locked": False,
    "lock_after_failures": 0,
    "allowed_ips": [],
    "sensitive_words": [],
    "templates": [],
    "callback_url": "",
    "numbers": [],
}
"""C3: what an account has that says nothing else."""


def micros(money: str) -> int:
    """Money as text in micro-units."""
    whole, _, part = money.partition(".")
    return int(whole) * SECOND + int(part.ljust(6, "0") or 0)


def wire(moment: int) -> int:
    """P1.10: yyyyMMddHHmmss."""
    return int(datetime.fromtimestamp(moment // SECOND, ZONE).strftime("%Y%m%d%H%M%S"))


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@dataclass
class Account:
    """An account, its money, and what is remembered of its requests."""

    settings: dict[str, Any]
    balance: int
    gift: int
    failures: int = 0
    last_seq: int = 0
    last_pair: tuple[int, str] | None = None
    used: set[tuple[int, str]] = field(default_factory=set)

    @property
    def locked(self) -> bool:
        return bool(self.settings["locked"] or 0 < self.settings["lock_after_failures"] <= self.failures)

    def forget_pairs(self) -> None:
        """P1.6: pairs of seq and time are in memory."""
        self.last_pair = None
        self.used.clear()


@dataclass
class Submit:
    """What a request paid, and got back."""

    account: str
    price: int
    paid_balance: int
    refunded: int = 0


@dataclass
class Message:
    id: int
    submit: int
    account: str
    number: str
    outcome: int
    sending_at: int | None
    final_at: int | None
    state: int = UNSENT

    @property
    def due(self) -> int | None:
        return {UNSENT: self.sending_at, SENDING: self.final_at}.get(self.state)


@dataclass
class Inbound:
    id: int
    account: str
    sender: str
    to: str
    content: str
    received_at: int
    fetched: bool = False


@dataclass
class Rule:
    """One rule; `settings` are its conditions and its outcome."""

    id: int
    settings: dict[str, Any]
    applied: int = 0
    enabled: bool = True


def read_time(text: str) -> int | None:
    """P2, order 11: 14 digits of a real date and time, else None."""
    if not re.fullmatch("[0-9]{14}", text):
        return None
    try:
        return int(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=ZONE).timestamp()) * SECOND
    except ValueError:
        return None
