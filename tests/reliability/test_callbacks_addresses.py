"""Where reports may go, and names that misbehave (C3, callback_allow). The stand-in is the system's word on names."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from aiohttp import web

from eims_sim.engine import callback_names
from tests.conftest import Receiver, Simulator, Start, with_callback

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="which forms of an address there are is the system's")

NOT_ALLOWED = "not delivered: the callback's host is not in callback_allow"
LINK_LOCAL = "not delivered: the callback's address is link-local; reports never go there"
AT_ONCE = {
    "EIMS_SIM_LIFECYCLE_UNSENT_SECONDS": "0",
    "EIMS_SIM_LIFECYCLE_SENDING_SECONDS": "0",
    "EIMS_SIM_PUSH_INTERVAL_SECONDS": "0",
}


class NameServers:
    """What each name stands for, look by look, the last answer for ever; no answer: it hangs until `released`."""

    def __init__(self, system: Callable[..., Any]) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.looks: Counter[str] = Counter()
        self.released = threading.Event()
        self._system = system
        self._turn = threading.Lock()

    def getaddrinfo(self, host: Any, *more: Any, **options: Any) -> Any:
        if host not in self.names:
            return self._system(host, *more, **options)
        with self._turn:
            self.looks[host] += 1
            answers = self.names[host]
            answer = answers.pop(0) if len(answers) > 1 else [*answers, []][0]
        if not answer:
            self.released.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [one for address in answer for one in self._system(address, *more, **options)]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServers]:
    """The name servers, which know no more than they are told."""
    made = NameServers(socket.getaddrinfo)
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    yield made
    made.released.set()


def port_of(receiver: Receiver) -> int:
    return int(receiver.url.rpartition(":")[2].partition("/")[0])


def at(receiver: Receiver, host: str) -> str:
    """The receiver's URL, with its host written otherwise."""
    return receiver.url.replace("127.0.0.1", host)


async def closing(status: int, _: web.Request) -> web.StreamResponse:
    """An answer after which the connection is closed, so that the next push needs another."""
    response = web.Response(status=status)
    response.force_close()
    return response


async def verdicts(sim: Simulator) -> dict[str, list[str]]:
    """Of the attempts for each account."""
    pushes = await sim.pushes("limit=1000")
    return {
        push["account"]: [made["verdict"].partition("; attempt")[0] for made in push["attempts"]] for push in pushes
    }


async def push_to(start: Start, urls: list[str], **options: Any) -> dict[str, list[str]]:
    """A first attempt for an account with each URL; URL and verdicts."""
    accounts = {f"to{place}": url for place, url in enumerate(urls)}
    sim = await start("".join(with_callback(url, account) for account, url in accounts.items()), **options)
    for account in accounts:
        await sim.submit(account=account)
    await sim.advance(30)
    found = await verdicts(sim)
    return {url: found[account] for account, url in accounts.items()}


async def test_an_address_is_refused_however_it_is_written(start: Start, receiver: Receiver):
    """C3: what is checked is the address, not the text."""
    hosts = [
        *("2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "127.1", "127.0.0.1.", "127.0.0.1.."),
        *("0.0.0.0", "localhost", "localhost.", "LOCALHOST", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),  # noqa: S104 - nothing is bound
        *("allowed.example@127.0.0.1", "allowed.example:80@127.0.0.1", "10.0.0.1:80@127.0.0.1"),
    ]
    urls = [at(receiver, host) for host in hosts]

    found = await push_to(start, urls, callback_allow=["allowed.example", "10.0.0.0/8"])

    assert found == {url: [NOT_ALLOWED] for url in urls}
    assert receiver.requests == []


@pytest.mark.parametrize("allowed", [[], ["0.0.0.0/0", "::/0", "169.254.169.254", "2852039166"]])
async def test_link_local_is_refused_however_it_is_written(start: Start, allowed: list[str]):
    """C3: link-local never"""
    hosts = [
        *("2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.254.169.254."),
        *("[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a9fe:a9fe]", "[2002:a9fe:a9fe::1]"),
        *("[::a9fe:a9fe]", "[fe80::1%25lo]", "user:password@169.254.169.254", "allowed.example@169.254.169.254"),
    ]
    urls = [f"http://{host}/latest/meta-data" for host in hosts]

    assert await push_to(start, urls, callback_allow=allowed) == {url: [LINK_LOCAL] for url in urls}


async def test_a_report_goes_to_the_address_that_was_checked(start: Start, receiver: Receiver, names: NameServers):
    """C3: a name that stands for another address a moment later is looked up no more."""
    names.names["rebinds.example"] = [["127.0.0.1"], ["169.254.169.254"]]

    url = at(receiver, "rebinds.example")
    found = await push_to(start, [url], callback_allow=["127.0.0.0/8"])

    assert found == {url: ["delivered"]}
    assert len(receiver.requests) == 1
    assert names.looks["rebinds.example"] == 1


@pytest.mark.parametrize("then", ["169.254.169.254", "10.0.0.1", "::ffff:169.254.169.254"])
async def test_a_name_is_checked_each_time_it_is_looked_up(
    start: Start, receiver: Receiver, names: NameServers, monkeypatch: pytest.MonkeyPatch, then: str
):
    """C3: first what is allowed, for the retry what is not."""
    monkeypatch.setattr(callback_names, "FRESH_SECONDS", 0.0)
    names.names["rebinds.example"] = [["127.0.0.1"], [then]]
    receiver.answers = [partial(closing, 500)]
    sim = await start(with_callback(at(receiver, "rebinds.example")), callback_allow=["127.0.0.0/8"])
    await sim.submit(account="pushed")

    await sim.advance(31.5)

    wrong = LINK_LOCAL if "169" in then else NOT_ALLOWED
    assert await verdicts(sim) == {"pushed": ["not delivered: only a 2xx answer counts", wrong]}
    assert len(receiver.requests) == 1


async def test_one_bad_address_of_a_name_is_enough(start: Start, receiver: Receiver, names: NameServers):
    """C3"""
    names.names["both.example"] = [["127.0.0.1", "169.254.169.254"]]

    url = at(receiver, "both.example")

    assert await push_to(start, [url]) == {url: [LINK_LOCAL]}
    assert receiver.requests == []


async def test_names_are_compared_as_they_go_over_the_wire(start: Start, receiver: Receiver, names: NameServers):
    """C3: case, a dot at the end and the form of an international name make no difference."""
    names.names |= {name: [["127.0.0.1"]] for name in ("xn--bcher-kva.example", "hooks.example", "other.example")}
    hosts = ["bücher.example", "BÜCHER.example.", "xn--bcher-kva.example", "hooks.example", "Hooks.Example."]
    urls = [at(receiver, host) for host in hosts]
    other = at(receiver, "other.example")

    found = await push_to(start, [*urls, other], callback_allow=["Bücher.example.", "HOOKS.example"])

    assert found == {url: ["delivered"] for url in urls} | {other: [NOT_ALLOWED]}


async def test_user_and_password_of_a_url_are_sent_as_it_says(start: Start, receiver: Receiver):
    """P8: the host is what follows the @"""
    url = at(receiver, "user:p%40ss@127.0.0.1")

    assert await push_to(start, [url]) == {url: ["delivered"]}
    ((_, target, headers),) = receiver.requests
    assert (target, headers["Authorization"]) == ("/reports", "Basic dXNlcjpwQHNz")
    assert headers["Host"] == f"127.0.0.1:{port_of(receiver)}"


async def test_a_changed_callback_allow_counts_for_connections_that_were_kept(
    start: Start, receiver: Receiver, tmp_path: Path
):
    """C3, C4: reload"""
    sim = await start(with_callback(receiver.url))
    await sim.submit(account="pushed")
    await sim.advance(60)
    text = (tmp_path / "config0.toml").read_text("utf-8")
    (tmp_path / "config0.toml").write_text(
        text.replace("[server]", '[server]\ncallback_allow = ["10.0.0.0/8"]'), "utf-8"
    )

    await sim.control("POST", "reload")
    await sim.submit(account="pushed")
    await sim.advance(30)

    pushes = await sim.pushes()
    assert [push["attempts"][0]["verdict"].partition("; attempt")[0] for push in pushes] == ["delivered", NOT_ALLOWED]
    assert len(receiver.requests) == 1


async def test_names_that_hang_hold_up_nobody(start: Start, receiver: Receiver, names: NameServers):
    """P8.2: neither another account whose name resolves, nor what else needs a thread."""
    hanging = [f"hangs{place}.example" for place in range(50)]
    names.names |= {name: [] for name in hanging} | {"good.example": [["127.0.0.1"]]}
    urls = {name: f"http://{name}/" for name in hanging} | {"good": at(receiver, "good.example")}
    sim = await start("".join(with_callback(url, account) for account, url in urls.items()), environment=AT_ONCE)
    await sim.control("PUT", "clock", {"mode": "real"})
    for name in hanging:
        await sim.submit(account=name)

    await sim.submit(account="good")
    await receiver.until(lambda: len(receiver.reports) == 1)
    described = await sim.control("GET", "openapi.json")

    assert described.http_status == 200
    pushes = await sim.pushes("limit=1000")
    states = {push["account"]: push["state"] for push in pushes if push["account"] != "good"}
    assert states == dict.fromkeys(hanging, "sending")


async def test_a_name_that_hangs_is_looked_up_once_at_a_time(start: Start, names: NameServers):
    """P8.3: its retries, and other accounts that name it, wait for the same look; the verdict says how far it came."""
    names.names["hangs.example"] = []
    environment = {"EIMS_SIM_PUSH_TIMEOUT_SECONDS": "0.1", "EIMS_SIM_PUSH_ATTEMPTS": "3"}
    accounts = "".join(with_callback(f"http://hangs.example/{name}", name) for name in "abc")
    sim = await start(accounts, environment=environment)
    for account in "abc":
        await sim.submit(account=account)

    await sim.advance(3600)

    late = "not delivered: the callback's host name was not resolved within 0.1 s"
    assert await verdicts(sim) == dict.fromkeys("abc", [late] * 3)
    assert names.looks["hangs.example"] == 1


async def test_a_name_that_has_resolved_does_not_wait_for_too_many_that_hang(
    start: Start, receiver: Receiver, names: NameServers, monkeypatch: pytest.MonkeyPatch
):
    """P8.2: there is a bound to looks, and as many again for names that are known."""
    monkeypatch.setattr(callback_names, "LOOKUPS", 4)
    monkeypatch.setattr(callback_names, "FRESH_SECONDS", 0.0)
    hanging = [f"hangs{place}.example" for place in range(9)]
    names.names |= {name: [] for name in hanging} | {"good.example": [["127.0.0.1"]]}
    receiver.answers = [partial(closing, 200)] * 2
    urls = {name: f"http://{name}/" for name in hanging} | {"good": at(receiver, "good.example")}
    sim = await start("".join(with_callback(url, account) for account, url in urls.items()), environment=AT_ONCE)
    await sim.control("PUT", "clock", {"mode": "real"})
    await sim.submit(account="good")
    await receiver.until(lambda: len(receiver.reports) == 1)
    for name in hanging:
        await sim.submit(account=name)

    await sim.submit(account="good")
    await receiver.until(lambda: len(receiver.reports) == 2)

    assert names.looks["good.example"] == 2
    assert sum(names.looks[name] for name in hanging) == 4


HANGING_NAMES = """
import socket, time
system = socket.getaddrinfo
def getaddrinfo(host, *more, **options):
    if host == "hangs.example":
        print("looking up", flush=True)
        time.sleep(60)
    return system(host, *more, **options)
socket.getaddrinfo = getaddrinfo
from eims_sim.cli.main import run
run()
"""


def test_a_name_that_hangs_does_not_hold_up_the_end(tmp_path: Path):
    """C2: exit 0 within 5 s of a signal"""
    config = tmp_path / "config.toml"
    config.write_text(with_callback("http://hangs.example/"), encoding="utf-8")
    body = {"account": "pushed", "password": "demo123", "numbers": "13800000000", "content": "Hello"}
    running = subprocess.Popen(
        [sys.executable, "-c", HANGING_NAMES, "serve", "--config", config, "--port", "0", "--database", ":memory:"],
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("EIMS_SIM_")} | AT_ONCE,
    )
    with running:
        try:
            url = next(line.split()[1] for line in running.stdout if line.startswith("ready "))
            urlopen(Request(f"{url}/sendsms", json.dumps(body).encode(), {"Content-Type": "application/json"})).close()
            looked = next(line for line in running.stdout if line == "looking up\n")
            running.send_signal(signal.SIGTERM)
            code = running.wait(5)
        finally:
            running.kill()

    assert (looked, code) == ("looking up\n", 0)


async def test_a_name_for_which_there_was_no_thread_is_looked_up_at_the_next_attempt(monkeypatch: pytest.MonkeyPatch):
    """P8.3: the system may give none for a while"""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    names = callback_names.Names()
    with monkeypatch.context() as exhausted:
        exhausted.setattr(threading.Thread, "start", refuse)
        with pytest.raises(OSError, match="can't start new thread"):
            await names.find("localhost")

    assert await names.find("localhost")
