"""What a client's socket sees of each fault (C3)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from yarl import URL

from tests.conftest import DEMO, GOOD, Simulator, Start, Wire, signed

ACCEPTED = '{"status":0,"success":1,"fail":0,"array":[[13800000000,1]]}'

PARAMETERS = {
    "getbalance": DEMO,
    "sendsms": GOOD,
    "getreport": DEMO | {"ids": "1"},
    "getsms": DEMO,
}

REFUSED = {
    "getbalance": '{"status":-3}',
    "sendsms": '{"status":-3,"success":0,"fail":1,"array":[]}',
    "getreport": '{"status":-3,"success":0,"fail":0,"unsent":0,"sending":0,"nofound":0,"array":[]}',
    "getsms": '{"status":-3,"cnt":0,"array":[]}',
}


async def arm(sim: Simulator, **settings: Any) -> int:
    """Add a fault, on sendsms unless said otherwise; its id."""
    answer = await sim.control("POST", "faults", {"endpoint": "sendsms"} | settings)
    assert answer.http_status == 201, answer.text
    return answer.json()["id"]


def line(endpoint: str = "sendsms", **more: str) -> bytes:
    """A GET as bytes."""
    query = URL.build(query=PARAMETERS[endpoint] | more).raw_query_string
    return f"GET /{endpoint}?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


@asynccontextmanager
async def asked(sim: Simulator, endpoint: str = "sendsms", **more: str) -> AsyncIterator[Wire]:
    """A connection on which a request was sent."""
    async with sim.wire() as wire:
        await wire.send(line(endpoint, **more))
        yield wire


async def seen(sim: Simulator, query: str = "") -> list[dict[str, Any]]:
    """The journal."""
    return (await sim.control("GET", f"requests?{query}")).json()["items"]


async def on_record(sim: Simulator, count: int = 1) -> dict[str, Any]:
    """Wait until so many requests are on record; the last of them."""
    found = (await sim.control("GET", f"requests?wait=10&count={count}")).json()
    assert found["complete"]
    return found["items"][-1]


async def applied(sim: Simulator) -> list[int]:
    """How often each fault struck, by id."""
    return [fault["applied"] for fault in (await sim.control("GET", "faults")).json()["items"]]


async def ends(wire: Wire) -> bytes | type[Exception]:
    """What comes until the connection is closed, or how else it ends."""
    try:
        return await wire.rest()
    except ConnectionError as error:
        return type(error)


# --- an answer without processing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", PARAMETERS)
async def test_any_status_is_answered_in_the_shape_of_the_endpoint(sim: Simulator, endpoint: str):
    """P2, P3 to P6"""
    await arm(sim, endpoint="*", status=-3)

    answer = await sim.get(endpoint, PARAMETERS[endpoint])

    assert (answer.http_status, answer.text) == (200, REFUSED[endpoint])
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    assert answer.headers["X-EIMS-Sim-Reason"] == "fault-struck; fault 1: status -3"


@pytest.mark.parametrize("status", range(-13, 0))
async def test_a_forced_status_changes_nothing_and_costs_nothing(sim: Simulator, status: int):
    """P2: nothing is stored or charged"""
    await arm(sim, status=status)

    answer = await sim.post(GOOD | {"numbers": "13800000000, ,abc,1"})

    assert answer.json() == {"status": status, "success": 0, "fail": 3, "array": []}
    assert await sim.messages() == []
    assert await sim.balance() == ("1000.000000", "50.00000")


@pytest.mark.parametrize("account", ["nobody", "locked", "office"])
async def test_a_fault_strikes_before_any_check(sim: Simulator, account: str):
    """P2: strikes before any check"""
    await arm(sim, status=-6)

    answer = await sim.get("sendsms", {"account": account})

    assert answer.status == -6


@pytest.mark.parametrize(("account", "status"), [("nobody", -6), ("demo", 0), ("", 0)])
async def test_the_account_of_a_fault_is_the_name_as_sent(sim: Simulator, account: str, status: int):
    """C3"""
    await arm(sim, endpoint="getbalance", account="nobody", status=-6)

    answer = await sim.get("getbalance", {"account": account or "Nobody", "password": "demo123"})

    assert answer.status == (status if account else -1)


async def test_a_forced_failure_counts_for_nothing(sim: Simulator):
    """P2: strikes before any check, so no failure of authentication is counted and no seq is used"""
    await arm(sim, status=-1, times=5)
    for _ in range(5):
        await sim.get("sendsms", GOOD | {"account": "fragile", "password": "wrong"})
    await arm(sim, account="unique", status=-1, times=1)
    await sim.get("sendsms", GOOD | signed("unique"))

    assert (await sim.get("sendsms", GOOD | {"account": "fragile"})).status == 0
    assert (await sim.get("sendsms", GOOD | signed("unique"))).status == 0


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (503, "the gateway cannot take this request now; try again"),
        (500, "the simulator failed; its log says how"),
        (429, "Too Many Requests"),
        (302, "Found"),
        (200, "OK"),
        (599, "the gateway failed"),
    ],
)
async def test_any_http_status_is_answered_with_the_body_of_an_http_error(sim: Simulator, status: int, error: str):
    """C3, P1.3"""
    await arm(sim, http_status=status)

    answer = await sim.get("sendsms", GOOD)

    assert answer.http_status == status
    assert answer.text == json.dumps({"status": -12, "error": error}, separators=(",", ":"))
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    assert answer.headers["X-EIMS-Sim-Reason"] == f"fault-struck; fault 1: HTTP {status}"
    assert answer.headers.get("Retry-After") == ("1" if status == 503 else None)
    assert await sim.messages() == []


@pytest.mark.parametrize("status", [204, 205, 304])
async def test_an_http_status_that_carries_no_body_has_none(sim: Simulator, status: int):
    """C3; the connection goes on behind it"""
    await arm(sim, http_status=status, times=1)

    async with asked(sim) as wire:
        head = await wire.reader.readuntil(b"\r\n\r\n")
        await wire.send(line())
        answer = await wire.answer()

    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type" not in head
    assert answer.text == ACCEPTED


# --- no answer ----------------------------------------------------------------------------------------------------

CUTS = {"reset": ConnectionResetError, "close": b""}


@pytest.mark.parametrize("connection", CUTS)
@pytest.mark.parametrize("endpoint", PARAMETERS)
async def test_the_connection_is_cut_without_an_answer(sim: Simulator, endpoint: str, connection: str):
    """C3: reset, or closed"""
    await arm(sim, endpoint=endpoint, connection=connection)

    async with asked(sim, endpoint) as wire:
        end = await ends(wire)

    assert end == CUTS[connection]
    assert await sim.messages() == []


@pytest.mark.parametrize("connection", CUTS)
@pytest.mark.parametrize("delay", [{}, {"delay_seconds": 0.02}])
async def test_accepted_then_cut_stores_one_message_and_gives_no_answer(sim: Simulator, connection: str, delay):
    """C3: the message is accepted and the client cannot know"""
    await arm(sim, connection=connection, after=True, **delay)

    async with asked(sim) as wire:
        end = await ends(wire)

    assert end == CUTS[connection]
    assert [message["number"] for message in await sim.messages()] == ["13800000000"]
    assert await sim.balance() == ("1000.000000", "49.95000")


async def test_accepted_then_cut_is_on_record_with_the_answer_that_nobody_got(sim: Simulator):
    """C4: delivered"""
    await arm(sim, connection="reset", after=True)

    async with asked(sim) as wire:
        await ends(wire)

    (entry,) = await seen(sim)
    assert (entry["status"], entry["answer"], entry["delivered"]) == (0, ACCEPTED, False)
    assert entry["notes"] == [{"code": "fault-struck", "text": "fault 1: processed, then connection reset"}]


async def test_cut_without_processing_is_on_record_without_an_answer(sim: Simulator):
    """C4: delivered"""
    await arm(sim, connection="close")

    async with asked(sim) as wire:
        await ends(wire)

    (entry,) = await seen(sim)
    assert [entry[key] for key in ("status", "http_status", "answer", "delivered")] == [None, None, "", False]


async def test_a_client_that_sends_by_post_is_cut_too(sim: Simulator):
    """C3"""
    await arm(sim, account="demo", connection="reset", after=True)
    body = json.dumps(GOOD).encode()

    async with sim.wire() as wire:
        await wire.send(b"POST /sendsms HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        end = await ends(wire)

    assert end is ConnectionResetError
    assert len(await sim.messages()) == 1


async def test_others_are_answered_while_one_connection_is_cut(sim: Simulator):
    """C3"""
    await arm(sim, connection="reset", times=1)

    async with asked(sim) as struck, asked(sim) as other:
        assert await ends(struck) is ConnectionResetError
        assert (await other.answer()).status == 0


@pytest.mark.parametrize("after", [False, True])
async def test_a_hang_lasts_until_the_client_leaves(sim: Simulator, after: bool):
    """C3: hang (until the client leaves, reset or shutdown)"""
    await arm(sim, connection="hang", after=after)

    async with asked(sim) as wire:
        entry = await on_record(sim)
        assert entry["delivered"] is False
        assert len(await sim.messages()) == after
        assert not wire.reader.at_eof()

    await sim.server.stop()  # would wait for a request that is still held up


async def test_a_client_that_left_before_its_hang_began_holds_nothing_up(sim: Simulator):
    """C3"""
    await arm(sim, delay_seconds=0.05, connection="hang")

    async with asked(sim):
        pass

    await on_record(sim)
    assert (await sim.control("POST", "reset")).http_status == 204


# --- a spoiled answer ---------------------------------------------------------------------------------------------


async def test_a_malformed_answer_is_not_json(sim: Simulator):
    """C3: malformed (200, not JSON)"""
    await arm(sim, body="malformed")

    answer = await sim.get("sendsms", GOOD)

    assert answer.http_status == 200
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_an_empty_answer_is_nothing(sim: Simulator):
    """C3: empty (200, nothing)"""
    await arm(sim, body="empty")

    async with asked(sim) as wire:
        answer = await wire.answer()

    assert (answer.http_status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")


async def test_a_truncated_answer_tells_its_full_length_and_comes_half(sim: Simulator):
    """C3: truncated (full length told, half sent)"""
    await arm(sim, body="truncated")

    async with asked(sim) as wire:
        head = await wire.reader.readuntil(b"\r\n\r\n")
        body = await wire.rest()

    assert f"Content-Length: {len(ACCEPTED)}\r\n".encode() in head
    assert body == ACCEPTED[: len(ACCEPTED) // 2].encode()
    assert (await seen(sim))[0]["delivered"] is False


async def test_a_slow_answer_comes_whole_a_few_bytes_at_a_time(sim: Simulator):
    """C3: slow (a few bytes at a time)"""
    await arm(sim, body="slow")

    pieces = []
    async with asked(sim) as wire:
        head = await wire.reader.readuntil(b"\r\n\r\n")
        while sum(map(len, pieces)) < len(ACCEPTED):
            pieces.append(await wire.reader.read(4096))

    assert f"Content-Length: {len(ACCEPTED)}\r\n".encode() in head
    assert b"".join(pieces) == ACCEPTED.encode()
    assert len(pieces) > 5


async def test_a_slow_answer_leaves_the_connection_usable(sim: Simulator):
    """C3"""
    await arm(sim, endpoint="getbalance", body="slow", times=1)

    async with asked(sim, "getbalance") as wire:
        slow = await wire.answer()
        await wire.send(line("getbalance"))
        again = await wire.answer()

    assert slow.text == again.text == '{"status":0,"balance":"1000.000000","gift":"50.00000"}'


async def test_a_client_that_leaves_a_slow_answer_did_not_get_it(sim: Simulator):
    """C4: delivered"""
    await arm(sim, body="slow")

    async with asked(sim) as wire:
        await wire.reader.readuntil(b"\r\n\r\n")
        wire.writer.transport.abort()

    async with asyncio.timeout(10):
        while (await seen(sim))[0]["delivered"]:
            pass


async def test_any_text_can_be_answered(sim: Simulator):
    """C3: body_text"""
    text = '{"status":"0","余额":1}'
    await arm(sim, body_text=text)

    async with asked(sim) as wire:
        answer = await wire.answer()

    assert (answer.http_status, answer.body) == (200, text.encode())
    assert answer.headers["Content-Length"] == str(len(text.encode()))
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"


@pytest.mark.parametrize(
    "spoil", [{"body": kind} for kind in ("malformed", "truncated", "empty")] + [{"body_text": "x"}]
)
async def test_what_is_spoiled_was_processed(sim: Simulator, spoil: dict[str, str]):
    """C3: process, then spoil the answer"""
    await arm(sim, **spoil)

    async with asked(sim) as wire:
        await wire.reader.readuntil(b"\r\n\r\n")

    assert len(await sim.messages()) == 1
    assert (await seen(sim))[0]["notes"][0]["code"] == "fault-struck"


async def test_a_refusal_is_spoiled_too(sim: Simulator):
    """C3"""
    await arm(sim, body="malformed")

    answer = await sim.get("sendsms", GOOD | {"password": "wrong"})

    assert answer.text.startswith('{"status":-1')
    assert answer.reason == "auth-password-mismatch"
    assert answer.notes == ["fault-struck"]


@pytest.mark.parametrize("endpoint", PARAMETERS)
@pytest.mark.parametrize("kind", ["malformed", "empty"])
async def test_the_answer_of_every_endpoint_can_be_spoiled(sim: Simulator, endpoint: str, kind: str):
    """C3"""
    await arm(sim, endpoint="*", body=kind)

    answer = await sim.get(endpoint, PARAMETERS[endpoint])

    assert answer.http_status == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_the_status_of_a_spoiled_answer_was_not_met(sim: Simulator):
    """C4: a status is met when answered"""
    for spoil in ({"body": "empty"}, {"body": "truncated"}, {"connection": "reset", "after": True}):
        await arm(sim, times=1, **spoil)
    for _ in range(3):
        async with asked(sim) as wire:
            await ends_or_answers(wire)

    statuses = (await sim.control("GET", "coverage")).json()["statuses"]

    assert len(await sim.messages()) == 3
    assert [one["count"] for one in statuses if one["status"] == 0] == [0]


async def ends_or_answers(wire: Wire) -> None:
    """Read the head of an answer, or the end of the connection."""
    try:
        await wire.reader.readuntil(b"\r\n\r\n")
    except (ConnectionError, asyncio.IncompleteReadError):
        return


async def test_a_strike_is_no_finding(sim: Simulator):
    """C4: findings are what clients did wrong"""
    await arm(sim, status=-6, times=1)
    await arm(sim, body="malformed", times=1)
    await sim.get("sendsms", GOOD)
    await sim.get("sendsms", GOOD)

    findings = (await sim.control("GET", "findings")).json()["items"]

    assert "fault-struck" not in {finding["code"] for finding in findings}


async def test_without_diagnosis_headers_nothing_tells_of_a_fault(start: Start):
    """C3: diagnosis_headers"""
    sim = await start(diagnosis_headers=False)
    for settings in ({"status": -6}, {"http_status": 503}, {"body": "malformed"}, {"body_text": "x"}):
        await arm(sim, times=1, **settings)

    answers = [await sim.get("sendsms", GOOD) for _ in range(4)]

    assert not [name for answer in answers for name in answer.headers if name.upper().startswith("X-EIMS")]


async def test_the_password_of_a_struck_request_is_masked(sim: Simulator):
    """C4: any value equal to the account's password"""
    for settings in ({"status": -6}, {"http_status": 503}, {"connection": "close"}, {"body": "empty"}):
        await arm(sim, times=1, **settings)
    for _ in range(4):
        async with asked(sim, "sendsms", token="demo123") as wire:
            await ends_or_answers(wire)

    entries = await seen(sim)

    assert len(entries) == 4
    assert "demo123" not in json.dumps(entries)


# --- delays -------------------------------------------------------------------------------------------------------


async def answered_in_order(sim: Simulator, struck: bytes) -> list[str]:
    """A request that is to be delayed, and one that follows it: in which order they end."""
    order = []

    async def ask(name: str, sent: bytes) -> None:
        async with sim.wire() as wire:
            await wire.send(sent)
            await ends_or_answers(wire)
        order.append(name)

    slow = asyncio.create_task(ask("struck", struck))
    async with asyncio.timeout(10):
        while not (await applied(sim))[0]:
            pass
    await ask("other", line("getbalance"))
    await slow
    return order


@pytest.mark.parametrize(
    "effect",
    [
        {},
        {"status": -12},
        {"http_status": 503},
        {"connection": "reset"},
        {"connection": "close"},
        {"body": "malformed"},
        {"body": "truncated"},
        {"body": "empty"},
        {"body": "slow"},
        {"body_text": "x"},
        {"report_first": True},
        {"after": True},
        {"after": True, "http_status": 503},
        {"after": True, "connection": "reset"},
        {"after": True, "body": "empty"},
    ],
    ids=str,
)
async def test_a_delay_goes_with_each_effect_and_holds_up_nobody_else(sim: Simulator, effect: dict[str, Any]):
    """C3: alone or with one effect"""
    await arm(sim, delay_seconds=0.15, **effect)

    order = await answered_in_order(sim, line())

    assert order == ["other", "struck"]
    assert await applied(sim) == [1]


async def test_a_delay_alone_answers_what_would_be_answered(sim: Simulator):
    """C3"""
    await arm(sim, delay_seconds={"uniform": [0.01, 0.02]})

    answer = await sim.get("sendsms", GOOD)

    assert answer.text == ACCEPTED
    assert answer.headers["X-EIMS-Sim-Note"] == "fault-struck; fault 1: delayed"


async def test_a_delay_comes_before_processing(sim: Simulator):
    """C3: after = false"""
    await arm(sim, delay_seconds=300)

    async with asked(sim):
        await struck_once(sim)
        assert await sim.messages() == []


async def test_a_delay_afterwards_comes_after_processing(sim: Simulator):
    """C3: after = true, process and store first"""
    await arm(sim, delay_seconds=300, after=True)

    async with asked(sim):
        found = (await sim.control("GET", "messages?wait=10")).json()

    assert found["complete"]


async def test_http_status_afterwards_comes_after_processing(sim: Simulator):
    """C3: the message is accepted and the client cannot know"""
    await arm(sim, http_status=504, after=True)

    answer = await sim.get("sendsms", GOOD)

    assert answer.http_status == 504
    assert answer.headers["X-EIMS-Sim-Reason"] == "fault-struck; fault 1: processed, then HTTP 504"
    assert len(await sim.messages()) == 1


async def test_a_client_that_does_not_wait_for_a_delay_is_processed_all_the_same(sim: Simulator):
    """C3, P2: as if the client had stayed"""
    await arm(sim, delay_seconds=0.05)

    async with asked(sim):
        await struck_once(sim)

    assert (await sim.control("GET", "messages?wait=10")).json()["complete"]
    assert (await on_record(sim))["delivered"] is False


async def struck_once(sim: Simulator) -> None:
    """Wait until the first fault has struck."""
    async with asyncio.timeout(10):
        while not (await applied(sim))[0]:
            pass


# --- how often ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", [{"status": -12}, {"body": "empty"}, {"connection": "reset"}])
async def test_times_is_exact_when_many_come_at_once(sim: Simulator, effect: dict[str, Any]):
    """C3: exact under concurrency"""
    await arm(sim, times=7, delay_seconds=0.01, **effect)

    async def accepted() -> bool:
        async with asked(sim) as wire:
            try:
                return (await wire.answer()).text.startswith('{"status":0')
            except (ConnectionError, asyncio.IncompleteReadError):
                return False

    outcomes = await asyncio.gather(*[accepted() for _ in range(50)])

    assert outcomes.count(False) == 7
    assert await applied(sim) == [7]


async def test_the_first_that_matches_strikes(sim: Simulator):
    """C3: in list order"""
    await arm(sim, account="other", status=-1)
    await arm(sim, status=-2, times=1)
    await arm(sim, endpoint="*", status=-3)

    statuses = [(await sim.get("sendsms", GOOD)).status for _ in range(3)]

    assert statuses == [-2, -3, -3]
    assert await applied(sim) == [0, 1, 2]


async def test_chance_comes_from_the_seed(start: Start):
    """C3: the same in every run"""
    chancy = '\n[[faults]]\nendpoint = "getbalance"\nstatus = -12\nprobability = 0.5\n'
    runs = []
    for seed, database in ((7, "a"), (7, "b"), (8, "c")):
        sim = await start(chancy, seed=seed, database=database)
        runs.append([(await sim.get("getbalance", DEMO)).status for _ in range(40)])

    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {0, -12}


async def test_a_reset_begins_the_luck_anew(start: Start):
    """C4: as a fresh start"""
    sim = await start('\n[[faults]]\nendpoint = "getbalance"\nstatus = -12\nprobability = 0.5\n')

    async def luck() -> list[int]:
        return [(await sim.get("getbalance", DEMO)).status for _ in range(30)]

    first = await luck()
    await sim.control("POST", "reset")

    assert await luck() == first


async def test_without_a_fault_that_fits_nothing_is_different(sim: Simulator):
    """C3"""
    await arm(sim, endpoint="getsms", status=-12)
    await arm(sim, endpoint="push", delay_seconds=1)

    answer = await sim.get("sendsms", GOOD)

    assert answer.text == ACCEPTED
    assert answer.notes == []


async def test_what_the_protocol_cannot_express_is_never_struck(sim: Simulator):
    """P1.3: 404 and 405 are no requests of an endpoint"""
    await arm(sim, endpoint="*", status=-12)

    assert (await sim.request("GET", "/sendsms/")).http_status == 404
    assert (await sim.request("PUT", "/sendsms")).http_status == 405
    assert await applied(sim) == [0]


# --- what ends them -----------------------------------------------------------------------------------------------


async def test_a_reset_ends_a_hang(sim: Simulator):
    """C4: pending hangs end first"""
    await arm(sim, connection="hang", after=True)
    async with asked(sim) as wire:
        await on_record(sim)

        assert (await sim.control("POST", "reset")).http_status == 204

        assert await ends(wire) == b""
    assert (await seen(sim), await sim.messages()) == ([], [])


async def test_a_reset_ends_a_delay_and_the_request_is_not_of_the_new_world(sim: Simulator):
    """C4: pending delays end first"""
    await arm(sim, delay_seconds=300)
    async with asked(sim) as wire:
        await struck_once(sim)

        assert (await sim.control("POST", "reset")).http_status == 204

        answer = await wire.answer()
    assert (answer.http_status, answer.reason) == (503, "fault-reset")
    assert (await seen(sim), await sim.messages()) == ([], [])
    assert (await sim.control("GET", "faults")).json()["items"] == []


async def test_a_reset_ends_a_delay_after_processing_and_the_answer_leaves(sim: Simulator):
    """C4"""
    await arm(sim, delay_seconds=300, after=True)
    async with asked(sim) as wire:
        assert (await sim.control("GET", "messages?wait=10")).json()["complete"]

        assert (await sim.control("POST", "reset")).http_status == 204

        assert (await wire.answer()).text == ACCEPTED
    assert (await seen(sim), await sim.messages()) == ([], [])


async def test_a_reset_ends_a_slow_answer_which_comes_at_once(sim: Simulator):
    """C4"""
    await arm(sim, body="slow")
    numbers = ",".join(f"138{n:08}" for n in range(50_000, 50_100))
    async with asked(sim, "sendsms", numbers=numbers) as wire:
        head = await wire.reader.readuntil(b"\r\n\r\n")  # the whole of it would take half a minute

        await sim.control("POST", "reset")

        length = int(head.partition(b"Content-Length: ")[2].split()[0])
        async with asyncio.timeout(10):
            assert json.loads(await wire.reader.readexactly(length))["success"] == 100


async def test_the_reset_of_one_account_ends_what_holds_up_that_account(sim: Simulator):
    """C4: what is that account's own"""
    await arm(sim, connection="hang")
    async with asked(sim) as mine, asked(sim, account="segments") as others:
        await on_record(sim, 2)

        assert (await sim.control("POST", "reset", {"account": "demo"})).http_status == 204

        assert await ends(mine) == b""
        assert not others.reader.at_eof()


async def test_the_reset_of_one_account_lets_its_faults_begin_anew(start: Start):
    """C4: those of the file count anew, those of the control API go; nobody else's do either"""
    sim = await start('\n[[faults]]\nendpoint = "sendsms"\naccount = "demo"\nstatus = -12\ntimes = 1\n')
    await arm(sim, account="demo", status=-11, times=1)
    await arm(sim, status=-13, times=1)
    assert [(await sim.get("sendsms", GOOD)).status for _ in range(4)] == [-12, -11, -13, 0]

    await sim.control("POST", "reset", {"account": "demo"})

    assert [(await sim.get("sendsms", GOOD)).status for _ in range(2)] == [-12, 0]
    assert await applied(sim) == [1, 1]


async def test_deleting_a_fault_does_not_free_whom_it_holds(sim: Simulator):
    """C3: until the client leaves, reset or shutdown"""
    id = await arm(sim, connection="hang")
    async with asked(sim) as wire:
        await on_record(sim)
        await sim.control("DELETE", f"faults/{id}")

        assert (await sim.get("sendsms", GOOD)).status == 0
        assert not wire.reader.at_eof()
        await sim.control("POST", "reset")
        assert await ends(wire) == b""


@pytest.mark.parametrize(
    ("settings", "end"),
    [
        ({"connection": "hang"}, b""),
        ({"connection": "hang", "after": True}, b""),
        ({"delay_seconds": 300, "connection": "reset"}, ConnectionResetError),
    ],
    ids=str,
)
async def test_the_shutdown_ends_what_gives_no_answer(sim: Simulator, settings: dict[str, Any], end: object):
    """C2: exit 0 within 5 s"""
    await arm(sim, **settings)
    async with asked(sim) as wire:
        await struck_once(sim)

        async with asyncio.timeout(3):
            await sim.server.stop()

        assert await ends(wire) == end


@pytest.mark.parametrize("after", [False, True])
async def test_the_shutdown_ends_a_delay_and_finishes_what_was_accepted(sim: Simulator, after: bool):
    """C2: what was accepted is finished"""
    await arm(sim, delay_seconds=300, after=after)
    async with asked(sim) as wire:
        await struck_once(sim)

        async with asyncio.timeout(3):
            await sim.server.stop()

        assert (await wire.answer()).text == ACCEPTED


# --- getsms and sendsms -------------------------------------------------------------------------------------------


async def arrive(sim: Simulator, *contents: str, to: str = "123456") -> None:
    sent = [{"from": "10010", "to": to, "content": content} for content in contents]
    assert (await sim.control("POST", "inbound", sent)).http_status == 201


async def fetched(sim: Simulator, **more: str) -> list[int]:
    answer = (await sim.get("getsms", DEMO | more)).json()
    assert (answer["status"], answer["cnt"]) == (0, len(answer["array"]))
    return [row[0] for row in answer["array"]]


async def test_the_last_fetch_comes_again(sim: Simulator):
    """C3: return the messages of the last fetch again; P6.1: two with the same id are one repeated message"""
    await arrive(sim, "one")
    assert await fetched(sim) == [1]
    await arrive(sim, "two", "three")
    first = (await sim.get("getsms", DEMO)).text
    await arrive(sim, "four")
    await arm(sim, endpoint="getsms", repeat_inbound=True, times=2)

    again = [(await sim.get("getsms", DEMO)).text for _ in range(2)]

    assert again == [first, first]
    assert await fetched(sim) == [4]


async def test_a_fetch_that_found_nothing_is_not_the_last(sim: Simulator):
    """C3"""
    await arrive(sim, "one")
    assert [await fetched(sim), await fetched(sim)] == [[1], []]

    await arm(sim, endpoint="getsms", repeat_inbound=True)

    assert await fetched(sim) == [1]


async def test_before_the_first_fetch_there_is_nothing_to_repeat(sim: Simulator):
    """C3; what waits stays unfetched"""
    await arrive(sim, "one")
    await arm(sim, endpoint="getsms", repeat_inbound=True, times=1)

    assert [await fetched(sim), await fetched(sim)] == [[], [1]]


async def test_what_another_account_fetched_is_not_repeated(sim: Simulator):
    """C3, P6"""
    await arrive(sim, "mine")
    await arrive(sim, "theirs", to="654321")
    assert await fetched(sim) == [1]
    assert await fetched(sim, account="segments") == [2]

    await arm(sim, endpoint="getsms", repeat_inbound=True)

    assert [await fetched(sim), await fetched(sim, account="segments")] == [[1], [2]]


async def test_the_last_fetch_survives_a_restart(start: Start):
    """C3, D2"""
    sim = await start()
    await arrive(sim, "one", "two")
    await fetched(sim)
    await arrive(sim, "three")
    await fetched(sim)
    await sim.server.stop()

    again = await start('\n[[faults]]\nendpoint = "getsms"\nrepeat_inbound = true\n')

    assert await fetched(again) == [3]


async def test_a_fetch_that_is_refused_repeats_nothing(sim: Simulator):
    """C3: processed as any other"""
    await arrive(sim, "one")
    await fetched(sim)
    await arm(sim, endpoint="getsms", repeat_inbound=True)

    answer = await sim.get("getsms", DEMO | {"password": "wrong"})

    assert answer.text == '{"status":-1,"cnt":0,"array":[]}'


async def test_a_report_that_comes_first_skips_the_delays(sim: Simulator):
    """C3: delays are skipped; rules and magic numbers still decide the end"""
    await arm(sim, report_first=True)

    ids = await sim.submit("13800000000,13800000007,13800001005,1380000009002,00009001")

    assert [await sim.state(id) for id in ids] == [0, 1011, 1005, 2, 1]
    (first, *_) = await sim.messages()
    assert first["final_at"] == first["accepted_at"]


async def test_a_report_that_comes_first_waits_for_its_sendtime(sim: Simulator):
    """P9.1: sendtime is no delay"""
    await arm(sim, report_first=True)

    (id,) = await sim.submit(sendtime="20260101130000")

    assert await sim.state(id) == 1
    await sim.advance(3600)
    assert await sim.state(id) == 0


async def test_without_the_fault_the_delays_are_back(sim: Simulator):
    """C3"""
    await arm(sim, report_first=True, times=1)

    ids = await sim.submit() + await sim.submit()

    assert [await sim.state(id) for id in ids] == [0, 1]
