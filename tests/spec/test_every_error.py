"""fixtures/every-error.toml keeps what its comments promise: each line to paste meets its code (P2, P7, P9)."""

import asyncio
import json
import re
import shutil
from itertools import product
from typing import Any, NamedTuple

import pytest

from eims_sim.protocol.codes import SENDING, UNSENT, ReportCode, Status
from eims_sim.web.catalogue import endpoints_by_status
from tests.conftest import FIXTURES, Simulator, Start

WORLD = FIXTURES / "every-error.toml"
URL = "http://127.0.0.1:20003"

PROMISE = re.compile(r"^#   (-?\d+) +(curl .*)$", re.MULTILINE)
FORCED = re.compile(r"account=forced-(\d+)&")
LOOK = f"curl '{URL}/_sim/messages?order=desc&limit=1'"
ENDPOINTS = ("getbalance", "sendsms", "getreport", "getsms")

STORE_FAILED = {(Status.PLATFORM_ERROR, "getbalance"), (Status.PLATFORM_ERROR, "getreport")}
"""Statuses that no request can bring about: the store would have to fail."""


def arising() -> set[tuple[int, str]]:
    """Each status with each endpoint at which a request can bring it about."""
    known = {(status, endpoint) for status, endpoints in endpoints_by_status().items() for endpoint in endpoints}
    return known - STORE_FAILED


class Promise(NamedTuple):
    """What comes of a line: a status, or the state of the message that it submits."""

    code: int
    line: str

    @property
    def endpoint(self) -> str:
        """Where the line goes."""
        return self.line.split("?")[0].strip("'\"").rpartition("/")[2].strip("'")

    @property
    def status(self) -> int:
        """The status of the answer: whose message has a code was accepted."""
        return min(self.code, 0)

    @property
    def forced(self) -> bool:
        """Whether a fault gives the status."""
        return FORCED.search(self.line) is not None


PROMISES = [Promise(int(code), line) for code, line in PROMISE.findall(WORLD.read_text("utf-8"))]


async def serve(start: Start) -> Simulator:
    """A server of this world; its clock stands still, so that nobody has to wait for half a minute."""
    return await start(config=WORLD, clock="frozen", now="2026-01-01T12:00:00+08:00")


async def paste(sim: Simulator, lines: list[str]) -> list[Any]:
    """What is answered to the lines: a shell reads them, and one curl asks for all in their order, which is quicker."""
    if shutil.which("curl") is None or shutil.which("sh") is None:
        pytest.skip("curl and a shell are needed to paste the lines of fixtures/every-error.toml")
    typed = "\n".join(line.replace(URL, sim.url) for line in lines)
    script = f"""
        set -f
        curl() {{ asked="$asked $1"; }}
        {typed}
        command curl --silent --show-error --noproxy '*' --write-out '\\n' $asked
    """
    shell = await asyncio.create_subprocess_exec(
        "sh", "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    printed, complaints = await asyncio.wait_for(shell.communicate(), 30)
    assert complaints == b""
    return [json.loads(answer) for answer in printed.decode().splitlines()]


async def test_every_line_meets_what_it_promises(start: Start):
    sim = await serve(start)

    answers = await paste(sim, [line for _, line in PROMISES])

    await sim.advance(60)
    states = {one["id"]: one["state"] for one in await sim.messages("limit=1000")}
    wrong = [promise for promise, answer in zip(PROMISES, answers, strict=True) if answer["status"] != promise.status]
    wrong += [
        promise
        for promise, answer in zip(PROMISES, answers, strict=True)
        if promise.endpoint == "sendsms" and {states[id] for _, id in answer["array"]} - {promise.code}
    ]
    assert wrong == []
    assert len(states) > len(ReportCode)


async def test_a_client_is_told_the_same_by_getreport(start: Start):
    """P5.1"""
    sim = await serve(start)
    promises = [one for one in PROMISES if one.code > 0 and "account=good&" in one.line]

    sent = await paste(sim, [one.line for one in promises])
    await sim.advance(60)
    ids = ",".join(str(answer["array"][0][1]) for answer in sent)
    reports = (await sim.get("getreport", {"account": "good", "password": "demo123", "ids": ids})).json()

    assert [state for *_, state in reports["array"]] == [one.code for one in promises]


async def test_the_line_of_the_header_shows_the_newest_message(start: Start):
    sim = await serve(start)
    assert f"#   {LOOK}\n" in WORLD.read_text("utf-8")

    await paste(sim, [PROMISES[0].line, PROMISES[1].line])
    await sim.advance(1)
    (shown,) = await paste(sim, [LOOK])

    assert [one["state"] for one in shown["items"]] == [PROMISES[1].code]


def test_every_line_is_curl_and_an_address():
    assert all(re.fullmatch(r"""curl (['"])http://[^'" ]+(\$\([^)]+\)[^'" ]*)?\1""", line) for _, line in PROMISES)


def test_every_curl_line_promises_something_but_the_one_that_looks():
    lines = re.findall(r"curl .*", WORLD.read_text("utf-8"))

    assert sorted(lines) == sorted([LOOK, *(line for _, line in PROMISES)])


@pytest.mark.parametrize("status", Status)
def test_every_status_is_met_at_every_endpoint_where_a_request_can_bring_it_about(status):
    """P2"""
    met = {one.endpoint for one in PROMISES if one.status == status and not one.forced}

    assert met == {endpoint for answered, endpoint in arising() if answered == status}


@pytest.mark.parametrize("code", [*ReportCode, UNSENT, SENDING])
def test_every_report_code_and_state_is_met(code):
    """P5.1, P7"""
    assert any(one.code == code and one.endpoint == "sendsms" for one in PROMISES)


async def test_the_faults_give_every_status_where_nothing_else_does(start: Start):
    """P2: any status can be forced on any endpoint"""
    sim = await serve(start)
    others = sorted({*product(Status, ENDPOINTS)} - arising())

    answers = [(await sim.get(endpoint, {"account": f"forced{int(status)}"})).status for status, endpoint in others]

    assert answers == [status for status, _ in others]
    assert {one.status for one in PROMISES if one.forced} == {status for status, _ in others}
    assert {(one.status, one.endpoint) for one in PROMISES if one.forced} <= set(others)
