"""Every code explained, and made to arise by a real request (C4, C5)."""

import asyncio
import json
from typing import Any

import pytest

from eims_sim.protocol.codes import ReportCode, Status
from tests.conftest import Simulator, Start


async def arise(sim: Simulator, path: str, **more: Any) -> dict[str, Any]:
    """Make a code arise; the call must succeed."""
    answer = await sim.control("POST", f"codes/{path}/arise", **more)
    assert answer.http_status == 200, answer.text
    return answer.json()


async def world(sim: Simulator) -> dict[str, Any]:
    """How many there are of what can be made, the money of demo, and the clock."""
    kinds = ("accounts", "messages", "rules", "faults", "inbound", "pushes")
    counts = {kind: (await sim.control("GET", kind)).json()["total"] for kind in kinds}
    return counts | {"money": await sim.balance(), "clock": (await sim.control("GET", "clock")).json()}


async def test_every_code_is_explained_in_both_languages(sim: Simulator):
    """C4, P2, P7"""
    codes = (await sim.control("GET", "codes")).json()

    assert [one["status"] for one in codes["statuses"]] == [int(status) for status in Status]
    assert [one["code"] for one in codes["reports"]] == [int(code) for code in ReportCode]
    for one in codes["statuses"] + codes["reports"]:
        assert all(one[name] for name in ("meaning", "meaning_zh", "arises", "arises_zh"))
    assert codes["statuses"][13]["endpoints"] == ["sendsms", "getreport", "getsms"]
    assert codes["reports"][3] | {"arises_zh": ""} == {
        "code": 1003,
        "text": "NoBablance",
        "meaning": "the balance is too low",
        "meaning_zh": "余额不足",
        "arises": "a rule with outcome = 1003, or a magic number: one that ends in 00001003",
        "arises_zh": "",
    }


async def test_every_diagnosis_code_is_there_with_what_it_explains(sim: Simulator):
    """C5: reasons and notes"""
    codes = (await sim.control("GET", "codes")).json()

    reasons = {one["code"]: one for one in codes["reasons"]}
    assert reasons["template-mismatch"] == {
        "code": "template-mismatch",
        "sentence": "the account may send templates only, and none matches the whole content",
        "sentence_zh": "账户只能发送模板短信，而 content 与任何一个模板都不完全相符",
        "status": -6,
        "http_status": None,
        "endpoints": ["sendsms"],
    }
    assert (reasons["path-unknown"]["http_status"], reasons["path-unknown"]["endpoints"]) == (404, [])
    assert "magic-number" in {one["code"] for one in codes["notes"]}


async def test_every_status_arises_by_a_real_request(sim: Simulator):
    """C4: the answer has it, the journal knows it, and nothing is left"""
    before = await world(sim)

    for status in Status:
        arisen = await arise(sim, f"statuses/{int(status)}")

        (exchange,) = arisen["exchanges"]
        assert arisen["arose"], exchange
        assert (exchange["http_status"], exchange["error"]) == (200, None)
        assert json.loads(exchange["answer"])["status"] == exchange["status"] == status
        assert (exchange["reason"] is None) is (status is Status.ACCEPTED)
        entry = (await sim.control("GET", f"requests/{exchange['request']}")).json()
        assert (entry["status"], entry["reason"]) == (status, exchange["reason"])
        assert entry["account"] in exchange["curl"]
    assert await world(sim) == before


async def test_every_report_code_arises_in_the_row_of_a_getreport(sim: Simulator):
    """C4, P5: a clock that stands still stands where it stood"""
    before = await world(sim)

    for code in ReportCode:
        arisen = await arise(sim, f"reports/{int(code)}")

        submit, polled = arisen["exchanges"]
        assert arisen["arose"], arisen
        assert (submit["endpoint"], polled["endpoint"]) == ("sendsms", "getreport")
        (row,) = json.loads(polled["answer"])["array"]
        assert row[3] == code
    assert await world(sim) == before


@pytest.mark.parametrize("clock", ["real", "scaled"])
async def test_codes_arise_under_a_clock_that_runs(start: Start, clock):
    """C4"""
    sim = await start(clock=clock, now="", magic_numbers=False)

    arisen = await arise(sim, "reports/1011"), await arise(sim, "statuses/-10")

    assert [one["arose"] for one in arisen] == [True, True]


async def test_a_curl_line_names_the_host_that_was_asked_and_a_long_value_is_left_to_the_shell(sim: Simulator):
    """C4"""
    here = (await arise(sim, "statuses/-1"))["exchanges"][0]["curl"]
    named = (await arise(sim, "statuses/-5", headers={"Host": "simulator:8080"}))["exchanges"][0]["curl"]
    spoiled = await sim.control("POST", "codes/statuses/-1/arise", headers={"Host": "localhost:$(id)"})

    assert here.startswith(f"curl '{sim.url}/getbalance?account=arise-")
    assert here.endswith("password=wrong'")
    assert named.startswith("curl -G http://simulator:8080/sendsms ")
    assert 'content=$(printf %01025d 0)"' in named
    assert (spoiled.http_status, "$(id)" in spoiled.text) == (403, False)


async def test_what_is_too_long_depends_on_the_settings(start: Start):
    """P2, order 5: also where it fits into no request line"""
    short = await start(content_limit=5)
    long = await start(database="long.db", content_limit=200_000, content_limit_unit="bytes")

    arisen = await arise(short, "statuses/-5"), await arise(long, "statuses/-5")

    assert [one["arose"] for one in arisen] == [True, True]
    assert len(arisen[1]["exchanges"][0]["curl"]) < 400


async def test_without_headers_the_reason_is_told_all_the_same(start: Start):
    """C5: it is in the journal"""
    sim = await start(diagnosis_headers=False)

    (exchange,) = (await arise(sim, "statuses/-13"))["exchanges"]

    assert exchange["reason"]["code"] == "account-locked"


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        ({"status": -12}, {"http_status": 200, "status": -12, "error": None}),
        ({"http_status": 503}, {"http_status": 503, "status": None, "error": None}),
        ({"body": "malformed"}, {"http_status": 200, "status": None, "error": None}),
        ({"body_text": "[0]"}, {"http_status": 200, "status": None, "answer": "[0]"}),
        ({"body_text": '{"status":0,"array":[1,[2]]}'}, {"http_status": 200, "status": 0}),
        (
            {"connection": "reset"},
            {"http_status": None, "answer": None, "error": "the connection ended before there was a whole answer"},
        ),
    ],
    ids=["status", "http", "malformed", "body", "rows", "reset"],
)
async def test_a_fault_of_the_operators_strikes_and_what_came_back_is_told(sim: Simulator, effect, told):
    """C4: nothing is left then either"""
    await sim.control("POST", "faults", {"endpoint": "sendsms"} | effect)
    before = await world(sim)

    for path in ("statuses/-10", "reports/1011"):
        arisen = await arise(sim, path)

        (exchange,) = arisen["exchanges"]
        assert arisen["arose"] is False
        assert exchange | told == exchange
        told_of = [exchange["reason"], *exchange["notes"]]
        assert exchange["http_status"] is None or "fault-struck" in {one["code"] for one in told_of if one}
    assert await world(sim) == before


async def test_a_rule_for_everybody_does_not_come_before(sim: Simulator):
    """P9.2: the account's own rules are looked at first"""
    await sim.control("POST", "rules", {"outcome": 1001})

    arisen = await arise(sim, "reports/1016")

    assert arisen["arose"]


async def hanging(sim: Simulator, path: str) -> "asyncio.Task[Any]":
    """A call whose request hangs; it hangs when this returns."""
    await sim.control("POST", "faults", {"endpoint": "sendsms", "connection": "hang"})
    task = asyncio.create_task(sim.control("POST", f"codes/{path}/arise"))
    async with asyncio.timeout(10):
        while not (await sim.control("GET", "faults")).json()["items"][0]["applied"]:
            pass
    return task


async def test_nothing_is_left_when_the_client_leaves(sim: Simulator):
    """C4"""
    before = await world(sim)
    task = await hanging(sim, "reports/1011")

    task.cancel()

    await sim.control("DELETE", "faults")
    async with asyncio.timeout(10):
        while await world(sim) != before:
            pass


async def test_a_reset_ends_it_and_leaves_nothing(sim: Simulator):
    """C4: pending waits end first"""
    before = await world(sim)
    task = await hanging(sim, "reports/1011")

    await sim.control("POST", "reset")

    arisen = (await task).json()
    assert arisen["arose"] is False
    assert arisen["exchanges"][0]["answer"] is None
    assert await world(sim) == before


async def test_a_stop_does_not_wait_for_it(start: Start):
    """C2: and nothing is left in the database"""
    sim = await start()
    before = (await world(sim))["accounts"]
    task = await hanging(sim, "statuses/-10")

    await sim.server.stop()
    await asyncio.wait([task])

    again = await start()
    assert (await world(again))["accounts"] == before


async def test_what_arises_counts_as_met(sim: Simulator):
    """C4: it was answered, and polled"""
    await arise(sim, "statuses/-6")
    await arise(sim, "reports/1020")

    coverage = (await sim.control("GET", "coverage")).json()
    findings = (await sim.control("GET", "findings")).json()["items"]
    assert {one["status"]: one["count"] for one in coverage["statuses"] if one["count"]} == {0: 2, -6: 1}
    assert {one["code"]: one["count"] for one in coverage["reports"] if one["count"]} == {1020: 1}
    assert [one["code"] for one in findings] == ["template-mismatch"]


@pytest.mark.parametrize("path", ["statuses/-14", "statuses/1", "statuses/x", "reports/1015", "reports/2"])
async def test_a_code_that_there_is_not_cannot_arise(sim: Simulator, path):
    answer = await sim.control("POST", f"codes/{path}/arise")

    assert answer.http_status == 404
    assert answer.json()["detail"].startswith("there is no such ")


async def test_many_at_a_time_do_not_disturb_each_other(sim: Simulator):
    before = await world(sim)

    arisen = await asyncio.gather(*(arise(sim, f"statuses/{int(status)}") for status in Status for _ in range(3)))

    assert all(one["arose"] for one in arisen)
    assert await world(sim) == before
