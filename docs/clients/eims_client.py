"""A client of the EIMS SMS gateway, edition 1.0/1.1: copy this file into your project. It needs `requests`.

    gateway = EimsClient("http://127.0.0.1:20003", "demo", "demo123")     # key="demokey" for an md5 password
    sent = gateway.sendsms(["13800138000"], "Hello")
    reports = gateway.getreport([id for _, id in sent.accepted])

A client may be shared by threads. Ids and numbers are text: both may have more digits than an integer of another
program keeps, and a number may begin with `+` or 0. Try it: python3 eims_client.py balance | send NUMBERS CONTENT |
report IDS | inbox, with EIMS_URL, EIMS_ACCOUNT, EIMS_PASSWORD and, for md5, EIMS_KEY in the environment.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import requests

IDS_A_CALL = 200
"""A getreport of more ids is refused with -7."""

T = TypeVar("T")


class EimsError(Exception):
    """Why there is no result: `status` is the gateway's, `reason` what it or the simulator told."""

    def __init__(self, status: int | None, reason: str | None) -> None:
        super().__init__(f"status {status}: {reason}" if status is not None else reason)
        self.status = status
        self.reason = reason


class Refused(EimsError):
    """The gateway said no. Of a submit nothing was sent and nothing charged: it may be mended and sent again."""


class Unanswered(EimsError):
    """There is no answer to go by: a time-out, a broken connection, an HTTP error, or no JSON.

    After a submit nobody knows whether the messages were accepted, and the gateway has nothing to recognize a second
    submit by: sent again they may go out, and be charged, twice. So nothing is tried again here. To be safe, write the
    submit down before it is sent, mark it "unknown" now, and let a person, the balance, or a pushed report with an
    unknown id decide. What only reads, getbalance and getreport, may be called again as it is.
    """


@dataclass(frozen=True)
class Balance:
    """Money is text, with all its decimals: decimal.Decimal reads it, a float would round it."""

    balance: str
    gift: str


@dataclass(frozen=True)
class Sent:
    """What was accepted, as pairs of number and id in the order given, and how many numbers were not: look at both."""

    fail: int
    accepted: list[tuple[str, str]]


@dataclass(frozen=True)
class Report:
    """State 0 is sent, 1 not sent yet, 2 being sent, else a report code; sendtime is yyyyMMddHHmmss or "0"."""

    id: str
    number: str
    sendtime: str
    state: int


@dataclass(frozen=True)
class Reports:
    """What is known of the messages; an id that was asked for and has no report is counted in `nofound`."""

    nofound: int
    reports: list[Report]


@dataclass(frozen=True)
class Inbound:
    """A message from a phone; two with the same id are one message that was told twice. time is yyyyMMddHHmmss."""

    id: str
    sender: str
    to: str
    time: str
    content: str


class EimsClient:
    """One account of one gateway. Every call returns a result, or raises Refused or Unanswered."""

    def __init__(self, url: str, account: str, password: str, key: str = "", timeout: float = 30) -> None:
        """With a `key` the md5 password is sent, else the plain one; `timeout` in seconds."""
        self._url = url.rstrip("/")
        self._account = account
        self._password = password
        self._key = key
        self._timeout = timeout
        self._seq = 0
        self._lock = threading.Lock()

    def getbalance(self) -> Balance:
        """The account's own money and the money given to it."""
        return self._get("getbalance", {}, lambda answer: Balance(str(answer["balance"]), str(answer["gift"])))

    def sendsms(self, numbers: Iterable[str], content: str, **more: str) -> Sent:
        """Send a content to up to 10,000 numbers; `more`: sender, sendtime (yyyyMMddHHmmss), smstype, mmstitle.

        Always by POST: a GET carries 100 numbers only, its password ends up in the log files on the way, and some HTTP
        libraries send a GET again by themselves.
        """

        def read(answer: dict[str, Any]) -> Sent:
            return Sent(int(answer["fail"]), [(str(number), str(id)) for number, id in answer["array"]])

        parameters = {"numbers": ",".join(numbers), "content": content, **more}
        return self._call("POST", "sendsms", {"json": {**self._credentials(), **parameters}}, read)

    def getreport(self, ids: Iterable[str | int]) -> Reports:
        """What became of messages, in as many calls as that takes."""

        def read(answer: dict[str, Any]) -> Reports:
            rows = [Report(str(id), str(to), str(at), int(state)) for id, to, at, state in answer["array"]]
            return Reports(int(answer["nofound"]), rows)

        asked = [str(id) for id in ids]
        parts = [asked[start : start + IDS_A_CALL] for start in range(0, len(asked), IDS_A_CALL)]
        answers = [self._get("getreport", {"ids": ",".join(part)}, read) for part in parts]
        return Reports(sum(one.nofound for one in answers), [report for one in answers for report in one.reports])

    def getsms(self) -> list[Inbound]:
        """Up to 50 messages from phones. The gateway gives each away once: keep them before you call again."""

        def read(answer: dict[str, Any]) -> list[Inbound]:
            return [
                Inbound(str(id), str(sender), str(to), str(at), _text(content))
                for id, sender, to, at, content in answer["array"]
            ]

        return self._get("getsms", {}, read)

    def inbox(self) -> Iterator[list[Inbound]]:
        """All that wait, in lists of up to 50, until nothing new comes: keep each list before you take the next."""
        known: set[str] = set()
        while True:
            new = [message for message in self.getsms() if message.id not in known]
            if not new:
                return
            known.update(message.id for message in new)
            yield new

    def next_seq(self) -> int:
        """A seq for the next request: microseconds since 1970, and always greater than the last.

        So it grows from thread to thread, over restarts, and, on one clock, from process to process, which a counter
        in memory that starts at 1 does not. Override this where a counter in your database shall give it.
        """
        with self._lock:
            self._seq = max(self._seq + 1, time.time_ns() // 1000)
            return self._seq

    def _credentials(self) -> dict[str, str | int]:
        if not self._key:
            return {"account": self._account, "password": self._password}
        seq, now = self.next_seq(), int(time.time())  # once: the digest and the parameters must say the same
        text = f"{self._account}{self._password}{seq}{now}{self._key}"
        digest = hashlib.md5(text.encode("utf-8")).hexdigest()
        return {"account": self._account, "password": digest, "seq": seq, "time": now}

    def _get(self, endpoint: str, parameters: dict[str, str], read: Callable[[dict[str, Any]], T]) -> T:
        return self._call("GET", endpoint, {"params": {**self._credentials(), **parameters}}, read)

    def _call(self, method: str, endpoint: str, sent: dict[str, Any], read: Callable[[dict[str, Any]], T]) -> T:
        try:  # a redirect is no answer, and following one would turn a POST into a GET
            answer = requests.request(
                method, f"{self._url}/{endpoint}", timeout=self._timeout, allow_redirects=False, **sent
            )
        except requests.RequestException as error:
            # From None, because the error's text holds the URL, and the URL of a GET holds the password.
            raise Unanswered(None, f"{type(error).__name__} at {endpoint}") from None
        reason = answer.headers.get("X-EIMS-Sim-Reason")  # the simulator's: a gateway gives none
        if answer.status_code != 200:
            raise Unanswered(None, "; ".join(filter(None, (f"HTTP {answer.status_code}", reason))))
        try:
            told = json.loads(answer.content)
            status = int(told["status"])
            if status == 0:
                return read(told)
        except (KeyError, TypeError, ValueError) as error:
            raise Unanswered(None, "the answer cannot be read") from error
        raise Refused(status, reason)


def _text(content: str) -> str:
    """The text of a message. Bytes that are no UTF-8 are replaced: a broken message must not cost the 49 others."""
    return base64.b64decode(content).decode("utf-8", "replace")


def _run(gateway: EimsClient, command: str, arguments: list[str]) -> Iterator[Any]:
    if command == "balance":
        yield asdict(gateway.getbalance())
    elif command == "send":
        yield asdict(gateway.sendsms(arguments[0].split(","), arguments[1]))
    elif command == "report":
        yield asdict(gateway.getreport(arguments[0].split(",")))
    else:
        for messages in gateway.inbox():
            yield {"messages": [asdict(message) for message in messages]}
        yield {"messages": []}


def _main(command: str = "", *arguments: str) -> int:
    wanted = {"balance": 0, "send": 2, "report": 1, "inbox": 0}
    names = ("EIMS_URL", "EIMS_ACCOUNT", "EIMS_PASSWORD")
    if wanted.get(command) != len(arguments) or not all(map(os.environ.get, names)):
        print("usage: eims_client.py balance | send NUMBERS CONTENT | report IDS | inbox", file=sys.stderr)
        print("set EIMS_URL, EIMS_ACCOUNT, EIMS_PASSWORD; EIMS_KEY for md5; EIMS_TIMEOUT in seconds", file=sys.stderr)
        return 2
    url, account, password = (os.environ[name] for name in names)
    timeout = float(os.environ.get("EIMS_TIMEOUT") or 30)
    gateway = EimsClient(url, account, password, os.environ.get("EIMS_KEY", ""), timeout)

    def show(result: Any) -> None:
        line = json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n"
        sys.stdout.buffer.write(line.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()

    try:
        for result in _run(gateway, command, list(arguments)):
            show(result)
    except EimsError as error:
        kind = type(error).__name__.lower()
        show({"error": kind, "status": error.status, "reason": error.reason})
        return 1 if kind == "refused" else 3
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
