"""A request of the journal is found by what came of it, and sent again (C4)."""

import asyncio

import pytest

from tests.conftest import DEMO, GOOD, Simulator, Start, signed


async def ids(sim: Simulator, query: str) -> list[int]:
    answer = await sim.control("GET", f"requests?{query}")
    assert answer.http_status == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def send(sim: Simulator, id: int, **body: bool) -> dict:
    answer = await sim.control("POST", f"requests/{id}/send", body or None)
    assert answer.http_status == 201, answer.text
    return answer.json()


async def test_requests_are_found_by_what_was_wrong_with_them(sim: Simulator):
    """C4, C5: a finding is the code of a reason or of a note"""
    await sim.get("getbalance", DEMO | {"password": "wrong"})
    await sim.get("getbalance", DEMO)
    await sim.get("getbalance", DEMO | {"version": "9"})
    await sim.get("getsms", DEMO | {"password": "wrong", "version": "9"})

    assert await ids(sim, "finding=auth-password-mismatch") == [1, 4]
    assert await ids(sim, "finding=version-unknown") == [3, 4]
    assert await ids(sim, "finding=version-unknown&status=0") == [3]
    refused = await sim.control("GET", "requests?finding=version")
    assert (refused.http_status, refused.json()["errors"][0]["pointer"]) == (422, "/finding")
    assert "the nearest is version-unknown" in refused.text


async def test_a_message_leads_to_the_request_that_made_it(sim: Simulator):
    """C4: a submit's id is the first one of its answer, of however many"""
    await sim.submit("13800000000,13800000001")
    await sim.get("sendsms", GOOD | {"content": " "})
    (plus,) = await sim.submit("+8613800000000")
    many = await sim.submit(",".join(f"138{n:08d}" for n in range(500)))

    assert await ids(sim, "submit=1") == [1]
    assert await ids(sim, "submit=2") == []
    assert await ids(sim, f"submit={plus}") == [3]
    assert await ids(sim, f"submit={many[0]}") == [4]
    assert (await sim.messages(f"submit={many[0]}&limit=1"))[0]["submit"] == many[0]


@pytest.mark.parametrize("filters", ["finding=content-blank", "submit=2"])
async def test_a_wait_heeds_every_filter(sim: Simulator, filters: str):
    """C4"""
    waiting = asyncio.create_task(sim.control("GET", f"requests?{filters}&wait=30"))
    await sim.submit()
    await sim.get("sendsms", GOOD | {"content": " "})
    await sim.submit()

    shown = (await waiting).json()
    assert (shown["complete"], shown["total"]) == (True, 1)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_is_sent_again_with_the_right_password(sim: Simulator, method: str):
    """C4: whatever the password was, and everything else as it came"""
    odd = GOOD | {"password": "wrong", "content": "5 + 5 = 100 %\n'ü' \"<b>\" 你好 &x=1#", "sender": "A C"}
    await (sim.get("sendsms", odd) if method == "GET" else sim.post(odd))

    made = await send(sim, 1)

    assert (made["id"], made["method"], made["status"], made["notes"]) == (2, method, 0, [])
    assert made["parameters"] == odd | {"password": "***"}
    assert made == (await sim.control("GET", "requests/2")).json()
    (message,) = await sim.messages()
    assert (message["content"], message["sender"]) == (odd["content"], "A C")


async def test_a_password_that_was_forgotten_is_put_in(sim: Simulator):
    """C4"""
    await sim.get("getbalance", {"account": "demo"})

    assert (await send(sim, 1))["status"] == 0


@pytest.mark.parametrize("account", ["digest", "either", "unique", "increasing", "punctual"])
async def test_a_signed_request_is_signed_anew(sim: Simulator, account: str):
    """C4, P1.5, P1.6: with a seq and a time that the account takes, as often as one likes"""
    await sim.get("getbalance", signed(account, "7"))
    await sim.advance(3600)

    again = [await send(sim, 1) for _ in range(2)] + [await send(sim, 3)]

    assert [one["status"] for one in again] == [0, 0, 0]
    assert [one["parameters"]["seq"] for one in again] == ["8", "9", "10"]
    assert {one["parameters"]["time"] for one in again} == {"1767243600"}
    assert not [one for one in again if one["notes"]]
    assert {one["parameters"]["password"] for one in again} == {"***"}


async def test_many_are_signed_at_once(sim: Simulator):
    """P1.6: each has a seq of its own"""
    await sim.get("getbalance", signed("unique"))

    again = await asyncio.gather(*(send(sim, 1) for _ in range(8)))

    assert {one["status"] for one in again} == {0}
    assert len({one["id"] for one in again}) == 8


async def test_a_plain_password_to_an_account_that_takes_digests_is_sent_as_one(sim: Simulator):
    """P1.6: one that takes either stays with what it was sent"""
    await sim.get("getbalance", {"account": "digest", "password": "demo123"})
    await sim.get("getbalance", {"account": "either", "password": "demo123"})

    assert set((await send(sim, 1))["parameters"]) == {"account", "password", "seq", "time"}
    assert set((await send(sim, 2))["parameters"]) == {"account", "password"}


async def test_a_request_is_sent_again_as_it_was_sent(sim: Simulator):
    """C4: with the wrong password, or the seq that was used"""
    await sim.get("getbalance", DEMO | {"password": "wrong"})
    await sim.get("getbalance", signed("unique"))
    await sim.post(GOOD | {"password": "wrong"})
    await sim.request("GET", "/getbalance?account=demo&password=demo123&account=other&x=%zz")

    again = [await send(sim, id, as_sent=True) for id in (1, 2, 3, 4)]

    assert [one["reason"] and one["reason"]["code"] for one in again] == [
        "auth-password-mismatch",
        "seq-used",
        "auth-password-mismatch",
        None,
    ]
    assert again[3]["notes"] == (await sim.control("GET", "requests/4")).json()["notes"]


@pytest.mark.parametrize(
    ("effect", "delivered", "http_status"),
    [({"connection": "reset"}, False, None), ({"body": "truncated"}, False, 200), ({"http_status": 503}, True, 503)],
)
async def test_what_a_fault_makes_of_it_is_told_as_for_every_client(sim: Simulator, effect, delivered, http_status):
    """C3, C4"""
    await sim.get("getbalance", DEMO)
    await sim.control("POST", "faults", {"endpoint": "getbalance"} | effect)

    made = await send(sim, 1)

    assert (made["id"], made["delivered"], made["http_status"]) == (2, delivered, http_status)


async def test_without_diagnosis_headers_it_is_found_all_the_same(start: Start):
    """C5"""
    sim = await start(diagnosis_headers=False)
    await sim.get("getbalance", DEMO)
    await sim.post(GOOD)

    assert [(await send(sim, id))["id"] for id in (1, 2)] == [3, 4]


async def test_a_long_request_is_sent_again_if_it_is_kept_whole(sim: Simulator):
    """C3: percent-encoded it was over 2 KiB, its text is not"""
    await sim.get("sendsms", GOOD | {"content": "你好" * 150})
    await sim.post(GOOD | {"content": "x" * 1000, "numbers": ",".join(["13800000000"] * 200)})

    whole = await send(sim, 1)
    cut = await sim.control("POST", "requests/2/send")
    as_sent = await sim.control("POST", "requests/1/send", {"as_sent": True})

    assert (whole["status"], whole["parameters"]["content"]) == (0, "你好" * 150)
    assert (cut.http_status, as_sent.http_status) == (409, 409)
    assert "longer than the journal keeps" in cut.json()["detail"]
    assert "password was not kept" in as_sent.json()["detail"]
    assert (await sim.control("GET", "requests")).json()["total"] == 3


@pytest.mark.parametrize(
    ("method", "target", "why"),
    [
        ("GET", "/getbalance?account=nobody&password=x", "there is no account 'nobody'"),
        ("GET", "/getbalance?password=x", "it names no account"),
        ("GET", "/balance?account=demo&password=x", "/balance is no path of the gateway"),
        ("POST", "/getsms?account=demo&password=x", "/getsms takes GET"),
    ],
)
async def test_what_cannot_be_sent_again_says_why(sim: Simulator, method: str, target: str, why: str):
    """C4"""
    await sim.request(method, target)

    answer = await sim.control("POST", "requests/1/send")

    assert answer.http_status == 409
    assert answer.json()["detail"].startswith(why)
    assert (await sim.control("POST", "requests/9/send")).http_status == 404


async def test_no_secret_is_told_of_a_request_that_was_sent_again(sim: Simulator):
    """C4: neither the password nor the digest that was made"""
    await sim.get("getbalance", signed("digest", "3"))

    answer = await sim.control("POST", "requests/1/send")

    right = signed("digest", "4")["password"]
    everything = answer.text + (await sim.control("GET", "requests")).text + (await sim.control("GET", "findings")).text
    assert answer.json()["parameters"]["seq"] == "4"
    assert not [secret for secret in ("demo123", "demokey", right) if secret in everything]
