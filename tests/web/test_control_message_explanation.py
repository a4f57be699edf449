"""Why a message ends as it does, and into which parts a content goes, through the control API (C4)."""

from typing import Any

import pytest

from tests.conftest import Simulator, Start

AT = "2026-01-01T12:00:{:02}.000000+08:00"


async def explained(sim: Simulator, id: int) -> Any:
    answer = await sim.control("GET", f"messages/{id}/explanation")
    assert answer.http_status == 200, answer.text
    return answer.json()


async def test_it_says_who_decided_and_what_comes_yet(sim: Simulator):
    """P9.2: the rules, magic numbers, else 0."""
    await sim.submit("13800000000,13800000007,13800001005,13800009001,13800009002")

    told = [await explained(sim, id) for id in range(1, 6)]

    sending, final = {"state": 2, "at": AT.format(10)}, AT.format(30)
    assert [(one["decided_by"], one["outcome"], one["forced_from"], one["upcoming"]) for one in told] == [
        ("nobody", 0, None, [sending, {"state": 0, "at": final}]),
        ("rule", 1011, None, [sending, {"state": 1011, "at": final}]),
        ("magic number", 1005, None, [sending, {"state": 1005, "at": final}]),
        ("magic number", 1, None, []),
        ("magic number", 2, None, [sending]),
    ]


async def test_what_was_entered_does_not_come_any_more(sim: Simulator):
    """P9.1"""
    (id,) = await sim.submit()

    await sim.advance(10)
    sending = (await explained(sim, id))["upcoming"]
    await sim.advance(20)

    assert sending == [{"state": 0, "at": AT.format(30)}]
    assert (await explained(sim, id))["upcoming"] == []


async def test_an_operator_who_ended_it_is_named(sim: Simulator):
    """C4"""
    await sim.submit("13800000000,13800000000")

    await sim.control("PATCH", "messages/1", {"state": 1003})
    await sim.advance(10)
    await sim.control("PATCH", "messages/2", {"state": 0})

    told = [await explained(sim, id) for id in (1, 2)]
    assert [(one["decided_by"], one["outcome"], one["forced_from"], one["upcoming"]) for one in told] == [
        ("operator", 1003, 1, []),
        ("operator", 0, 2, []),
    ]


async def test_it_says_what_the_submit_has_paid_and_got_back(start: Start):
    """P4.3: gift before balance, and back to what paid it"""
    extra = """
[[accounts]]
account = "payer"
password = "demo123"
balance = "10"
gift = "0.07"
refund_failed = true
"""
    sim = await start(extra)
    await sim.submit("13800000000,13800001005", account="payer")

    before = (await explained(sim, 2))["submit"]
    await sim.advance(30)

    paid = {"id": 1, "paid_gift": "0.070000", "paid_balance": "0.030000"}
    assert before == paid | {"refunded": "0.000000"}
    assert (await explained(sim, 1))["submit"] == paid | {"refunded": "0.050000"}


async def test_a_message_that_is_not_there_is_not_explained(sim: Simulator):
    """C4"""
    assert (await sim.control("GET", "messages/1/explanation")).http_status == 404


@pytest.mark.parametrize(
    ("content", "division"),
    [
        ("Hi [you]", {"alphabet": "gsm-7", "room": 160, "segments": [("Hi [you]", 10)], "forced_by": None}),
        (
            "ab你" + "c" * 70,
            {
                "alphabet": "ucs-2",
                "room": 67,
                "segments": [("ab你" + "c" * 64, 67), ("c" * 6, 6)],
                "forced_by": {"index": 2, "character": "你"},
            },
        ),
        ("", {"alphabet": "gsm-7", "room": 160, "segments": [("", 0)], "forced_by": None}),
    ],
)
async def test_a_content_is_divided_as_it_would_be_sent(sim: Simulator, content: str, division: dict[str, Any]):
    """P4.3"""
    answer = await sim.control("POST", "segments", {"content": content})

    parts = [{"content": text, "units": units} for text, units in division["segments"]]
    assert answer.json() == division | {"segments": parts}


async def test_a_content_must_be_text(sim: Simulator):
    """C4"""
    answer = await sim.control("POST", "segments", {"content": 5, "contents": "x"})

    assert answer.http_status == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/content", "/contents"}
