"""What does the tour make before it begins, and remove when it ends? Accounts of its own, rules, faults."""

from collections.abc import Mapping
from typing import Any, Final

from ...errors import EimsSimError
from ...protocol.codes import SENDING, UNSENT, ReportCode
from ..client import Client, RefusedError, segment

PASSWORD: Final = "tour123"  # noqa: S105  of accounts that live as long as the tour
KEY: Final = "tourkey"
SENSITIVE_WORD: Final = "casino"
TEMPLATE: Final = "Your code is {code}."
NUMBER: Final = "13800138000"
FOREIGN_NETWORK: Final = "203.0.113.0/24"
"""Addresses for documents: nobody calls from there."""

OWN_CONFIGURATION: Final = """
[server]
clock = "frozen"
now = "2026-01-01T12:00:00+08:00"
"""
"""The tour's own server: nothing moves by itself, so every run is the same."""

WAIT_SECONDS: Final = 10
GONE: Final = 404

AT_ONCE: Final = {"unsent_seconds": 0, "sending_seconds": 0}

MAGIC: Final = 13_800_000_000
"""With a report code added: a number that ends in 0000 and the code, a magic one (P9.3)."""
NO_CODE: Final = 1015
STAYING: Final = {str(MAGIC + 9001): UNSENT, str(MAGIC + 9002): SENDING}
"""Numbers whose messages never become final."""

CODED: Final = {str(MAGIC + code): code for code in range(ReportCode.NO_ROUTE, ReportCode.ROUTE_MCC_MNC_LIMIT + 1)} | {
    str(MAGIC + NO_CODE): int(ReportCode.SUCCESS)
}
"""A number for each report code, and how a message to it ends."""
ENDS: Final = {NUMBER: int(ReportCode.SUCCESS)} | CODED | STAYING
"""The state in which a message to each of the tour's numbers stays."""


class World:
    """The tour's accounts, named after one of them; everything else that it makes belongs to that one.

    `own` says that the server is the tour's, whose clock stands still until the tour moves it. On another one no time
    is waited for: rules end its messages at once.
    """

    def __init__(self, client: Client, *, own: bool, tag: str) -> None:
        self.client = client
        self.own = own
        self.name = f"tour-{tag}" if tag else "tour"
        self.inbound_number = f"10690{int(tag or '0', 16):05d}"
        self._accounts: list[str] = []

    def account(self, suffix: str = "") -> dict[str, str]:
        """The credentials of one of the accounts."""
        return {"account": f"{self.name}{suffix and '-'}{suffix}", "password": PASSWORD}

    def create(self) -> None:
        """Make the accounts and, on a server that is not the tour's, the rules."""
        self.client.control("GET", "clock")  # nothing is made where nobody answers, or where a token is wanted
        money = {"balance": "100", "gift": "5"}
        self._add_account("", money, numbers=[self.inbound_number], sensitive_words=[SENSITIVE_WORD])
        self._add_account("office", money, allowed_ips=[FOREIGN_NETWORK])
        self._add_account("locked", money, locked=True)
        self._add_account("templates", money, templates=[TEMPLATE])
        self._add_account("md5", money, auth="md5", key=KEY)
        self._add_account("poor", {})
        if not self.own:
            for number, outcome in ENDS.items():
                rule = {"account": self.name, "number": {"exact": number}, "outcome": outcome}
                self.client.control("POST", "rules", rule | AT_ONCE)

    def remove(self) -> list[str]:
        """Remove the accounts and what was made for them; what could not be removed, and why."""
        if not self._accounts:
            return []
        try:
            made = [
                f"{kind}/{one['id']}"
                for kind in ("rules", "faults")
                for one in self.client.items(kind)
                if one["account"] == self.name
            ]
        except EimsSimError as error:
            return [f"the accounts {self.name} and {self.name}-...: {error}"]
        trouble = [self._delete(path) for path in (*made, *self._accounts)]
        return [one for one in trouble if one]

    def wait(self, ends: Mapping[str, int]) -> None:
        """Wait until the main account has a message to each number in that state, or one of them takes too long."""
        for number, state in ends.items():
            query = {"account": self.name, "number": number, "state": int(state), "wait": WAIT_SECONDS, "limit": 1}
            if not self.client.control("GET", "messages", query=query)["complete"]:
                return

    def _add_account(self, suffix: str, money: Mapping[str, str], **settings: Any) -> None:
        body = {**self.account(suffix), **money, **settings}
        self._accounts.append(f"accounts/{segment(body['account'])}")  # first: none that is made may be forgotten
        self.client.control("POST", "accounts", body)

    def _delete(self, path: str) -> str | None:
        try:
            self.client.control("DELETE", path)
        except EimsSimError as error:
            if not (isinstance(error, RefusedError) and error.status == GONE):
                return f"{path}: {error}"
        return None
