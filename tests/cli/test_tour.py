"""`eims-sim tour` walks through the gateway (C2). `python -m tests.cli.test_tour` writes its golden output anew."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from eims_sim import __version__
from eims_sim.client.control import Client
from eims_sim.protocol.codes import ReportCode, Status
from tests.cli.conftest import clean_environment, own_gateway
from tests.conftest import FIXTURES

GOLDEN = FIXTURES / "golden" / "tour.txt"

STATUSES = sorted(int(one) for one in Status)
CODES = sorted(int(one) for one in ReportCode)

MADE = ("accounts", "messages", "inbound", "rules", "faults")

CLOCKS = {
    "real": '[server]\nclock = "real"\n',
    "frozen": '[server]\nclock = "frozen"\nnow = "2030-01-01T00:00:00Z"\n',
    "scaled": '[server]\nclock = "scaled"\nscale = 10\n',
    "slow": "[lifecycle]\nunsent_seconds = 3600\nsending_seconds = 3600\n",
    "no magic": "[server]\nmagic_numbers = false\ndiagnosis_headers = false\n",
}


def alike(text: str) -> str:
    """The output without what differs from run to run: ports and the version."""
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:20003", text).replace(__version__, "VERSION")


def counts(client: Client) -> dict[str, Any]:
    """How many of everything are on a server."""
    return {kind: client.control("GET", kind)["total"] for kind in MADE}


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> "subprocess.CompletedProcess[str]":
    """A tour on a server of its own."""
    return _tour(tmp_path_factory.mktemp("tour"))


def _tour(folder: Path) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "eims_sim", "tour"]
    return subprocess.run(
        line, cwd=folder, env=clean_environment(), capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Starts a server once for each configuration; its URL."""
    with ExitStack() as running:

        @cache
        def start(config: str) -> str:
            file = tmp_path_factory.mktemp("served") / "config.toml"
            file.write_text(config, "utf-8")
            return running.enter_context(own_gateway(file if config else None))

        yield start


@pytest.fixture
def served(started: Callable[[str], str]) -> Callable[..., str]:
    """`served(CONFIG)` is the URL of a server that begins anew."""

    def begin(config: str = "") -> str:
        url = started(config)
        with Client(url) as client:
            client.control("POST", "reset")
        return url

    return begin


def test_the_tour_prints_what_is_kept(toured):
    assert alike(toured.stdout) == GOLDEN.read_text("utf-8"), "`python -m tests.cli.test_tour` writes it anew"


def test_everything_is_as_documented(toured):
    assert (toured.returncode, toured.stderr) == (0, "")
    assert "NOT AS DOCUMENTED" not in toured.stdout
    assert "14 of 14 statuses and 23 of 23 report codes met" in toured.stdout


def test_it_fits_100_columns_and_has_no_colour_in_a_pipe(toured):
    assert max(len(line) for line in toured.stdout.splitlines()) <= 100
    assert "\x1b" not in toured.stdout


@pytest.mark.parametrize("code", [*Status, *(code for code in ReportCode if code)])
def test_every_code_is_explained_in_a_line(toured, code):
    """P2, P7"""
    explained = rf"^# {int(code)} {re.escape(code.meaning)}" if code in STATUSES else rf"^ .*\b{int(code)}\b.*\w"

    assert re.search(explained, toured.stdout, re.MULTILINE)


def test_json_tells_every_step_to_a_program(here):
    result = here("tour", "--json")

    told = result.json
    assert result.code == 0
    assert (told["statuses"], told["reports"], told["complaints"]) == (STATUSES, CODES, [])
    refused = [step for step in told["steps"] if step["status"] == -13]
    assert [(step["meaning"], step["reason"].partition(";")[0]) for step in refused] == [
        ("the user is locked", "account-locked")
    ]


@pytest.mark.parametrize("world", CLOCKS)
def test_a_server_that_is_named_is_left_as_it_was(here, served, world):
    url = served(CLOCKS[world])
    with Client(url) as client:
        before = counts(client), client.control("GET", "clock")["mode"]

        result = here("tour", "--url", url)

        assert (result.code, result.err) == (0, ""), result.out
        assert (counts(client), client.control("GET", "clock")["mode"]) == before


def test_a_clock_that_stands_still_stands_where_it_stood(here, served):
    url = served(CLOCKS["frozen"])

    result = here("tour", "--url", url)

    assert "left out: this server's clock stands still" in result.out
    with Client(url) as client:
        assert client.control("GET", "clock")["now"] == "2030-01-01T08:00:00.000000+08:00"


def test_what_others_have_there_stays(here, served):
    url = served()
    with Client(url) as client:
        client.control("POST", "rules", {"account": "demo", "outcome": 1001})
        client.control("POST", "faults", {"endpoint": "sendsms", "account": "demo", "status": -12})
        client.control("POST", "inbound", {"from": "10010", "to": "123456", "content": "mine"})

        result = here("tour", "--url", url)

        assert result.code == 0, result.out
        assert counts(client) == {"accounts": 6, "messages": 0, "inbound": 1, "rules": 1, "faults": 1}


def test_a_server_that_may_not_call_the_tour_says_so(here, own):
    url = own('[server]\ncallback_allow = ["10.0.0.0/8"]\n')

    result = here("tour", "--url", url)

    assert result.code == 0, result.out
    assert "left out: this server did not reach the tour: " in result.out
    assert "callback_allow" in result.out


def test_with_a_token_the_control_api_is_open_and_the_token_is_never_shown(here, own):
    url = own(admin_token="not-for-everyone")

    refused = here("tour", "--url", url)
    result = here("tour", "--url", url, "--admin-token", "not-for-everyone")

    assert refused.code == 1
    assert "asks for its admin token" in refused.err
    assert result.code == 0, result.out
    assert '-H "Authorization: Bearer $EIMS_SIM_ADMIN_TOKEN"' in result.out
    assert "not-for-everyone" not in result.out + result.err


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"endpoint": "getsms", "body_text": '{"status":"0"}'}, "5. What phones send: no JSON object with a status"),
        ({"endpoint": "getbalance", "status": -3}, "1. Who are you?: status is -3, expected was 0"),
        ({"endpoint": "getreport", "http_status": 503}, "4. How a message ends: HTTP 503, not 200"),
    ],
)
def test_an_answer_that_is_not_as_documented_is_told_and_all_is_removed(here, served, fault, told):
    url = served()
    with Client(url) as client:
        client.control("POST", "faults", fault)
        before = counts(client)

        result = here("tour", "--url", url)

        assert result.code == 1
        assert f"# NOT AS DOCUMENTED: {told}" in result.out
        assert counts(client) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send such signals to one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_stopped_on_the_way_removes_what_it_made(environment, tmp_path, served, number):
    url = served()
    line = [sys.executable, "-m", "eims_sim", "tour", "--url", url]
    with Client(url) as client:
        client.control("POST", "faults", {"endpoint": "getreport", "connection": "hang"})
        before = counts(client)

        with subprocess.Popen(line, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as t:
            client.control("GET", "requests", query={"endpoint": "sendsms", "status": -10, "wait": 20})
            t.send_signal(number)
            assert t.wait(timeout=10) == 1

        assert counts(client) == before


def test_a_server_that_is_not_there_is_told(here):
    result = here("tour", "--url", "http://127.0.0.1:9")

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Error: http://127.0.0.1:9 is not reached, nothing listens there")


def test_a_gateway_without_the_control_api_cannot_be_toured(here, stranger):
    result = here("tour", "--url", stranger)

    assert (result.code, result.out) == (1, "")
    assert "is no eims-sim server" in result.err


@pytest.fixture
def stranger() -> Iterator[str]:
    """The URL of a server that knows nothing of the simulator."""

    class Unknown(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Be silent."""

    with HTTPServer(("127.0.0.1", 0), Unknown) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    GOLDEN.write_text(alike(_tour(Path()).stdout), "utf-8")
