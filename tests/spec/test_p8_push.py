"""P8: the push of reports. What a customer's server sees, and what it answers, decides."""

import asyncio
from datetime import datetime
from itertools import pairwise

import pytest
from aiohttp import web

from tests.conftest import Receiver, Simulator, with_callback


class Gate:
    """An answer that waits until it is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def __call__(self, _: web.Request) -> web.StreamResponse:
        await self.opened.wait()
        return web.Response()


@pytest.fixture
def gate():
    """Opened at the end at the latest, so that nobody waits for ever."""
    made = Gate()
    yield made
    made.opened.set()


async def pushed(sim: Simulator, numbers: str = "13800000000") -> list[int]:
    return await sim.submit(numbers, account="pushed")


def many(count: int) -> str:
    return ",".join(str(13_811_100_001 + place * 10) for place in range(count))


def seconds_between(attempts: list[dict]) -> list[float]:
    moments = [datetime.fromisoformat(attempt["at"]) for attempt in attempts]
    return [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]


async def test_a_final_message_is_put_to_the_customers_url(start, receiver: Receiver):
    """P8.1, P1.2: byte for byte; result is the report code and reason its text."""
    sim = await start(with_callback(receiver.url + "?of=me"))
    await pushed(sim, "13800000000,+13800000007")

    await sim.advance(30)

    ((method, target, headers),) = receiver.requests
    assert (method, target) == ("PUT", "/reports?of=me")
    assert headers["Content-Type"] == "application/json;charset=utf-8"
    (body,) = receiver.raw
    assert body == (
        b'{"type":"report","cnt":2,"array":['
        b'[1,"13800000000",20260101120010,0,"success"],[2,"+13800000007",20260101120010,1011,"Black Number"]]}'
    )


async def test_nothing_is_pushed_before_a_message_is_final(start, receiver: Receiver):
    """P8.2"""
    sim = await start(with_callback(receiver.url))
    await pushed(sim)

    progress = await sim.advance(29.999999)

    assert (progress["transitions"], progress["pushes"]) == (1, 0)
    assert receiver.reports == []


async def test_a_message_is_reported_once(start, receiver: Receiver):
    """P8.2"""
    sim = await start(with_callback(receiver.url))
    await pushed(sim)

    for _ in range(3):
        await sim.advance(3600)

    assert receiver.reports == [[1, "13800000000", 20260101120010, 0, "success"]]


async def test_an_account_without_a_url_gets_no_push(sim: Simulator):
    """P8.1"""
    await sim.submit()

    progress = await sim.advance(3600)

    assert progress["pushes"] == 0
    assert await sim.pushes() == []


async def test_a_push_carries_at_most_50_reports(start, receiver: Receiver):
    """P8.1"""
    sim = await start(with_callback(receiver.url))
    await pushed(sim, many(120))

    await sim.advance(30)

    assert [body["cnt"] for body in receiver.bodies] == [50, 50, 20]
    assert [len(body["array"]) for body in receiver.bodies] == [50, 50, 20]
    assert [report[0] for report in receiver.reports] == list(range(1, 121))


async def test_10000_messages_of_one_request_are_all_reported_in_order(start, receiver: Receiver):
    """P4.1, P8.1, P8.2"""
    sim = await start(with_callback(receiver.url))
    await pushed(sim, many(10_000))

    progress = await sim.advance(30)

    assert (progress["transitions"], progress["pushes"]) == (20_000, 200)
    assert receiver.reports == [
        [id, str(13_811_099_991 + id * 10), 20260101120010, 0, "success"] for id in range(1, 10_001)
    ]


async def test_reports_go_in_the_order_in_which_they_became_final(start, receiver: Receiver):
    """P8.2"""
    slow = '\n[[rules]]\nnumber = { prefix = "139" }\noutcome = 0\nsending_seconds = 20.15\n'
    sim = await start(slow + with_callback(receiver.url))
    await pushed(sim, "13900000001,13800000002,13900000003")
    await sim.advance(0.1)
    await pushed(sim, "13800000004")

    await sim.advance(60)

    assert [report[0] for report in receiver.reports] == [2, 4, 1, 3]


async def test_reports_of_one_moment_go_by_id(start, receiver: Receiver):
    """P8.2: whatever rules decided, and in whatever order the messages left their states."""
    rules = '\n[[rules]]\nnumber = { prefix = "139" }\noutcome = 1001\nunsent_seconds = 20\nsending_seconds = 10\n'
    sim = await start(rules + with_callback(receiver.url))
    await pushed(sim, "13900000001,13800000002,13800000007,13900000004")
    await pushed(sim, "13800000005,13900000006")

    await sim.advance(30)

    assert [(report[0], report[3]) for report in receiver.reports] == [
        (1, 1001),
        (2, 0),
        (3, 1011),
        (4, 1001),
        (5, 0),
        (6, 1001),
    ]
    assert len(receiver.bodies) == 1


async def test_reports_within_the_interval_share_a_push(start, receiver: Receiver):
    """P8.1: interval_seconds is 0.2."""
    sim = await start(with_callback(receiver.url))
    for seconds in (0.15, 0.1, 0):
        await pushed(sim)
        await sim.advance(seconds)

    await sim.advance(60)

    assert [body["cnt"] for body in receiver.bodies] == [2, 1]
    pushes = await sim.pushes()
    assert [push["attempts"][0]["at"] for push in pushes] == [
        "2026-01-01T12:00:30.200000+08:00",
        "2026-01-01T12:00:30.450000+08:00",
    ]


async def test_an_advance_flushes_what_is_still_gathered(start, receiver: Receiver):
    """C4, P8.1"""
    sim = await start(with_callback(receiver.url))
    await pushed(sim)

    progress = await sim.advance(30)

    assert progress == {"now": "2026-01-01T12:00:30.000000+08:00", "transitions": 2, "pushes": 1}


async def test_accounts_never_share_a_request(start, receiver: Receiver):
    """P8.2"""
    sim = await start(with_callback(receiver.url + "/a", "a") + with_callback(receiver.url + "/b", "b"))
    for account in "abab":
        await sim.submit(account=account)

    await sim.advance(30)

    seen = {target: [report[0] for report in body["array"]] for (_, target, _), body in _requests(receiver)}
    assert seen == {"/reports/a": [1, 3], "/reports/b": [2, 4]}
    assert len(receiver.bodies) == 2


def _requests(receiver: Receiver):
    return zip(receiver.requests, receiver.bodies, strict=True)


async def test_accounts_do_not_wait_for_each_other(start, receiver: Receiver, gate: Gate):
    """P8.2"""
    sim = await start(with_callback(receiver.url + "/a", "a") + with_callback(receiver.url + "/b", "b"))
    receiver.answers = [gate, gate]
    for account in "ab":
        await sim.submit(account=account)

    advancing = asyncio.create_task(sim.advance(30))
    await receiver.until(lambda: len(receiver.bodies) == 2)
    gate.opened.set()
    await advancing

    assert {push["state"] for push in await sim.pushes()} == {"delivered"}


@pytest.mark.parametrize("status", [200, 201, 204, 206, 299])
async def test_a_2xx_is_success(start, receiver: Receiver, status: int):
    """P8.3"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [status]
    await pushed(sim)

    await sim.advance(3600)

    (push,) = await sim.pushes()
    assert push["state"] == "delivered"
    assert [(one["http_status"], one["error"], one["verdict"]) for one in push["attempts"]] == [
        (status, None, "delivered")
    ]


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 405, 410, 429, 500, 503, 599])
async def test_anything_else_is_tried_again(start, receiver: Receiver, status: int):
    """P8.3"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [status]
    await pushed(sim)

    await sim.advance(3600)

    (push,) = await sim.pushes()
    assert push["state"] == "delivered"
    assert [one["http_status"] for one in push["attempts"]] == [status, 200]
    assert push["attempts"][0]["verdict"].startswith("not delivered: ")
    assert receiver.bodies[0] == receiver.bodies[1]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(start, receiver: Receiver, status: int):
    """P8.2"""

    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    sim = await start(with_callback(receiver.url))
    receiver.answers = [redirect]
    await pushed(sim)

    await sim.advance(3600)

    assert [target for _, target, _ in receiver.requests] == ["/reports", "/reports"]
    (push,) = await sim.pushes()
    assert [one["http_status"] for one in push["attempts"]] == [status, 200]
    assert "redirects are not followed" in push["attempts"][0]["verdict"]


async def test_the_body_of_an_answer_does_not_matter(start, receiver: Receiver):
    """P8.2"""

    async def chatty(request: web.Request) -> web.Response:
        return web.Response(body=b"\xff{" * 1_000_000, content_type="image/png")

    sim = await start(with_callback(receiver.url))
    receiver.answers = [chatty, 200]
    await pushed(sim, many(51))

    await sim.advance(30)

    assert [push["state"] for push in await sim.pushes()] == ["delivered", "delivered"]


async def test_a_2xx_in_time_counts_though_its_body_never_comes(start, receiver: Receiver, gate: Gate):
    """P8.2, P8.3: the answer's body is not needed for the verdict."""

    async def head_only(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        return await gate(request)

    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_TIMEOUT_SECONDS": "0.9"})
    receiver.answers = [head_only]
    await pushed(sim)

    await sim.advance(30)

    (push,) = await sim.pushes()
    assert push["state"] == "delivered"
    assert len(receiver.bodies) == 1


async def test_no_answer_within_the_time_out_is_a_failure(start, receiver: Receiver, gate: Gate):
    """P8.3, P1.12: the time-out is real time."""
    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_TIMEOUT_SECONDS": "0.3"})
    receiver.answers = [gate]
    await pushed(sim)

    await sim.advance(60)

    (push,) = await sim.pushes()
    late, right = push["attempts"]
    assert (late["http_status"], late["error"]) == (None, "timed out")
    assert late["verdict"].startswith("not delivered: no answer within 0.3 s")
    assert late["duration_ms"] >= 300
    assert (right["http_status"], push["state"]) == (200, "delivered")


async def test_a_connection_closed_without_an_answer_is_a_failure(start, receiver: Receiver):
    """P8.3"""

    async def hang_up(request: web.Request) -> web.Response:
        request.transport.close()
        return web.Response()

    sim = await start(with_callback(receiver.url))
    receiver.answers = [hang_up, hang_up]  # a PUT is repeated at once on a connection that was lost while idle
    await pushed(sim)

    await sim.advance(3600)

    (push,) = await sim.pushes()
    first = push["attempts"][0]
    assert (first["http_status"], push["state"]) == (None, "delivered")
    assert first["verdict"].startswith("not delivered: the callback closed the connection without an answer")


async def test_a_url_where_nothing_listens_is_a_failure_with_the_likely_cause(start, unused_tcp_port: int):
    """P8.3, C4"""
    sim = await start(with_callback(f"http://127.0.0.1:{unused_tcp_port}/"))
    await pushed(sim)

    await sim.advance(30)

    (push,) = await sim.pushes()
    assert push["state"] == "retrying"
    assert "inside a container, localhost is the container itself" in push["attempts"][0]["verdict"]


async def test_the_waits_double_with_up_to_a_tenth_more(start, receiver: Receiver):
    """P8.3: 1 s, factor 2, at most 5 min, plus 0-10 %; ten attempts, at virtual moments."""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [500] * 10
    await pushed(sim)

    await sim.advance(3600)

    (push,) = await sim.pushes()
    waits = seconds_between(push["attempts"])
    shares = [wait / planned - 1 for wait, planned in zip(waits, (1, 2, 4, 8, 16, 32, 64, 128, 256), strict=True)]
    assert all(0 <= share <= 0.1 for share in shares), waits
    assert len({round(share, 6) for share in shares}) > 1
    assert push["attempts"][0]["at"] == "2026-01-01T12:00:30.200000+08:00"


async def test_no_wait_is_longer_than_the_maximum(start, receiver: Receiver):
    """P8.3"""
    sim = await start(
        with_callback(receiver.url),
        environment={"EIMS_SIM_PUSH_RETRY_MAX_SECONDS": "5", "EIMS_SIM_PUSH_RETRY_FACTOR": "3"},
    )
    receiver.answers = [500] * 5
    await pushed(sim)

    await sim.advance(3600)

    (push,) = await sim.pushes()
    waits = seconds_between(push["attempts"])
    assert all(low <= wait <= low * 1.1 for wait, low in zip(waits, (1, 3, 5, 5, 5), strict=True)), waits


async def test_the_waits_come_from_the_seed(start, receiver: Receiver):
    """P8.3"""
    waits = []
    for seed in (7, 7, 8):
        sim = await start(with_callback(receiver.url), database=f"{len(waits)}.db", seed=seed)
        receiver.answers = [500] * 5
        await pushed(sim)
        await sim.advance(3600)
        waits.append(seconds_between((await sim.pushes())[0]["attempts"]))

    assert waits[0] == waits[1]
    assert waits[0] != waits[2]


async def test_nothing_is_tried_before_its_moment(start, receiver: Receiver):
    """P8.3"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [500, 500]
    await pushed(sim)

    made = [(await sim.advance(seconds))["pushes"] for seconds in (30, 0.999, 0.101, 1.89, 0.31)]

    assert made == [1, 0, 1, 0, 1]


async def test_a_callback_that_hangs_up_is_tried_as_often_as_is_on_record(start, receiver: Receiver):
    """P8.3: each attempt is on record; the HTTP client repeats none by itself."""

    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_ATTEMPTS": "3"})
    receiver.answers = [hang_up] * 3
    await pushed(sim)

    await sim.advance(3600)

    (push,) = await sim.pushes()
    assert (push["state"], len(push["attempts"])) == ("parked", 3)
    assert len(receiver.bodies) == 3


async def test_after_the_last_attempt_the_batch_is_parked_and_the_next_one_goes(start, receiver: Receiver):
    """P8.3: attempts, the first included."""
    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_ATTEMPTS": "3"})
    receiver.answers = [500, 500, 500]
    await pushed(sim, many(51))

    await sim.advance(3600)

    first, second = await sim.pushes()
    assert (first["state"], len(first["attempts"])) == ("parked", 3)
    assert first["attempts"][2]["verdict"].endswith("attempt 3 of 3: parked")
    assert (second["state"], len(second["attempts"])) == ("delivered", 1)
    assert [body["cnt"] for body in receiver.bodies] == [50, 50, 50, 1]


async def test_a_parked_batch_is_tried_again_when_asked_with_a_fresh_cycle(start, receiver: Receiver):
    """P8.3, C4"""
    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_ATTEMPTS": "3"})
    receiver.answers = [500] * 5
    await pushed(sim)
    await sim.advance(3600)

    answer = await sim.control("POST", "pushes/1/retry")
    await sim.advance(3600)

    assert answer.http_status == 202
    assert answer.json() == {"id": 1, "state": "retrying"}
    (push,) = await sim.pushes()
    assert [one["http_status"] for one in push["attempts"]] == [500, 500, 500, 500, 500, 200]
    assert push["state"] == "delivered"
    waits = seconds_between(push["attempts"])[3:]
    assert all(low <= wait <= low * 1.1 for wait, low in zip(waits, (1, 2), strict=True)), waits


async def test_a_retry_is_due_at_once(start, receiver: Receiver):
    """C4"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [500, 200]
    await pushed(sim)
    await sim.advance(30)

    await sim.control("POST", "pushes/1/retry")
    await receiver.until(lambda: len(receiver.bodies) == 2)

    assert receiver.bodies[0] == receiver.bodies[1]


async def test_a_delivered_batch_is_pushed_again_when_asked(start, receiver: Receiver):
    """C4, P8.3"""
    sim = await start(with_callback(receiver.url))
    await pushed(sim)
    await sim.advance(30)

    await sim.control("POST", "pushes/1/retry")
    await sim.advance(0)

    (push,) = await sim.pushes()
    assert [one["http_status"] for one in push["attempts"]] == [200, 200]
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_a_retry_is_refused_while_the_push_is_queued_or_sending(start, receiver: Receiver, gate: Gate):
    """C4"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [gate]
    await pushed(sim, many(51))

    advancing = asyncio.create_task(sim.advance(30))
    await receiver.until(lambda: len(receiver.bodies) == 1)
    states = [push["state"] for push in await sim.pushes()]
    answers = [await sim.control("POST", f"pushes/{id}/retry") for id in (1, 2, 3)]
    gate.opened.set()
    await advancing

    assert states == ["sending", "queued"]
    assert [answer.http_status for answer in answers] == [409, 409, 404]
    assert [push["state"] for push in await sim.pushes()] == ["delivered", "delivered"]


async def test_later_reports_wait_while_a_batch_is_retried(start, receiver: Receiver):
    """P8.3: in_flight 1; a batch never changes once tried."""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [500, 500, 500]
    await pushed(sim)
    await sim.advance(30)
    await pushed(sim)
    await sim.advance(30.5)

    waiting = [body["cnt"] for body in receiver.bodies]
    await sim.advance(3600)

    assert waiting == [1, 1, 1, 1, 1]
    assert [report[0] for report in receiver.reports] == [1, 1, 1, 1, 2]


async def test_reports_that_became_final_meanwhile_wait_and_keep_their_order(start, receiver: Receiver):
    """P8.3"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [503] * 6
    await pushed(sim, many(60))
    await sim.advance(30)
    await pushed(sim)

    await sim.advance(32)
    before = [report[0] for report in receiver.reports if report[0] > 60]
    await sim.advance(3600)

    assert before == []
    assert [body["array"][0][0] for body in receiver.bodies] == [1, 1, 1, 1, 1, 1, 1, 51, 61]
    assert [report[0] for report in receiver.reports[300:]] == list(range(1, 62))


async def test_with_more_in_flight_pushes_go_side_by_side(start, receiver: Receiver, gate: Gate):
    """P8.3: more than 1 gives up the order."""
    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_IN_FLIGHT": "3"})
    receiver.answers = [gate] * 3
    await pushed(sim, many(200))

    advancing = asyncio.create_task(sim.advance(30))
    await receiver.until(lambda: len(receiver.bodies) == 3)
    states = [push["state"] for push in await sim.pushes()]
    gate.opened.set()
    await advancing

    assert states == ["sending", "sending", "sending", "queued"]
    assert sorted(report[0] for report in receiver.reports) == list(range(1, 201))


async def test_each_attempt_uses_the_url_of_its_moment(start, receiver: Receiver):
    """P8.3"""
    sim = await start(with_callback(receiver.url + "/old"))
    receiver.answers = [500]
    await pushed(sim)
    await sim.advance(30)
    await sim.server.stop()

    again = await start(with_callback(receiver.url + "/new"))
    await again.advance(60)

    assert [target for _, target, _ in receiver.requests] == ["/reports/old", "/reports/new"]
    (push,) = await again.pushes()
    assert [one["url"] for one in push["attempts"]] == [receiver.url + "/old", receiver.url + "/new"]


async def test_a_stop_in_the_middle_of_a_push_repeats_it(start, receiver: Receiver, gate: Gate):
    """P8.3: at least once"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [gate]
    await pushed(sim, many(51))
    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T12:01:00+08:00"})
    await receiver.until(lambda: len(receiver.bodies) == 1)
    await sim.server.stop()

    again = await start(with_callback(receiver.url))
    await again.advance(60)

    assert [body["array"][0][0] for body in receiver.bodies] == [1, 1, 51]
    assert [push["state"] for push in await again.pushes()] == ["delivered", "delivered"]


async def test_reports_that_were_not_cut_yet_survive_a_restart(start, receiver: Receiver):
    """P8.3: loses no report"""
    environment = {"EIMS_SIM_PUSH_INTERVAL_SECONDS": "3600"}
    sim = await start(with_callback(receiver.url), environment=environment)
    ids = await pushed(sim, many(3))
    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T12:01:00+08:00"})
    states = [(await sim.control("GET", f"messages/{id}")).json()["state"] for id in ids]
    await sim.server.stop()

    again = await start(with_callback(receiver.url), environment=environment)
    await again.advance(0)

    assert states == [0, 0, 0]
    assert [report[0] for report in receiver.reports] == [1, 2, 3]


async def test_a_batch_that_was_tried_stays_the_same_after_a_restart(start, receiver: Receiver):
    """P8.3"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [500]
    await pushed(sim, "13800000000,13800000007")
    await sim.advance(30)
    await pushed(sim)
    await sim.server.stop()

    again = await start(with_callback(receiver.url))
    await again.advance(3600)

    assert receiver.raw[0] == receiver.raw[1]
    assert [report[0] for report in receiver.reports] == [1, 2, 1, 2, 3]


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]"],
)
@pytest.mark.parametrize("allowed", [(), ("169.254.0.0/16", "fe80::/10")])
async def test_a_link_local_address_never_gets_a_report(start, host: str, allowed: tuple[str, ...]):
    """C3, callback_allow"""
    sim = await start(with_callback(f"http://{host}/"), callback_allow=list(allowed))
    await pushed(sim)

    await sim.advance(30)

    ((attempt,),) = [push["attempts"] for push in await sim.pushes()]
    assert attempt["http_status"] is None
    assert attempt["verdict"].startswith("not delivered: the callback's address is link-local")


@pytest.mark.parametrize("allowed", [["example.com"], ["10.0.0.0/8"], ["127.0.0.2"]])
async def test_a_host_that_is_not_allowed_gets_no_report(start, receiver: Receiver, allowed: list[str]):
    """C3, callback_allow"""
    sim = await start(with_callback(receiver.url), callback_allow=allowed)
    await pushed(sim)

    await sim.advance(30)

    (push,) = await sim.pushes()
    assert push["state"] == "retrying"
    assert push["attempts"][0]["verdict"].startswith("not delivered: the callback's host is not in callback_allow")
    assert receiver.bodies == []


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1", ["127.0.0.0/8"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("localhost", ["LOCALHOST"]),
        ("localhost", ["127.0.0.1/32", "::1"]),
    ],
)
async def test_a_host_that_is_allowed_gets_its_reports(start, receiver: Receiver, host: str, allowed: list[str]):
    """C3, callback_allow"""
    url = receiver.url.replace("127.0.0.1", host)
    sim = await start(with_callback(url), callback_allow=allowed)
    await pushed(sim)

    await sim.advance(30)

    assert [report[0] for report in receiver.reports] == [1]


async def test_a_name_that_does_not_resolve_is_a_failure(start):
    """P8.3"""
    sim = await start(with_callback("http://no-such-host.invalid/"))
    await pushed(sim)

    await sim.advance(30)

    (push,) = await sim.pushes()
    assert push["state"] == "retrying"
    assert push["attempts"][0]["verdict"].startswith("not delivered: the callback's host name does not resolve")


async def test_a_push_says_what_it_carried_and_a_message_says_in_which(start, receiver: Receiver):
    """C4: each attempt is on record (P8.3)."""
    sim = await start(with_callback(receiver.url))
    await pushed(sim, many(51))

    await sim.advance(30)

    first, second = await sim.pushes()
    assert list(first) == ["id", "account", "state", "reports", "attempts"]
    assert (first["id"], first["account"], first["reports"]) == (1, "pushed", list(range(1, 51)))
    assert second["reports"] == [51]
    ((attempt),) = second["attempts"]
    assert list(attempt) == ["at", "url", "http_status", "error", "duration_ms", "verdict"]
    assert (attempt["at"], attempt["url"]) == ("2026-01-01T12:00:30.000000+08:00", receiver.url)
    assert [message["pushes"] for message in await sim.messages("after=49")] == [[1], [2]]
