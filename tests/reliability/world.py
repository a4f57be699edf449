"""What is the reference held against? A server in a process of its own, and the customer whose callback it calls."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from eims_sim.client.receiver import CallbackServer, Put
from tests.reliability.accounting import SECOND, ZONE
from tests.reliability.nursery import Nursery
from tests.reliability.reference import Gateway

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = 1_767_240_000 * SECOND
"""2026-01-01 12:00 in Shanghai, where the frozen clock begins."""

SENSITIVE = "forbidden"
UNSENT_SECONDS, SENDING_SECONDS = 0.5, 1.0

HEAD = f"""
[server]
clock = "frozen"
now = "2026-01-01T12:00:00+08:00"
sensitive_words = ["{SENSITIVE}"]

[lifecycle]
unsent_seconds = {UNSENT_SECONDS}
sending_seconds = {SENDING_SECONDS}

[push]
interval_seconds = 0.2
retry_first_seconds = 1
retry_factor = 2
retry_max_seconds = 3
attempts = 3
"""
"""The push settings are those of `reports.py`."""


def accounts(callback: str) -> list[dict[str, Any]]:
    """The accounts of the configuration; `callback` is where their reports go."""
    demo = {"balance": "3", "gift": "0.3", "numbers": ["123456"], "callback_url": f"{callback}/demo"}
    rich = {"balance": "40", "gift": "0.12", "billing": "segment", "callback_url": f"{callback}/rich"}
    signed = {"auth": "md5", "key": "k", "seq_policy": "increasing", "max_skew_seconds": 100, "numbers": ["555"]}
    wary = {"auth": "any", "key": "k2", "seq_policy": "unique", "lock_after_failures": 2, "balance": "0.4"}
    refunding = {"refund_failed": True, "callback_url": f"{callback}/wary"}
    office = {"allowed_ips": ["10.0.0.0/8"], "balance": "1"}
    templated = {"templates": ["Your code is {code}."], "sensitive_words": ["HELLO"], "balance": "1"}
    rest = {"office": office, "templated": templated}
    named = {"demo": demo, "rich": rich | {"refund_failed": True}, "signed": signed | {"balance": "1"}}
    named |= {"wary": wary | refunding} | rest
    return [{"account": name, "password": "demo123"} | settings for name, settings in named.items()]


def toml(tables: list[dict[str, Any]]) -> str:
    """`[[accounts]]`: strings, numbers, booleans and lists of strings are written as in JSON."""
    lines = []
    for table in tables:
        lines += ["[[accounts]]", *(f"{name} = {json.dumps(value)}" for name, value in table.items())]
    return "\n".join(lines) + "\n"


class Customer(CallbackServer):
    """The customer's server. `taken` holds what came since the last look, and what was answered."""

    def __init__(self) -> None:
        self.taken: list[tuple[Put, int]] = []
        super().__init__("127.0.0.1")

    def _take(self, put: Put) -> int:
        http_status = super()._take(put)
        if put.method == "PUT" and put.path.startswith("/reports/"):
            self.taken.append((put, http_status))
        return http_status

    def look(self) -> list[tuple[Put, int]]:
        """What came since the last look."""
        with self._changed:
            taken, self.taken = self.taken, []
            self._puts.clear()
            return taken

    @property
    def healthy(self) -> bool:
        """Whether the next PUT is taken."""
        with self._changed:
            return not self._answers

    def begin_anew(self) -> None:
        """Forget what came, and take what comes."""
        with self._changed:
            self._answers.clear()
        self.look()

    def catch_up(self) -> None:
        """Return when everything that was sent before is taken: what a server that was killed had still sent."""
        address = urlsplit(self.url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=10)
        answers = list(self._answers)
        connection.request("PUT", "/last")
        connection.getresponse().read()
        connection.close()
        with self._changed:
            self._answers.clear()
            self._answers.extend(answers)


class World:
    """One server at a time, killed and started at will; `folder` keeps its file and its database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.customer = Customer()
        self.file = accounts(self.customer.url)
        (folder / "world.toml").write_text(HEAD + toml(self.file), "utf-8")
        self._nursery = Nursery()
        self._connection: HTTPConnection | None = None
        self.kills = 0
        self.start()

    def reference(self) -> Gateway:
        """The reference in the state in which the server begins."""
        delays = round(UNSENT_SECONDS * SECOND), round(SENDING_SECONDS * SECOND)
        return Gateway(self.file, START, SENSITIVE, *delays)

    def start(self) -> None:
        """Start the server on the database that there is."""
        address = urlsplit(self._nursery.serve(self.folder))
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=30)

    def kill(self) -> None:
        """End the server as `kill -9` does."""
        self.kills += 1
        self._nursery.kill()
        self._hang_up()
        self.customer.catch_up()

    def begin_anew(self) -> None:
        """A fresh world: by a reset or, where even that fails, by another server on another file."""
        try:
            assert self.control("POST", "reset")[0] == 204
        except (AssertionError, OSError):
            self._nursery.kill()
            self._hang_up()
            for file in self.folder.glob("sim.db*"):
                file.unlink()
            self.start()
        self.customer.begin_anew()

    def close(self) -> None:
        self._hang_up()
        self._nursery.close()
        self.customer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def send(self, method: str, target: str, body: bytes | None = None) -> None:
        """Send a request and read no answer."""
        assert self._connection is not None
        headers = {"Content-Type": "application/json"} if body is not None else {}
        self._connection.request(method, target, body, headers)

    def request(self, method: str, target: str, body: bytes | None = None) -> tuple[int, str, bytes]:
        """A request: HTTP status, Content-Type, body."""
        self.send(method, target, body)
        assert self._connection is not None
        answer = self._connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()

    def control(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """A call of the control API: HTTP status and what the JSON says."""
        sent = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        http_status, _, answer = self.request(method, f"/_sim/{path}", sent)
        return http_status, json.loads(answer) if answer else None

    def _hang_up(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()


def rfc3339(moment: int) -> str:
    """A moment as the control API writes it (C4)."""
    return (EPOCH + timedelta(microseconds=moment)).astimezone(ZONE).isoformat(timespec="microseconds")


def moment_of(text: str) -> int:
    """The moment that the control API wrote."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)
