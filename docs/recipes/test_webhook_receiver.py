"""A shop hears by a webhook which messages failed, and gives its customers their money back: once for each message.

The gateway pushes a report at least once. It does so again when it did not hear that the first push was taken, so the
same report may come twice, and the receiver has to know which messages it has seen. One that does not pays twice.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import requests

from eims_sim.testing import Simulator

REFUSED = "13800001005"  # the simulator lets numbers that end in 0000 and a report code end so


class Refunds:
    """The application: cents that were given back, by number. A real one keeps both in one transaction."""

    def __init__(self) -> None:
        self.cents: dict[str, int] = {}
        self.seen: set[int] = set()

    def take(self, body: bytes) -> None:
        """Take a push: rows of id, number, time, code and its text. A code other than 0 is a failure."""
        for id, number, _, code, _ in json.loads(body)["array"]:
            if self.is_news(id) and code != 0:
                self.cents[number] = self.cents.get(number, 0) + 5

    def is_news(self, id: int) -> bool:
        """Whether this is the first report of a message; the next one is not."""
        if id in self.seen:
            return False
        self.seen.add(id)
        return True


class RefundsForEveryReport(Refunds):
    """The same with the mistake: it takes every report for news."""

    def is_news(self, id: int) -> bool:
        return True


@contextmanager
def serving(refunds: Refunds, *answers: int) -> Iterator[str]:
    """The application's webhook, at the URL that is yielded. A push is taken, then answered: 200 after `answers`."""

    left = iter(answers)

    class Webhook(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            refunds.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(next(left, 200))
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Webhook) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/reports"
        finally:
            server.shutdown()


def send_and_wait(eims: Simulator, url: str) -> None:
    """Send a message that fails; all its pushes have been made when the clock has gone on."""
    eims.accounts.set("demo", callback_url=url)
    eims.clock.freeze()
    sent = {"account": "demo", "password": "demo123", "numbers": REFUSED, "content": "Hello"}
    requests.post(f"{eims.url}/sendsms", json=sent, timeout=5)
    eims.clock.advance(60)


@pytest.mark.parametrize(("kind", "cents"), [(Refunds, 5), (RefundsForEveryReport, 10)])
def test_a_report_that_comes_twice_is_paid_once(eims: Simulator, kind: type[Refunds], cents: int) -> None:
    """The gateway PUTs the same report twice. The mistaken receiver pays 10 cents for one message of 5."""
    eims.faults.add(endpoint="push", reports="duplicate")
    refunds = kind()

    with serving(refunds) as url:
        send_and_wait(eims, url)

    assert [one.state for one in eims.messages.list()] == [1005]
    assert refunds.cents == {REFUSED: cents}


def test_a_report_that_was_taken_but_not_confirmed_comes_again(eims: Simulator) -> None:
    """The receiver paid, then broke down before its answer. The gateway tries again, and says what it made of it."""
    refunds = Refunds()

    with serving(refunds, 500) as url:
        send_and_wait(eims, url)

    [push] = eims.pushes.list()
    assert [attempt.http_status for attempt in push.attempts] == [500, 200]
    assert (push.state, refunds.cents) == ("delivered", {REFUSED: 5})
