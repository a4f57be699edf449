"""What went in goes on as if it had always been here (C4)."""

import asyncio
import json
import random
import re
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.conftest import DEMO, FIXTURES, Answer, Receiver, Simulator, Start, signed, with_callback
from tests.web.test_control_events import listening
from tests.web.test_control_state import GOLDEN, export, golden, put, refused

BARE = FIXTURES / "bare.toml"
REFUNDED = '\n[[accounts]]\naccount = "refunded"\npassword = "demo123"\nbalance = "99"\nrefund_failed = true\n'
RICH = '\n[[accounts]]\naccount = "rich"\npassword = "demo123"\nbalance = "1000000"\n'
RETRIES = {"EIMS_SIM_PUSH_ATTEMPTS": "3", "EIMS_SIM_PUSH_RETRY_FIRST_SECONDS": "7"}


async def copied(sim: Simulator, start: Start, **options: Any) -> Simulator:
    """Another server that was given the state of the first."""
    other = await start(config=BARE, database="other.db", **options)
    await put(other, await export(sim))
    return other


async def test_messages_go_on_where_they_were(sim: Simulator, start: Start):
    """P9.1: unsent, sending and scheduled ones, and those that stay"""
    await sim.submit("13800000000,00009001,00009002", sendtime="20260101130000")
    sending = await sim.submit("13800001005")
    await sim.advance(15)
    unsent = await sim.submit()

    other = await copied(sim, start)

    for seconds in (4, 12, 5, 10, 3600, 60):
        assert await other.advance(seconds) == await sim.advance(seconds)
        assert await other.messages() == await sim.messages()
    assert [await other.state(id) for id in (*sending, *unsent)] == [1005, 0]


async def test_the_lot_of_a_message_is_kept_however_this_server_would_decide(start: Start):
    """P9.2: settled at acceptance"""
    rule = "\n[[rules]]\noutcome = 1001\nsending_seconds = 100\n"
    sim = await start(rule)
    ids = await sim.submit("13800000000,13800000001")

    other = await copied(sim, start)
    await other.control("DELETE", "rules")
    await other.advance(109)

    assert await other.state(ids[0]) == 2
    await other.advance(1)
    assert await other.state(ids[1]) == 1001


async def test_rules_and_faults_count_on(start: Start):
    """C3: times"""
    rule = '\n[[rules]]\nnumber = { suffix = "5" }\noutcome = 1001\ntimes = 3\n'
    fault = '\n[[faults]]\nendpoint = "sendsms"\nstatus = -12\ntimes = 2\n'
    sim = await start(rule + fault)
    await sim.get("sendsms", DEMO)
    await sim.get("sendsms", DEMO)
    await sim.submit("13800000005,13800000015")

    other = await copied(sim, start)

    (first, second) = await other.submit("13800000005,13800000015")
    await other.advance(30)
    assert [await other.state(first), await other.state(second)] == [1001, 0]
    assert [one["applied"] for one in (await other.control("GET", "faults")).json()["items"]] == [2]


async def test_a_fault_that_has_just_struck_is_counted(start: Start):
    """C4: what an answer caused is seen by every control call begun after it"""
    sim = await start('\n[[faults]]\nendpoint = "*"\nstatus = -12\n')

    for count in range(1, 20):
        await sim.get("getbalance", DEMO)
        assert json.loads(await export(sim))["faults"][0]["applied"] == count


async def test_a_failed_message_is_paid_back_to_the_cent(sim: Simulator, start: Start):
    """P4.3: to what paid it, balance first"""
    paid = {"account": "segments", "password": "demo123"}
    await sim.submit("13800000007,13800000008,13800000017,13800001001,13800001002,13800001003", **paid)
    await sim.submit("13800000007", **paid, sendtime="20260101120100")
    await sim.advance(30)

    other = await copied(sim, start)

    assert await other.balance("segments") == await sim.balance("segments") == ("0.900000", "0.40000")
    await other.advance(100)
    assert await other.balance("segments") == ("1.000000", "0.40000")


async def test_ids_go_on(sim: Simulator, start: Start):
    """C4: an id is given once, also when what had it is gone"""
    await sim.submit("13800000000,13800000001")
    await sim.control("POST", "inbound", {"from": "1", "to": "123456", "content": "x"})
    await sim.advance(30)
    for path in ("messages", "inbound", "rules"):
        await sim.control("DELETE", path)

    other = await copied(sim, start)

    assert await other.submit() == [3]
    inbound = await other.control("POST", "inbound", {"from": "1", "to": "123456", "content": "x"})
    rule = await other.control("POST", "rules", {"outcome": 0})
    assert (inbound.json()["id"], rule.json()["id"]) == (2, 2)


async def test_many_numbers_follow_the_ids_that_were_given(start: Start):
    """D7: the bulk insert numbers messages itself"""
    sim = await start(config=BARE)
    document = golden()
    document["next"]["messages"] = 5000
    document["accounts"][1]["balance"] = "1000"
    await put(sim, document)
    numbers = ",".join(str(13_800_000_000 + place) for place in range(5000))

    answer = await sim.post(signed("pushed", "9", password="secret", key="k") | {"numbers": numbers, "content": "x"})

    ids = [id for _, id in answer.json()["array"]]
    assert ids == list(range(5000, 10_000))
    listed = await sim.messages("after=5000&limit=1")
    assert (listed[0]["id"], listed[0]["number"]) == (5001, "13800000001")


async def test_inbound_messages_are_fetched_once(sim: Simulator, start: Start):
    """P6.1"""
    sent = [{"from": "1", "to": "123456", "content": text} for text in ("a", "b")]
    await sim.control("POST", "inbound", sent[0])
    await sim.get("getsms", DEMO)
    await sim.control("POST", "inbound", sent[1])
    await sim.control("POST", "inbound", sent[1] | {"received_at": "2026-01-01T18:00:00+08:00"})

    other = await copied(sim, start)

    assert [row[0] for row in (await other.get("getsms", DEMO)).json()["array"]] == [2]
    await other.advance(6 * 3600)
    assert [row[0] for row in (await other.get("getsms", DEMO)).json()["array"]] == [3]


async def test_what_was_fetched_last_can_come_again(start: Start):
    """C3: repeat_inbound"""
    sim = await start('\n[[faults]]\nendpoint = "getsms"\nrepeat_inbound = true\ntimes = 1\n')
    await sim.control("POST", "faults", {"endpoint": "sendsms", "status": -12})
    await sim.control("POST", "inbound", {"from": "1", "to": "123456", "content": "x"})
    document = json.loads(await export(sim))
    document["inbound"][0] |= {"fetched_at": "2026-01-01T12:00:00+08:00", "fetch": 1}
    document["next"]["fetches"] = 2

    await put(sim, document)

    assert (await sim.get("getsms", DEMO)).json()["cnt"] == 1
    assert (await sim.get("getsms", DEMO)).json()["cnt"] == 0


async def test_a_seq_that_was_used_is_used(sim: Simulator, start: Start):
    """P1.6: increasing is stored; the pairs of unique are in memory, and forgotten"""
    for name in ("increasing", "unique"):
        assert (await sim.get("getbalance", signed(name, "5"))).status == 0

    other = await copied(sim, start)

    assert (await other.get("getbalance", signed("increasing", "5"))).status == -1
    assert (await other.get("getbalance", signed("increasing", "6"))).status == 0
    assert (await other.get("getbalance", signed("unique", "5"))).status == 0


async def test_failures_in_a_row_are_counted_on(sim: Simulator, start: Start):
    """P2, order 3"""
    wrong = {"account": "fragile", "password": "wrong"}
    await sim.get("getsms", wrong)
    await sim.get("getsms", wrong)

    other = await copied(sim, start)
    await other.get("getsms", wrong)

    assert (await other.get("getsms", wrong | {"password": "demo123"})).status == -13


async def test_the_clock_runs_on(sim: Simulator, start: Start):
    """C4: the clock included"""
    await sim.control("PUT", "clock", {"mode": "scaled", "scale": 0.001})

    other = await copied(sim, start)

    clock = (await other.control("GET", "clock")).json()
    assert (clock["mode"], clock["scale"]) == ("scaled", 0.001)
    assert clock["now"].startswith("2026-01-01T12:00:00.0")


async def test_what_is_due_under_a_running_clock_is_run(sim: Simulator, start: Start):
    """C4: a state may lie on a disk for a year"""
    ids = await sim.submit()
    other = await start(config=BARE, database="other.db")
    document = json.loads(await export(sim))
    document["clock"] = {"mode": "real", "now": "2026-01-01T12:00:00+08:00", "scale": 60}

    await put(other, document)

    listed = await other.messages(f"number=13800000000&state=0&wait=10&submit={ids[0]}")
    assert [message["final_at"] for message in listed] == ["2026-01-01T12:00:30.000000+08:00"]


class TestPushes:
    """C4, P8: what was half done is finished, what was done is not done again."""

    async def test_reports_that_were_gathering_go_on_gathering(self, start: Start, receiver: Receiver):
        sim = await start(with_callback(receiver.url))
        await sim.submit(account="pushed")
        await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T12:00:30.1+08:00"})
        other = await copied(sim, start)
        waits = [life["report_waits"] for one in json.loads(await export(other))["submits"] for life in one["lives"]]

        await other.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T12:00:30.19+08:00"})
        early = await other.pushes()
        await other.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T12:00:30.2+08:00"})
        await receiver.until(lambda: bool(receiver.reports))

        assert waits == [True]
        assert early == []

    async def test_a_push_is_tried_again_when_it_is_due(self, start: Start, receiver: Receiver):
        receiver.answers += [500]
        sim = await start(with_callback(receiver.url), environment=RETRIES)
        await sim.submit(account="pushed")
        await sim.submit(account="pushed", sendtime="20260101120001")
        await sim.advance(31)

        other = await copied(sim, start, environment=RETRIES)
        before = await other.pushes()

        assert [(push["state"], len(push["attempts"])) for push in before] == [("retrying", 1)]
        assert (await other.advance(6))["pushes"] == 0
        assert (await other.advance(2))["pushes"] == 2
        assert [report[0] for report in receiver.reports] == [1, 1, 2]
        assert [len(push["attempts"]) for push in await other.pushes()] == [2, 1]

    async def test_a_cycle_goes_on_to_its_end(self, start: Start, receiver: Receiver):
        receiver.answers += [500] * 9
        sim = await start(with_callback(receiver.url), environment=RETRIES)
        await sim.submit(account="pushed")
        await sim.advance(31)

        other = await copied(sim, start, environment=RETRIES)
        await other.advance(100)

        (push,) = await other.pushes()
        assert (push["state"], len(push["attempts"])) == ("parked", 3)
        assert push["attempts"][2]["verdict"].endswith("attempt 3 of 3: parked")

    async def test_a_parked_one_can_be_asked_for(self, start: Start, receiver: Receiver):
        receiver.answers += [500] * 3
        sim = await start(with_callback(receiver.url), environment=RETRIES)
        await sim.submit(account="pushed")
        await sim.advance(100)

        other = await copied(sim, start)
        answer = await other.control("POST", "pushes/1/retry")
        await other.advance(0)

        assert answer.http_status == 202
        assert [push["state"] for push in await other.pushes()] == ["delivered"]
        assert (await other.control("GET", "messages/1")).json()["pushes"] == [1]

    async def test_what_was_delivered_or_dropped_stays_so(self, start: Start, receiver: Receiver):
        sim = await start(with_callback(receiver.url))
        await sim.submit(account="pushed")
        await sim.advance(31)
        fault = await sim.control("POST", "faults", {"endpoint": "push", "reports": "drop", "times": 1})
        await sim.submit(account="pushed")
        await sim.advance(31)

        other = await copied(sim, start)
        progress = await other.advance(3600)

        assert fault.http_status == 201
        assert progress["pushes"] == 0
        assert [push["state"] for push in await other.pushes()] == ["delivered", "dropped"]
        assert [report[0] for report in receiver.reports] == [1]

    async def test_those_of_the_world_before_are_forgotten(self, start: Start, receiver: Receiver):
        """A PUT under way is dropped, and what waits is nobody's any more"""
        held = asyncio.Event()

        async def hold(_: web.Request) -> web.Response:
            held.set()
            await asyncio.sleep(3600)
            return web.Response()

        receiver.answers += [hold]
        sim = await start(with_callback(receiver.url))
        empty = await export(sim)
        await sim.submit(",".join(str(13_800_000_000 + place) for place in range(90)), account="pushed")
        await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T12:01:00+08:00"})
        await held.wait()

        await put(sim, empty)

        assert await sim.advance(3600) == {"now": "2026-01-01T13:00:00.000000+08:00", "transitions": 0, "pushes": 0}
        assert len(receiver.bodies) == 1
        assert await export(sim) == empty.replace("T12:00:00.000000", "T13:00:00.000000")


async def test_who_waits_is_let_go(sim: Simulator):
    """C4: as by a reset"""
    waiting = asyncio.create_task(sim.control("GET", "messages?state=1006&wait=300"))
    documents = asyncio.create_task(sim.control("GET", "requests?account=none&wait=300"))
    while not (waiting.done() and documents.done()):
        await put(sim, GOLDEN)

    assert [answer.result().json()["complete"] for answer in (waiting, documents)] == [False, False]


async def test_who_listens_goes_on_listening(sim: Simulator):
    """C4: as over a reset"""
    async with listening(sim) as stream:
        await put(sim, GOLDEN)
        (id,) = await sim.submit()

        heard = await stream.next()
        while heard.get("id") != id:
            heard = await stream.next()
        assert heard["account"] == "demo"


async def test_who_waits_later_waits_for_what_is_here_now(sim: Simulator):
    """C4: what was counted before is not counted any more"""
    await sim.submit("13800000000,13800000001")
    assert (await sim.control("GET", "messages?number=13800000001&wait=1")).json()["complete"]
    await put(sim, GOLDEN)

    waiting = asyncio.create_task(sim.control("GET", "messages?number=13800000001&count=2&wait=30"))
    (id,) = await sim.submit("13800000001")

    answer = (await waiting).json()
    assert [message["id"] for message in answer["items"]] == [1, id]


async def test_an_advance_ends_where_it_is(start: Start, receiver: Receiver):
    """C4: as by a reset"""
    held = asyncio.Event()

    async def hold(_: web.Request) -> web.Response:
        held.set()
        await asyncio.sleep(3600)
        return web.Response()

    receiver.answers += [hold]
    sim = await start(with_callback(receiver.url))
    await sim.submit(account="pushed")
    advancing = asyncio.create_task(sim.advance(86_400))
    await held.wait()

    await put(sim, GOLDEN)
    await advancing

    assert (await sim.control("GET", "clock")).json()["now"] == "2026-01-01T12:00:23.000000+08:00"


async def test_what_a_fault_holds_up_is_let_go(start: Start):
    """C3: as by a reset"""
    sim = await start('\n[[faults]]\nendpoint = "getbalance"\ndelay_seconds = 600\nstatus = -12\n')
    held = asyncio.create_task(sim.get("getbalance", DEMO))
    while (await sim.control("GET", "faults/1")).json()["applied"] == 0:
        continue

    await put(sim, GOLDEN)

    assert (await held).status == -12


async def test_a_reset_goes_back_to_the_file(sim: Simulator):
    """C4: reset, as a fresh start with the file last loaded"""
    fresh = await export(sim)
    await put(sim, GOLDEN)

    await sim.control("POST", "reset")

    assert await export(sim) == fresh


async def test_accounts_of_the_document_reset_to_what_they_began_with(start: Start):
    """C4: first_balance and first_gift"""
    sim = await start(config=BARE)
    await put(sim, GOLDEN)

    await sim.control("POST", "reset", {"account": "demo"})

    assert await sim.balance() == ("1.000000", "0.12000")


async def test_a_hundred_thousand_messages_go_in_and_one_more_does_not(start: Start):
    """C4"""
    sim = await start(RICH, config=BARE)
    document = json.loads(await export(sim))
    life = {"outcome": 0, "final_at": "2026-01-01T12:00:30+08:00", "rule": None, "forced_from": None}
    life |= {"state": 1, "sending_at": "2026-01-01T12:00:10+08:00", "report_waits": False}
    submit = {"account": "rich", "content": "Hello", "sender": "", "smstype": 0, "mmstitle": "", "segments": 1}
    submit |= {"price": "0", "paid_balance": "0", "paid_gift": "0", "refunded": "0", "sendtime": None}
    submit |= {"accepted_at": "2026-01-01T12:00:00+08:00"}
    for first in range(1, 100_000, 10_000):
        messages = [[id, str(13_800_000_000 + id)] for id in range(first, first + 10_000)]
        document["submits"].append(submit | {"id": first, "lives": [life | {"messages": messages}]})
    document["next"]["messages"] = 100_002

    await put(sim, document)

    assert (await sim.control("GET", "messages?limit=1")).json()["total"] == 100_000
    assert (await sim.advance(30))["transitions"] == 200_000
    document["submits"].append(submit | {"id": 100_001, "lives": [life | {"messages": [[100_001, "13800000000"]]}]})
    errors = await refused(sim, document)
    assert errors == {"/submits": "a state is imported with up to 100,000 messages, and this one has more"}


async def test_an_export_is_one_moment_while_submits_go_on(start: Start):
    """C4: what was paid and what is left belong together in every one"""
    sim = await start(RICH + '\n[[faults]]\nendpoint = "sendsms"\nbody = "empty"\nprobability = 0\n')
    stop = False

    async def submit(place: int) -> None:
        while not stop:
            await sim.submit(",".join(str(13_800_000_000 + place) for place in range(1 + place * 40)), account="rich")

    submitting = [asyncio.create_task(submit(place)) for place in range(4)]
    documents = [json.loads(await export(sim)) for _ in range(8)]
    stop = True
    await asyncio.gather(*submitting)

    counts = []
    for document in documents:
        (account,) = [one for one in document["accounts"] if one["account"] == "rich"]
        ids = [id for submit in document["submits"] for life in submit["lives"] for id, _ in life["messages"]]
        assert sorted(ids) == list(range(1, document["next"]["messages"]))
        assert float(account["balance"]) == pytest.approx(1_000_000 - 0.05 * len(ids), abs=1e-7)
        counts.append(len(ids))
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


async def test_what_is_under_way_when_a_state_comes_in_does_not_get_into_it(start: Start):
    """C4: a submit belongs to the world before or after, whole; its answer says which"""
    sim = await start(RICH)
    fresh = await export(sim)
    stop = False

    async def submit(place: int) -> set[int]:
        statuses = set()
        while not stop:
            numbers = ",".join(str(13_800_000_000 + place) for place in range(1 + place * 90))
            answer = await sim.post(DEMO | {"account": "rich", "numbers": numbers, "content": "x"})
            assert answer.http_status == 200
            statuses.add(answer.status)
        return statuses

    submitting = [asyncio.create_task(submit(place)) for place in range(6)]
    for _ in range(10):
        await put(sim, fresh)
        document = json.loads(await export(sim))
        (account,) = [one for one in document["accounts"] if one["account"] == "rich"]
        ids = [id for submit in document["submits"] for life in submit["lives"] for id, _ in life["messages"]]
        assert sorted(ids) == list(range(1, document["next"]["messages"]))
        assert float(account["balance"]) == pytest.approx(1_000_000 - 0.05 * len(ids), abs=1e-7)
    stop = True

    assert set().union(*await asyncio.gather(*submitting)) <= {0, -1}


async def test_an_export_that_cannot_be_read_is_503(sim: Simulator):
    """C4"""
    with sim.behind_its_back() as other:
        other.execute("ALTER TABLE pushes RENAME TO gone")

    answer = await sim.control("GET", "state")

    assert answer.http_status == 503


async def test_an_export_that_fails_half_way_is_seen_to_be_cut(start: Start):
    """C4: a part must not pass for the whole"""
    sim = await start(RICH, config=BARE)
    for _ in range(2):
        await sim.submit(",".join(str(13_800_000_000 + place) for place in range(10_000)), account="rich")
    with sim.behind_its_back() as other:
        other.execute("ALTER TABLE pushes RENAME TO gone")

    with pytest.raises(aiohttp.ClientError):
        await sim.control("GET", "state")

    assert (await sim.get("getbalance", DEMO | {"account": "rich"})).status == 0


async def test_a_client_that_leaves_half_way_hurts_nobody(start: Start):
    """C4"""
    sim = await start(RICH, config=BARE)
    for _ in range(10):
        await sim.submit(",".join(str(13_800_000_000 + place) for place in range(10_000)), account="rich")

    for _ in range(5):
        async with sim.wire() as wire:
            await wire.send(b"GET /_sim/state HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await wire.reader.readexactly(1000)

    assert json.loads(await export(sim))["next"]["messages"] == 100_001


class Fickle(list[Any]):
    """The receiver's answers: whether a push is taken depends on nothing but its first report."""

    def __bool__(self) -> bool:
        return True

    def pop(self, _: Any = 0) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=503 if (await request.json())["array"][0][0] % 3 == 0 else 204)

        return answer


class Twins:
    """Some servers to which the same happens. What they answer must be the same."""

    def __init__(self, seed: int, sims: list[Simulator]) -> None:
        self.sims = sims
        self._chance = random.Random(seed)  # noqa: S311  the same story each time
        self._count = 0
        self._seq = 10

    async def live(self, steps: int) -> None:
        for _ in range(steps):
            deed = self._chance.choice(
                [
                    *[self.submit] * 4,
                    *[self.advance] * 3,
                    *(self.digest, self.receive, self.fetch, self.poll, self.step, self.force, self.operate),
                ]
            )
            await deed()

    async def each(self, do: Callable[[Simulator], Any]) -> Answer:
        answers = [await do(sim) for sim in self.sims]
        assert len({_shown(answer) for answer in answers}) == 1, [answer.text for answer in answers]
        first: Answer = answers[0]
        return first

    async def submit(self) -> None:
        account = self._chance.choice(["demo", "pushed", "pushed", "segments", "refunded"])
        tails = ["0", "1", "7", "5", "00001005", "00009001", "00009002"]
        numbers = [f"138{self._chance.randrange(9)}{self._chance.choice(tails)}" for _ in range(self._some(60))]
        more = self._chance.choice([{}, {}, {"sendtime": "20260101120100"}, {"smstype": "1", "mmstitle": "x"}])
        content = self._chance.choice(["Hello", "x" * 161, "你好"])
        asked = {"account": account, "password": "demo123", "numbers": ",".join(numbers), "content": content} | more
        answer = await self.each(lambda sim: sim.post(asked))
        self._count += answer.json()["success"]

    async def digest(self) -> None:
        self._seq += 1
        asked = signed("increasing", str(self._chance.choice([self._seq, self._seq, self._seq - 1])))
        await self.each(lambda sim: sim.get("getbalance", asked))

    async def advance(self) -> None:
        seconds = self._chance.choice([0, 0.1, 1, 5, 9.95, 10, 20, 20.1, 60])
        await self.each(lambda sim: sim.control("POST", "clock/advance", {"seconds": seconds}))

    async def step(self) -> None:
        now = f"2026-01-01T12:0{self._chance.randrange(5)}:00+08:00"
        await self.each(lambda sim: sim.control("PUT", "clock", {"mode": "frozen", "now": now}))
        await self.settle()

    async def settle(self) -> None:
        """Let pushes be made that have begun, however far they are."""
        for sim in self.sims:
            await sim.advance(0)

    async def receive(self) -> None:
        when = f"2026-01-01T12:0{self._chance.randrange(5)}:00+08:00"
        sent = {"from": "10010", "to": "123456", "content": "x", "received_at": when}
        await self.each(lambda sim: sim.control("POST", "inbound", sent))

    async def fetch(self) -> None:
        await self.each(lambda sim: sim.get("getsms", DEMO))

    async def poll(self) -> None:
        ids = ",".join(str(self._some(self._count + 2)) for _ in range(20))
        account = {"account": self._chance.choice(["demo", "pushed"]), "password": "demo123"}
        await self.each(lambda sim: sim.get("getreport", account | {"ids": ids}))

    async def force(self) -> None:
        id, state = self._some(self._count + 1), self._chance.choice([0, 1001])
        await self.each(lambda sim: sim.control("PATCH", f"messages/{id}", {"state": state}))
        await self.settle()

    async def operate(self) -> None:
        method, path, body = self._chance.choice(
            [
                ("POST", "rules", {"number": {"suffix": "5"}, "outcome": 1006, "times": 4}),
                ("POST", "rules", {"account": "pushed", "outcome": 0, "sending_seconds": {"uniform": [0, 9]}}),
                ("DELETE", "rules", None),
                ("POST", "faults", {"endpoint": "getsms", "repeat_inbound": True, "times": 2}),
                ("POST", "faults", {"endpoint": "push", "reports": "drop", "times": 2}),
                ("DELETE", "faults/1", None),
                ("DELETE", "messages", None),
                ("PATCH", "accounts/demo", {"balance": "77", "price": "0.07"}),
                ("PATCH", "accounts/segments", {"locked": True}),
                ("POST", "accounts", {"account": "late", "password": "p", "numbers": ["777"]}),
                ("DELETE", "accounts/late", None),
                ("POST", "reset", {"account": "refunded"}),
            ]
        )
        await self.each(lambda sim: sim.control(method, path, body))

    def _some(self, most: int) -> int:
        return self._chance.randrange(1, most + 1)


def _shown(answer: Answer) -> str:
    return re.sub(r'"duration_ms":[0-9]+', "", f"{answer.http_status} {answer.text}")


async def states(sims: list[Simulator]) -> list[str]:
    return [re.sub(r'"duration_ms":[0-9]+', "", await export(sim)) for sim in sims]


@pytest.mark.parametrize("seed", range(6))
async def test_a_copy_lives_the_life_of_the_original(start: Start, receiver: Receiver, seed: int):
    """C4: whatever has happened, the copy is byte for byte the same, and from then on the same happens to both"""
    receiver.answers = Fickle()
    world = with_callback(receiver.url) + REFUNDED
    sim = await start(world, environment=RETRIES)
    twins = Twins(seed, [sim])
    await twins.live(60)
    document = await export(sim)

    other = await start(world, database="other.db", environment=RETRIES)
    await put(other, document)

    assert await export(other) == document
    twins.sims.append(other)
    await twins.live(40)
    await twins.each(lambda one: one.control("POST", "clock/advance", {"seconds": 3600}))
    one, two = await states(twins.sims)
    assert one == two
