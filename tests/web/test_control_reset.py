"""Reset, of everything and of one account (C4)."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from tests.conftest import DEMO, FIXTURES, Receiver, Simulator, signed, with_callback

BARE = FIXTURES / "bare.toml"
ONCE = '\n[[rules]]\naccount = "{}"\nnumber = {{ suffix = "5" }}\noutcome = 1001\ntimes = 1\n'
OTHER = {"account": "either", "password": "demo123"}


async def reset(sim: Simulator, body: object = None, status: int = 204) -> None:
    answer = await sim.control("POST", "reset", body)
    assert answer.http_status == status, answer.text
    assert status != 204 or answer.body == b""


async def ends(sim: Simulator, *numbers: str, **more: str) -> list[int]:
    ids = await sim.submit(",".join(numbers), **more)
    await sim.advance(30)
    return [(await sim.control("GET", f"messages/{id}")).json()["state"] for id in ids]


@pytest.mark.parametrize("body", [None, {}, {"account": None}])
async def test_a_reset_begins_everything_anew(start, receiver: Receiver, body: object):
    """C4: ids from 1, balances, rules, clock"""
    sim = await start(with_callback(receiver.url) + ONCE.format("demo"))
    await sim.submit(account="pushed")
    first = await ends(sim, "13800000005", "13800000015")
    await sim.control("POST", "inbound", {"from": "1", "to": "123456", "content": "x"})

    await reset(sim, body)

    totals = [(await sim.control("GET", path)).json()["total"] for path in ("messages", "inbound", "pushes")]
    assert totals == [0, 0, 0]
    assert await sim.balance() == ("1000.000000", "50.00000")
    assert (await sim.control("GET", "clock")).json()["now"] == "2026-01-01T12:00:00.000000+08:00"
    assert await sim.submit(account="pushed") == [1]
    assert await ends(sim, "13800000005", "13800000015") == first == [1001, 0]
    assert [push["id"] for push in await sim.pushes()] == [1]
    inbound = await sim.control("POST", "inbound", {"from": "1", "to": "123456", "content": "x"})
    assert inbound.json()["id"] == 1


async def test_a_reset_forgets_what_was_due(sim: Simulator):
    """C4"""
    await sim.submit()

    await reset(sim)
    progress = await sim.advance(3600)

    assert progress["transitions"] == 0


async def test_a_reset_puts_the_clock_back_to_the_files_mode(sim: Simulator):
    """C4"""
    await sim.control("PUT", "clock", {"mode": "scaled", "scale": 7})

    await reset(sim)

    assert (await sim.control("GET", "clock")).json() == {
        "mode": "frozen",
        "now": "2026-01-01T12:00:00.000000+08:00",
        "scale": 60,
    }


async def test_a_clock_that_the_file_freezes_at_the_start_is_frozen_at_the_reset(start, tmp_path: Path):
    """C4, C3: as a fresh start"""
    file = tmp_path / "frozen.toml"
    file.write_text('[server]\nclock = "frozen"\n[[accounts]]\naccount = "demo"\npassword = "demo123"\n')
    sim = await start(config=file)
    await sim.advance(10 * 86_400)

    await reset(sim)

    now = datetime.fromisoformat((await sim.control("GET", "clock")).json()["now"])
    assert abs((now - datetime.now(UTC)).total_seconds()) < 60


async def test_a_reset_forgets_seqs_and_failures(sim: Simulator):
    """C4: seq memory; P1.6, P2 order 3"""

    async def outcomes() -> list[int]:
        calls = [signed("unique", "7"), signed("unique", "7"), signed("increasing", "9"), signed("increasing", "8")]
        found = [(await sim.get("getbalance", call)).status for call in calls]
        for _ in range(3):
            await sim.get("getsms", {"account": "fragile", "password": "wrong"})
        return [*found, (await sim.get("getsms", {"account": "fragile", "password": "demo123"})).status]

    before = await outcomes()
    await reset(sim)
    after = await outcomes()

    assert before == after == [0, -1, 0, -1, -13]


async def test_a_reset_is_kept(start):
    """C4: it is stored like everything."""
    sim = await start()
    await sim.submit()
    await reset(sim)
    await sim.server.stop()

    again = await start()

    assert await again.balance() == ("1000.000000", "50.00000")
    assert await again.submit() == [1]


async def test_a_reset_ends_a_push_that_is_under_way(start, receiver: Receiver):
    """C4"""
    released = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    sim = await start(with_callback(receiver.url), config=BARE)
    receiver.answers = [hang]
    await sim.submit(account="pushed")
    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T13:00:00+08:00"})
    await receiver.until(lambda: len(receiver.bodies) == 1)

    await reset(sim)
    released.set()
    await sim.submit(account="pushed")
    await sim.advance(30)

    assert [push["id"] for push in await sim.pushes()] == [1]
    assert receiver.bodies[0] == receiver.bodies[1]
    assert len(receiver.bodies) == 2


async def test_a_reset_ends_an_advance_that_waits_for_a_callback(start, receiver: Receiver):
    """C4: pending delays, hangs and waits end first."""
    released = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    sim = await start(with_callback(receiver.url), config=BARE)
    receiver.answers = [hang] * 3
    await sim.submit(account="pushed")
    advance = asyncio.create_task(sim.control("POST", "clock/advance", {"seconds": 3600}))
    await receiver.until(lambda: len(receiver.bodies) == 1)

    await asyncio.wait_for(reset(sim), 5)
    ended = await asyncio.wait_for(advance, 5)
    released.set()

    assert ended.http_status == 200
    assert await sim.messages() == []
    assert (await sim.control("GET", "clock")).json()["now"] == "2026-01-01T12:00:00.000000+08:00"


async def test_requests_beside_a_reset_are_answered(sim: Simulator):
    """C4"""
    answers = await asyncio.gather(
        *[sim.post(DEMO | {"numbers": "13800000000", "content": "x"}) for _ in range(50)],
        *[sim.control("POST", "reset") for _ in range(5)],
        *[sim.post(DEMO | {"numbers": "13800000000", "content": "x"}) for _ in range(50)],
    )
    await reset(sim)

    assert {answer.http_status for answer in answers} == {200, 204}
    assert {answer.status for answer in answers if answer.http_status == 200} == {0}
    assert await sim.balance() == ("1000.000000", "50.00000")
    assert await sim.submit() == [1]


async def test_a_reset_of_one_account_removes_what_is_its_own(start, receiver: Receiver):
    """C4"""
    sim = await start(
        with_callback(receiver.url, "demo2")
        + with_callback(receiver.url)
        + ONCE.format("pushed")
        + ONCE.format("demo2")
    )
    for account in ("pushed", "demo2"):
        assert await ends(sim, "13800000005", account=account) == [1001]
    await sim.control(
        "POST", "inbound", [{"from": "1", "to": "1", "content": "x", "account": a} for a in ("pushed", "demo2")]
    )
    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-02T00:00:00+08:00"})

    await reset(sim, {"account": "pushed"})

    for path in ("messages", "inbound", "pushes"):
        items = (await sim.control("GET", path)).json()["items"]
        assert [(one["id"], one["account"]) for one in items] == [(2, "demo2")], path
    assert await sim.balance("pushed") == ("10000.000000", "0.00000")
    assert await sim.balance("demo2") == ("9999.950000", "0.00000")
    assert (await sim.control("GET", "clock")).json()["now"] == "2026-01-02T00:00:00.000000+08:00"


async def test_a_reset_of_one_account_does_not_give_ids_again(sim: Simulator):
    """C4, P4.2: ids are the server's."""
    await sim.submit()
    await sim.submit("13800000001,13800000002", account="either")

    await reset(sim, {"account": "either"})

    assert await sim.submit(account="either") == [4]


async def test_ids_are_not_given_again_after_a_restart_either(start):
    """C4, P4.2"""
    sim = await start()
    await sim.submit(account="either")
    await reset(sim, {"account": "either"})
    await sim.server.stop()

    again = await start()

    assert await again.submit(account="either") == [2]


async def test_a_reset_of_one_account_counts_its_rules_anew_and_no_others(start):
    """C4, P9.2: the account's rules"""
    sim = await start(ONCE.format("demo") + ONCE.format("either"))
    before = [await ends(sim, "13800000005", "13800000015", account=account) for account in ("demo", "either")]

    await reset(sim, {"account": "demo"})

    after = [await ends(sim, "13800000005", "13800000015", account=account) for account in ("demo", "either")]
    assert before == [[1001, 0], [1001, 0]]
    assert after == [[1001, 0], [0, 0]]


async def test_a_reset_of_one_account_forgets_its_seqs_and_failures(sim: Simulator):
    """C4"""
    first = [(await sim.get("getbalance", signed(account, "7"))).status for account in ("unique", "increasing")]
    for _ in range(3):
        await sim.get("getsms", {"account": "fragile", "password": "wrong"})

    for account in ("unique", "increasing", "fragile"):
        await reset(sim, {"account": account})

    again = [(await sim.get("getbalance", signed(account, "7"))).status for account in ("unique", "increasing")]
    fragile = await sim.get("getsms", {"account": "fragile", "password": "demo123"})
    assert first == again == [0, 0]
    assert fragile.status == 0


async def test_a_reset_of_one_account_lets_the_others_pushes_go_on(start, receiver: Receiver):
    """C4"""
    sim = await start(with_callback(receiver.url, "a") + with_callback(receiver.url, "b"), config=BARE)
    receiver.answers = [500, 500]
    for account in ("a", "b"):
        await sim.submit(account=account)
    await sim.advance(30)

    await reset(sim, {"account": "a"})
    await sim.advance(60)

    assert sorted(report[0] for report in receiver.reports) == [1, 2, 2]


async def test_an_account_that_does_not_exist_cannot_be_reset(sim: Simulator):
    """C4"""
    await sim.submit()

    await reset(sim, {"account": "nobody"}, 404)
    await reset(sim, {"acount": "demo"}, 422)
    await reset(sim, {"account": 5}, 422)

    assert len(await sim.messages()) == 1


async def test_a_reset_of_one_account_gives_it_back_the_settings_of_the_file(sim: Simulator):
    """C4: as a fresh start; the others keep theirs"""
    before = (await sim.control("GET", "accounts/demo?secrets=true")).json()
    changes = {"password": "other", "locked": True, "price": "1", "balance": "3", "numbers": []}
    await sim.control("PATCH", "accounts/demo", changes)
    await sim.control("PATCH", "accounts/either", {"price": "1"})

    await reset(sim, {"account": "demo"})

    assert (await sim.control("GET", "accounts/demo?secrets=true")).json() == before
    assert (await sim.control("GET", "accounts/either")).json()["price"] == "1"
    assert (await sim.submit()) == [1]
    arrived = await sim.control("POST", "inbound", {"from": "1", "to": "123456", "content": "x"})
    assert arrived.json()["account"] == "demo"


async def test_a_reset_of_one_account_takes_no_number_from_another(sim: Simulator):
    """C3: a number belongs to one account"""
    await sim.control("PATCH", "accounts/demo", {"numbers": []})
    await sim.control("POST", "accounts", {"account": "new", "password": "p", "numbers": ["123456"]})

    await reset(sim, {"account": "demo"})

    assert (await sim.control("GET", "accounts/demo")).json()["numbers"] == ["+8610690"]


async def test_an_account_of_the_control_api_keeps_its_settings_and_gets_its_first_money(sim: Simulator):
    """C4"""
    await sim.control("POST", "accounts", {"account": "new", "password": "p", "balance": "10"})
    await sim.control("PATCH", "accounts/new", {"balance": "1", "price": "0.5"})
    await sim.submit(account="new", password="p")

    await reset(sim, {"account": "new"})

    shown = (await sim.control("GET", "accounts/new")).json()
    assert (shown["balance"], shown["price"]) == ("10", "0.5")
    assert await sim.messages() == []


async def test_a_newcomer_begins_anew_like_its_model(start):
    """C3, C4: with the password that it has"""
    sim = await start(auto_accounts="demo")
    await sim.submit(account="auto-7", password="mine")
    await sim.control("PATCH", "accounts/auto-7", {"locked": True, "price": "9"})

    await reset(sim, {"account": "auto-7"})

    model = (await sim.control("GET", "accounts/demo?secrets=true")).json()
    newcomer = (await sim.control("GET", "accounts/auto-7?secrets=true")).json()
    assert newcomer == model | {"account": "auto-7", "password": "mine", "numbers": []}


async def test_a_reset_of_one_account_removes_its_rules_of_the_control_api(start):
    """C4: what is that account's own; those of the file count anew, see above"""
    sim = await start(ONCE.format("demo"))
    for account in ("demo", "either", None):
        await sim.control("POST", "rules", {"account": account, "outcome": 1002})

    await reset(sim, {"account": "demo"})

    left = (await sim.control("GET", "rules")).json()["items"]
    assert [(rule["id"], rule["account"]) for rule in left] == [(1, None), (2, "demo"), (4, "either"), (5, None)]


async def test_a_reset_of_one_account_waits_for_no_advance(start, receiver: Receiver):
    """C4: what is under way of that account ends, and the advance goes on"""
    released = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    sim = await start(with_callback(receiver.url, "a") + with_callback(receiver.url, "b"), config=BARE)
    receiver.answers = [hang]
    await sim.submit(account="a")
    advance = asyncio.create_task(sim.control("POST", "clock/advance", {"seconds": 3600}))
    await receiver.until(lambda: len(receiver.bodies) == 1)
    await sim.submit(account="b")

    await asyncio.wait_for(reset(sim, {"account": "a"}), 5)
    ended = await asyncio.wait_for(advance, 5)
    released.set()

    assert ended.json()["now"] == "2026-01-01T13:00:00.000000+08:00"
    assert [(message["account"], message["state"]) for message in await sim.messages()] == [("b", 0)]
    assert receiver.reports[-1][0] == 2


async def test_accounts_that_come_beside_a_reset_are_known_if_they_are_kept(sim: Simulator):
    """C4: what memory knows and what is stored never differ"""
    for _ in range(5):
        calls = [
            sim.control("POST", "accounts", {"account": f"a{n}", "password": "p", "balance": "1"}) for n in range(20)
        ]
        await asyncio.gather(*calls[:10], sim.control("POST", "reset"), *calls[10:])

        known = {one["account"] for one in (await sim.control("GET", "accounts")).json()["items"]}
        with sim.behind_its_back() as database:
            assert known == {name for (name,) in database.execute("SELECT name FROM accounts")}
        used = [await sim.submit(account=name, password="p") for name in known if name[1:].isdigit()]
        assert len(used) == len(known) - 12
        await sim.control("POST", "reset")
