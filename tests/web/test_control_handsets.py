"""Conversations as on a phone through the control API (C4)."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import DEMO, Simulator

NUMBER = "13800000000"


async def handsets(sim: Simulator, query: str = "") -> list[dict[str, Any]]:
    answer = await sim.control("GET", f"handsets?{query}")
    assert answer.http_status == 200, answer.text
    return answer.json()["items"]


async def conversation(sim: Simulator, number: str = NUMBER, query: str = "") -> dict[str, Any]:
    answer = await sim.control("GET", f"handsets/{quote(number, safe='')}?{query}")
    assert answer.http_status == 200, answer.text
    return answer.json()


async def reply(sim: Simulator, content: str = "STOP", number: str = NUMBER) -> None:
    answer = await sim.control("POST", "inbound", {"from": number, "to": "123456", "content": content})
    assert answer.http_status == 201, answer.text


def names(said: dict[str, Any]) -> list[str]:
    return [f"{one['direction']}{one['id']}" for one in said["items"]]


async def test_a_conversation_goes_both_ways(sim: Simulator):
    """C4: what came last is first; a code is found where it stands"""
    await sim.submit(content="\U0001f511 code 123456, order 2026", sender="ACME")
    await sim.advance(60)
    await reply(sim, "Thanks 4711")
    await sim.submit("13800000001", "To somebody else")

    said = await conversation(sim)

    assert said == {
        "number": NUMBER,
        "items": [
            {
                "direction": "mo",
                "id": 1,
                "account": "demo",
                "to": "123456",
                "content": "Thanks 4711",
                "at": "2026-01-01T12:01:00.000000+08:00",
                "fetched_at": None,
            },
            {
                "direction": "mt",
                "id": 1,
                "account": "demo",
                "sender": "ACME",
                "content": "\U0001f511 code 123456, order 2026",
                "mmstitle": "",
                "smstype": 0,
                "state": 0,
                "at": "2026-01-01T12:00:30.000000+08:00",
                "sendtime": None,
                "codes": [{"code": "123456", "start": 7}, {"code": "2026", "start": 21}],
            },
        ],
        "next": None,
    }


async def test_what_is_on_its_way_and_what_failed_say_so(sim: Simulator):
    """C4: states as everywhere; a reply tells when getsms fetched it"""
    await reply(sim)
    await sim.get("getsms", DEMO)
    await sim.submit()
    await sim.submit(sendtime="20260101180000")
    await sim.advance(1)
    await sim.control("PATCH", "messages/1", {"state": 1011})

    said = await conversation(sim)

    assert [(one["id"], one.get("state"), one["at"][11:21], one.get("sendtime")) for one in said["items"]] == [
        (1, 1011, "12:00:01.0", None),
        (1, None, "12:00:00.0", None),
        (2, 1, "12:00:00.0", "2026-01-01T18:00:00.000000+08:00"),
    ]
    assert said["items"][1]["fetched_at"] == "2026-01-01T12:00:00.000000+08:00"


async def test_a_long_conversation_is_read_in_parts(sim: Simulator):
    """C4: `next` is given back as `after`; nothing is told twice, whatever is said meanwhile"""
    for _ in range(3):
        await sim.submit()
        await sim.advance(5)
        await reply(sim)
        await sim.advance(5)

    first = await conversation(sim, query="limit=3")
    await sim.submit()
    await reply(sim)
    second = await conversation(sim, query=f"limit=2&after={first['next']}")
    third = await conversation(sim, query=f"limit=2&after={second['next']}")

    assert [names(part) for part in (first, second, third)] == [["mo3", "mt3", "mo2"], ["mt2", "mo1"], ["mt1"]]
    assert third["next"] is None


@pytest.mark.parametrize("number", ["+86 138", "a/b", "<b>", "100%", "退订"])
async def test_any_text_may_be_a_number(sim: Simulator, number: str):
    """P6.1: an operator lets anything write"""
    await reply(sim, number=number)

    said = await conversation(sim, number)

    assert (said["number"], names(said)) == (number, ["mo1"])
    assert [one["number"] for one in await handsets(sim)] == [number]


async def test_a_number_that_nobody_knows_has_said_nothing(sim: Simulator):
    """C4"""
    assert await conversation(sim, "1") == {"number": "1", "items": [], "next": None}


@pytest.mark.parametrize("query", ["after=6", "after=6-", "after=6-6%0A", "after=-1-2", "limit=0", "order=desc"])
async def test_what_is_no_part_of_a_conversation_is_a_violation(sim: Simulator, query: str):
    """C4"""
    answer = await sim.control("GET", f"handsets/{NUMBER}?{query}")

    assert answer.http_status == 422
    assert answer.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]


async def test_recent_numbers_say_what_was_said_last(sim: Simulator):
    """C4: the last first"""
    await sim.submit("13800000001,13800000001", "Goodbye")
    await reply(sim, number="13900000002")
    await sim.advance(5)
    await sim.submit("13800000001")

    found = await handsets(sim)

    assert found[0] == {
        "number": "13800000001",
        "direction": "mt",
        "account": "demo",
        "last": "Hello",
        "last_at": "2026-01-01T12:00:05.000000+08:00",
        "state": 1,
    }
    assert [(one["number"], one["direction"], one["state"]) for one in found[1:]] == [("13900000002", "mo", None)]
    assert await handsets(sim, "number=139") == found[1:]
    assert await handsets(sim, "limit=1") == found[:1]


async def test_the_preview_is_cut(sim: Simulator):
    """C4"""
    await sim.submit(content="\U0001f600" * 200)

    assert (await handsets(sim))[0]["last"] == "\U0001f600" * 100


async def test_a_submit_of_many_numbers_does_not_drown_the_others(sim: Simulator):
    """C4: of each submit the first numbers"""
    await sim.submit("13700000000")
    await sim.submit(",".join(str(13800000000 + place) for place in range(1000)))
    await sim.submit("13900000000")

    found = {one["number"] for one in await handsets(sim)}

    assert {"13700000000", "13900000000"} < found
    assert len(found) == 12


async def test_what_was_removed_was_never_said(sim: Simulator):
    """C4: a reset, and an emptied list"""
    await sim.submit()
    await reply(sim)
    await sim.advance(60)
    await sim.control("DELETE", "messages")
    emptied = names(await conversation(sim))
    await sim.control("POST", "reset")

    assert emptied == ["mo1"]
    assert await handsets(sim) == []
