"""A callback endpoint for a test (C6, P8)."""

from threading import Thread
from urllib.request import Request, urlopen

import pytest

from eims_sim.client.receiver import CallbackServer
from eims_sim.errors import RefusedError
from eims_sim.testing import Report, Simulator
from tests.testing.conftest import submit


@pytest.fixture
def sim() -> Simulator:
    """A server whose clock stands still at noon in Shanghai."""
    with Simulator(clock="frozen", now="2026-01-01T12:00:00+08:00", unsent_seconds=1, sending_seconds=1) as simulator:
        yield simulator


def test_reports_arrive_as_they_stand_in_the_push(sim):
    """P8.1"""
    with sim.receiver(account="demo") as rcv:
        submit(sim.url, numbers="13800000000,13800001011")
        advanced = sim.clock.advance(10)

        assert advanced.pushes == 1
        assert rcv.reports == [
            Report(1, "13800000000", 20260101120001, 0, "success"),
            Report(2, "13800001011", 20260101120001, 1011, "Black Number"),
        ]
        (put,) = rcv.puts
        assert (put.method, put.path, put.content_type) == ("PUT", "/reports", "application/json;charset=utf-8")


def test_the_account_gets_its_former_url_back(sim):
    sim.accounts.set("demo", callback_url="http://127.0.0.1:9/former")

    with sim.receiver(account="demo") as rcv:
        assert sim.accounts.get("demo").callback_url == rcv.url
    assert sim.accounts.get("demo").callback_url == "http://127.0.0.1:9/former"


def test_the_next_pushes_are_answered_as_the_test_says(sim):
    """P8.3: what is not 2xx is pushed again"""
    with sim.receiver(account="demo") as rcv:
        rcv.answer(500, times=2)
        rcv.answer(404)
        submit(sim.url)
        sim.clock.advance(3600)

        (push,) = sim.pushes.list(account="demo")
        assert [one.http_status for one in push.attempts] == [500, 500, 404, 200]
        assert (push.state, len(rcv.reports)) == ("delivered", 4)


def test_a_push_that_was_given_up_is_asked_for_again(sim):
    sim.accounts.set("demo", callback_url="http://127.0.0.1:9/nobody")
    submit(sim.url)
    sim.clock.advance(86_400)
    assert [one.state for one in sim.pushes.list()] == ["parked"]

    with sim.receiver(account="demo") as rcv:
        sim.pushes.retry(1)
        sim.clock.advance(10)

        assert [one.id for one in rcv.reports] == [1]
        assert sim.pushes.get(1).state == "delivered"


def test_reports_are_waited_for():
    with Simulator(unsent_seconds=0, sending_seconds=0, interval_seconds=0) as sim, sim.receiver(account="demo") as rcv:
        late = Thread(target=submit, args=(sim.url,))

        late.start()
        reports = rcv.wait(timeout=30)
        late.join()

        assert [one.number for one in reports] == ["13800000000"]


def test_reports_that_do_not_come_are_told_with_those_that_came(sim):
    with sim.receiver(account="demo") as rcv:
        submit(sim.url)
        sim.clock.advance(10)

        with pytest.raises(TimeoutError) as caught:
            rcv.wait(count=2, timeout=0.05)
    assert str(caught.value).splitlines() == ["1 of 2 reports within 0.05 s", "#1 to 13800000000: 0 success"]


def test_two_accounts_have_a_receiver_each(sim):
    with sim.receiver(account="demo") as one, sim.receiver(account="templated") as other:
        submit(sim.url)
        submit(sim.url, account="templated", content="Your code is 1.")
        sim.clock.advance(10)

        assert ([report.id for report in one.reports], [report.id for report in other.reports]) == ([1], [2])


def test_the_gateway_can_be_told_another_url_than_it_listens_at(sim):
    with sim.receiver(account="demo", url="http://host.docker.internal:8080/reports") as rcv:
        assert sim.accounts.get("demo").callback_url == "http://host.docker.internal:8080/reports"
        assert rcv.url.startswith("http://127.0.0.1:")


def test_a_reset_or_the_end_of_the_simulator_meanwhile_is_no_trouble(sim):
    sim.accounts.add(account="a", password="p")

    with sim.receiver(account="a"):
        sim.reset()
    with sim.receiver(account="demo"):
        sim.close()


def test_an_account_that_is_not_there_is_told_before_anything_listens(sim):
    with pytest.raises(LookupError, match="there is no account 'nobody'"), sim.receiver(account="nobody"):
        pass


def test_a_url_that_the_simulator_refuses_is_told(sim):
    with pytest.raises(RefusedError, match="/callback_url"), sim.receiver(account="demo", url="ftp://here"):
        pass


def test_what_is_not_a_put_is_refused_and_a_body_has_its_bound():
    server = CallbackServer("127.0.0.1")
    try:
        with urlopen(Request(server.url, b"x" * (1 << 21), method="PUT")) as response:
            assert response.status == 200
        with pytest.raises(OSError, match="501"):
            urlopen(server.url)
        assert [len(put.body) for put in server.puts] == [1 << 20]
    finally:
        server.close()
