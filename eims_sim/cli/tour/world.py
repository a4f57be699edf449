"""What does the tour make before it begins, and remove when it ends? Accounts of its own, rules, faults."""

from collections.abc import Mapping
from typing import Any, Final

from ...client.access import segment
from ...client.control import Client
from ...domain.arising import ACCOUNTS, NUMBER, number_for, rule_for
from ...errors import EimsSimError, RefusedError
from ...protocol.codes import SENDING, UNSENT, ReportCode

PASSWORD: Final = "tour123"  # noqa: S105  of accounts that live as long as the tour
KEY: Final = "tourkey"

OWN_CONFIGURATION: Final = """
[server]
clock = "frozen"
now = "2026-01-01T12:00:00+08:00"
"""
"""The tour's own server: nothing moves by itself, so every run is the same."""

WAIT_SECONDS: Final = 10
GONE: Final = 404

NO_CODE: Final = 1015
STAYING: Final = {number_for(9001): UNSENT, number_for(9002): SENDING}
"""Numbers whose messages never become final."""

CODED: Final = {
    number_for(code): int(ReportCode.SUCCESS) if code == NO_CODE else code
    for code in range(ReportCode.NO_ROUTE, ReportCode.ROUTE_MCC_MNC_LIMIT + 1)
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
        self._add_account("", {**ACCOUNTS[""], "numbers": [self.inbound_number]})
        self._add_account("md5", {**ACCOUNTS[""], "auth": "md5", "key": KEY})
        for suffix, settings in ACCOUNTS.items():
            if suffix:
                self._add_account(suffix, settings)
        if not self.own:
            for number, outcome in ENDS.items():
                self.client.control("POST", "rules", rule_for(self.name, number, outcome))

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

    def _add_account(self, suffix: str, settings: Mapping[str, Any]) -> None:
        body = {**self.account(suffix), **settings}
        self._accounts.append(f"accounts/{segment(body['account'])}")  # first: none that is made may be forgotten
        self.client.control("POST", "accounts", body)

    def _delete(self, path: str) -> str | None:
        try:
            self.client.control("DELETE", path)
        except EimsSimError as error:
            if not (isinstance(error, RefusedError) and error.status == GONE):
                return f"{path}: {error}"
        return None
