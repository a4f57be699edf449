"""The pushes through the control API: the list (C4). What becomes of them is in tests/spec/test_p8_push.py."""

import pytest

from tests.conftest import FIXTURES, Receiver, Simulator, with_callback

BARE = FIXTURES / "bare.toml"


@pytest.fixture
async def pushed(start, receiver: Receiver) -> Simulator:
    """Three pushes of a, of which one was parked, and one of b that is retried."""
    sim = await start(
        with_callback(receiver.url, "a") + with_callback(receiver.url, "b"),
        config=BARE,
        environment={"EIMS_SIM_PUSH_ATTEMPTS": "2"},
    )
    receiver.answers = [500, 500]
    await sim.submit(",".join(str(13_811_100_001 + place * 10) for place in range(101)), account="a")
    await sim.advance(60)
    receiver.answers = [500]
    await sim.submit(account="b")
    await sim.advance(30)
    return sim


async def test_the_list_has_pages_and_filters(pushed: Simulator):
    """C4"""
    pages = {
        query: (await pushed.control("GET", f"pushes?{query}")).json()
        for query in (
            "",
            "limit=2",
            "after=2",
            "order=desc&limit=1",
            "account=b",
            "state=parked",
            "state=delivered&account=a",
            "state=retrying",
            "state=queued",
            "state=sending",
            "state=dropped",
        )
    }

    assert {
        query: ([one["id"] for one in page["items"]], page["next"], page["total"]) for query, page in pages.items()
    } == {
        "": ([1, 2, 3, 4], 4, 4),
        "limit=2": ([1, 2], 2, 4),
        "after=2": ([3, 4], 4, 4),
        "order=desc&limit=1": ([4], 4, 4),
        "account=b": ([4], 4, 1),
        "state=parked": ([1], 1, 1),
        "state=delivered&account=a": ([2, 3], 3, 2),
        "state=retrying": ([4], 4, 1),
        "state=queued": ([], None, 0),
        "state=sending": ([], None, 0),
        "state=dropped": ([], None, 0),
    }


async def test_an_unknown_state_is_a_violation(pushed: Simulator):
    """C4"""
    answer = await pushed.control("GET", "pushes?state=lost")

    assert answer.http_status == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/state"]


async def test_an_attempt_that_failed_says_what_comes_next(pushed: Simulator):
    """C4: the verdict says in words what the gateway makes of it."""
    parked, retried = await pushed.pushes("state=parked") + await pushed.pushes("state=retrying")

    assert [attempt["verdict"] for attempt in parked["attempts"]][1] == (
        "not delivered: only a 2xx answer counts; attempt 2 of 2: parked"
    )
    assert retried["attempts"][0]["verdict"].startswith(
        "not delivered: only a 2xx answer counts; attempt 1 of 2: tried again in 1."
    )
