"""Nobody sleeps: who waits is told as soon as it is there, or what there was instead (C6)."""

from collections.abc import Iterator
from threading import Thread

import pytest

from eims_sim.testing import Simulator
from tests.testing.conftest import submit

NEVER = 0.05
"""So long it is waited for what does not come."""


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    """One server for all these tests."""
    with Simulator(unsent_seconds=0, sending_seconds=0) as simulator:
        yield simulator


@pytest.fixture
def sim(server: Simulator) -> Simulator:
    """That server, as after a fresh start."""
    server.reset()
    return server


def test_a_wait_ends_when_enough_have_come(sim):
    late = Thread(target=lambda: [submit(sim.url, numbers=f"1380000000{place}") for place in range(3)])

    late.start()
    found = sim.messages.wait(account="demo", count=3, timeout=30)
    late.join()

    assert [one.id for one in found] == [1, 2, 3]


def test_what_was_there_before_counts(sim):
    submit(sim.url)

    assert [one.id for one in sim.messages.wait()] == [1]


def test_a_state_is_waited_for(sim):
    submit(sim.url, numbers="13800001011")

    (message,) = sim.messages.wait(state=1011)

    assert message.number == "13800001011"


def test_messages_that_do_not_come_are_told_with_those_that_came(sim):
    submit(sim.url, content="A rather long content that nobody reads to its end, for it goes on and on")
    sim.messages.wait(state=0)
    sim.clock.freeze()

    with pytest.raises(TimeoutError) as caught:
        sim.messages.wait(number="13900000000", timeout=NEVER)

    assert str(caught.value).splitlines() == [
        "0 of 1 messages with number='13900000000' within 0.05 s",
        "The newest messages of all:",
        "#1 demo to 13800000000, state 0, 'A rather long content that nobody reads…'",
        "The clock stands still: clock.advance(seconds) lets time pass.",
    ]


def test_too_few_are_told_too(sim):
    submit(sim.url)
    sim.messages.wait(state=0)

    with pytest.raises(TimeoutError) as caught:
        sim.messages.wait(count=2, timeout=NEVER)

    assert str(caught.value).splitlines() == [
        "1 of 2 messages within 0.05 s",
        "#1 demo to 13800000000, state 0, 'Hello'",
    ]


def test_an_empty_world_is_told_as_such(sim):
    with pytest.raises(TimeoutError, match="There are no messages at all"):
        sim.messages.wait(timeout=0)


def test_requests_are_waited_for_and_told_with_their_reasons(sim):
    submit(sim.url, password="wrong")
    submit(sim.url, content="Tea & cake")

    assert [one.status for one in sim.requests.wait(endpoint="sendsms", count=2)] == [-1, 0]
    with pytest.raises(TimeoutError) as caught:
        sim.requests.wait(endpoint="getreport", timeout=NEVER)
    assert str(caught.value).splitlines() == [
        "0 of 1 requests with endpoint='getreport' within 0.05 s",
        "The newest requests of all:",
        "#2 GET sendsms account='demo' password='***' numbers='13800000000' content='Tea & cake' -> 0",
        "#1 GET sendsms account='demo' password='***' numbers='13800000000' content='Hello' -> -1",
        "    auth-password-mismatch: the password is not the account's",
    ]


def test_a_wait_longer_than_one_call_may_take_is_made_of_several(sim, monkeypatch):
    monkeypatch.setattr("eims_sim.testing.callers.LONGEST_WAIT_SECONDS", 0.02)

    with pytest.raises(TimeoutError, match=r"within 0\.05 s"):
        sim.messages.wait(timeout=NEVER)
    submit(sim.url)
    assert len(sim.messages.wait(timeout=NEVER)) == 1


def test_a_code_is_found(sim):
    submit(sim.url, content="Your code is 4711.")
    submit(sim.url, content="It was 1234-AB")

    assert sim.otp("13800000000") == "1234"
    assert sim.otp("13800000000", pattern=r"code is (\d+)") == "4711"
    assert sim.otp("13800000000", after=1, account="demo") == "1234"


def test_a_code_is_waited_for(sim):
    late = Thread(target=submit, args=(sim.url,), kwargs={"content": "Your code is 4711."})

    late.start()
    code = sim.otp("13800000000", timeout=30)
    late.join()

    assert code == "4711"


def test_no_code_is_told_with_the_messages_that_hold_none(sim):
    submit(sim.url)
    sim.messages.wait(state=0)

    with pytest.raises(LookupError) as caught:
        sim.otp("13800000000")
    assert str(caught.value).splitlines() == [
        "no message to 13800000000 holds a code; the newest to it:",
        "#1 demo to 13800000000, state 0, 'Hello'",
    ]
    with pytest.raises(LookupError, match="no message to 10010 holds a code: there is none to it at all"):
        sim.otp("10010", timeout=NEVER)
