"""The journal of clients' requests (C4), and the header that leads to it (C5)."""

import asyncio

import pytest

from tests.conftest import DEMO, GOOD, Simulator, Start, signed


async def entries(sim: Simulator, query: str = "") -> list[dict]:
    answer = await sim.control("GET", f"requests?{query}")
    assert answer.http_status == 200, answer.text
    return answer.json()["items"]


async def test_an_entry_tells_what_came_and_what_went(sim: Simulator):
    """C4"""
    sent = await sim.get("sendsms", GOOD | {"numbers": "13800000000,86-1", "colour": "red"})

    answer = await sim.control("GET", "requests/1")
    entry = answer.json()
    assert entry.pop("duration_ms") >= 0
    assert [note["code"] for note in entry.pop("notes")] == sent.notes
    assert entry == {
        "id": 1,
        "at": "2026-01-01T12:00:00.000000+08:00",
        "endpoint": "sendsms",
        "method": "GET",
        "peer": "127.0.0.1",
        "account": "demo",
        "parameters": GOOD | {"numbers": "13800000000,86-1", "colour": "red", "password": "***"},
        "status": 0,
        "http_status": 200,
        "reason": None,
        "answer": sent.text,
        "delivered": True,
    }


async def test_a_refusal_is_kept_with_its_reason(sim: Simulator):
    """C4, C5"""
    sent = await sim.post(GOOD | {"password": "wrong"})

    (entry,) = await entries(sim)
    assert (entry["method"], entry["status"], entry["answer"]) == ("POST", -1, sent.text)
    assert sent.headers["X-EIMS-Sim-Reason"] == f"{entry['reason']['code']}; {entry['reason']['text']}"


async def test_every_answer_tells_its_number(sim: Simulator):
    """C5"""
    answers = [
        await sim.get("getbalance", DEMO),
        await sim.get("getreport", DEMO),
        await sim.get("no/such/path", DEMO),
        await sim.request("DELETE", "/sendsms"),
        await sim.post(GOOD),
    ]

    assert [answer.headers["X-EIMS-Sim-Request"] for answer in answers] == ["1", "2", "3", "4", "5"]


async def test_without_diagnosis_headers_nothing_travels_but_the_journal_knows(start: Start):
    """C5"""
    sim = await start(diagnosis_headers=False)

    answers = [
        await sim.get("getbalance", {"account": "demo"}),
        await sim.get("nowhere"),
        await sim.get("getsms", DEMO),
    ]

    assert not [name for answer in answers for name in answer.headers if name.startswith("X-EIMS")]
    shown = await entries(sim)
    assert [(one["endpoint"], one["status"]) for one in shown] == [("getbalance", -1), ("nowhere", None), ("getsms", 0)]
    assert shown[0]["reason"]["code"] == "password-missing"


async def test_paths_that_nobody_knows_are_kept_and_the_control_api_never(sim: Simulator):
    """C4"""
    await sim.get("queryBalance", DEMO)
    await sim.request("GET", "/")
    await sim.control("GET", "messages")
    await sim.control("GET", "nowhere")
    await sim.request("GET", "/_sim")

    shown = await entries(sim)
    assert [(one["endpoint"], one["http_status"], one["account"]) for one in shown] == [
        ("queryBalance", 404, "demo"),
        ("", 404, None),
    ]


async def test_what_is_no_http_is_kept_too(sim: Simulator):
    """C4: the client sees a 400, the journal says why"""
    async with sim.wire() as wire:
        await wire.send(b"GET /sendsms?content=two words HTTP/1.1\r\n\r\n")
        answer = await wire.answer()

    (entry,) = await entries(sim)
    assert answer.headers["X-EIMS-Sim-Request"] == "1"
    assert (entry["http_status"], entry["status"], entry["reason"]["code"]) == (400, None, answer.reason)


@pytest.mark.parametrize(
    ("sent", "masked"),
    [
        ({"password_pengguna": "demo123"}, {"password_pengguna"}),
        ({"apiKey": "x", "SIGN": "y", "pwd": "z"}, {"apiKey", "SIGN", "pwd"}),
        ({"content": "demo123"}, {"content"}),
    ],
)
async def test_secrets_are_masked(sim: Simulator, sent: dict, masked: set):
    """C4"""
    await sim.get("sendsms", GOOD | sent)
    await sim.post(GOOD | sent)

    for entry in await entries(sim):
        shown = {name for name, value in entry["parameters"].items() if value == "***"}
        assert shown == masked | {"password"}
        assert "demo123" not in str(entry)


async def test_the_rest_of_a_password_that_was_cut_is_masked(start: Start):
    """C4, P1.8: an & that was not escaped makes a name of it"""
    sim = await start('\n[[accounts]]\naccount = "cut"\npassword = "s3cr3t&t41l&h1nd=er"\n')

    await sim.request("GET", "/sendsms?account=cut&password=s3cr3t&t41l&h1nd=er&numbers=1&content=Hello")
    await sim.request("GET", "/sendsms?account=CUT&password=s3cr3t&t41l&h1nd=&numbers=1&content=Hello")

    known, unknown = [entry["parameters"] for entry in await entries(sim)]
    assert known == {"account": "cut", "password": "***", "***": "***", "numbers": "1", "content": "Hello"}
    assert unknown == known | {"account": "CUT"}


async def test_a_query_that_lost_its_question_mark_is_nowhere_told(sim: Simulator, caplog):
    """C4: nor in the log"""
    caplog.set_level("INFO")
    paths = ["/getbalance&account=demo&password=demo123", "/getbalance%3Faccount=demo%26password=demo123"]

    answers = [await sim.request("GET", path) for path in paths]
    whole = f"http://demo:demo123@{sim.url.partition('//')[2]}/nothing"
    async with sim.wire() as wire:
        await wire.send(f"GET {whole} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answers.append(await wire.answer())

    assert [answer.http_status for answer in answers] == [404, 404, 404]
    assert ["nearest known path is /getbalance" in answer.text for answer in answers] == [True, True, False]
    assert [entry["endpoint"] for entry in await entries(sim)] == ["getbalance…", "getbalance…", "nothing"]
    told = caplog.text + str(await entries(sim)) + "".join(f"{answer.headers}{answer.text}" for answer in answers)
    assert "demo123" not in told
    assert caplog.text.count("HTTP 404 GET /getbalance… from 127.0.0.1") == 2


async def test_a_digest_is_a_secret_as_well(sim: Simulator):
    """C4"""
    parameters = signed("digest")

    await sim.get("getbalance", parameters)

    assert parameters["password"] not in str(await entries(sim))


async def test_long_requests_and_answers_are_cut(sim: Simulator):
    """C3: 2 KiB each; the long one hides no other"""
    numbers = ",".join(f"138{n:08d}" for n in range(1000))

    await sim.post(GOOD | {"numbers": numbers, "password": "demo123"})

    (entry,) = await entries(sim)
    assert sum(len(value) for value in entry["parameters"].values()) <= 2048 + 1
    assert entry["parameters"]["content"] == "Hello"
    assert entry["parameters"]["password"] == "***"
    assert entry["parameters"]["numbers"].startswith(numbers[:1500])
    assert entry["parameters"]["numbers"].endswith("…")
    assert len(entry["answer"]) == 2049


async def test_the_journal_is_bounded_in_count(start: Start):
    """C3"""
    sim = await start(journal_entries=3)
    for _ in range(5):
        await sim.get("getbalance", DEMO)

    assert [one["id"] for one in await entries(sim)] == [3, 4, 5]
    assert (await sim.control("GET", "requests/2")).http_status == 404
    assert (await sim.control("GET", "requests/6")).http_status == 404


async def test_the_journal_is_bounded_in_bytes(start: Start):
    """C3"""
    sim = await start(journal_bytes=10_000)
    for turn in range(20):
        await sim.post(GOOD | {"content": f"{turn}" + "x" * 1000})

    shown = await entries(sim)
    assert 5 <= len(shown) <= 9
    assert shown[-1]["id"] == 20


async def test_filters_and_pages(sim: Simulator):
    """C4"""
    await sim.get("getbalance", DEMO)
    await sim.get("getbalance", {"account": "nobody", "password": "x"})
    await sim.advance(60)
    await sim.get("getsms", DEMO)
    await sim.get("getsms", {"account": "demo"})

    async def ids(query: str) -> list[int]:
        return [one["id"] for one in await entries(sim, query)]

    assert await ids("endpoint=getbalance") == [1, 2]
    assert await ids("account=nobody") == [2]
    assert await ids("status=-1") == [2, 4]
    assert await ids("since=2026-01-01T12:00:30%2B08:00") == [3, 4]
    assert await ids("order=desc&limit=2") == [4, 3]
    assert await ids("order=desc&after=3") == [2, 1]
    assert await ids("after=2&limit=1") == [3]
    page = (await sim.control("GET", "requests?limit=1&status=-1")).json()
    assert (page["next"], page["total"]) == (2, 2)


async def test_a_wait_is_over_when_enough_match(sim: Simulator):
    """C4: those that were there already count"""
    await sim.get("getbalance", DEMO)
    waiting = asyncio.create_task(sim.control("GET", "requests?endpoint=getbalance&count=2&wait=30"))
    await sim.get("getsms", DEMO)
    await sim.get("getbalance", DEMO)

    shown = (await waiting).json()
    assert shown["complete"] is True
    assert [one["id"] for one in shown["items"]] == [1, 3]


async def test_a_wait_that_is_not_satisfied_says_so(sim: Simulator):
    """C4"""
    shown = (await sim.control("GET", "requests?wait=0.05")).json()

    assert shown == {"items": [], "next": None, "total": 0, "complete": False}


async def test_a_reset_ends_waits_and_begins_the_journal_anew(sim: Simulator):
    """C4"""
    await sim.get("getbalance", DEMO)
    waiting = asyncio.create_task(sim.control("GET", "requests?count=9&wait=60"))
    await sim.control("GET", "requests")  # the wait has begun before this was asked
    await sim.control("POST", "reset")

    assert (await waiting).json()["complete"] is False
    answer = await sim.get("getbalance", DEMO)
    assert answer.headers["X-EIMS-Sim-Request"] == "1"
    assert [one["id"] for one in await entries(sim)] == [1]


async def test_deleting_empties_and_ids_go_on(sim: Simulator):
    """C4"""
    await sim.get("getbalance", DEMO)

    deleted = await sim.control("DELETE", "requests")
    await sim.get("getbalance", DEMO)

    assert deleted.http_status == 204
    assert [one["id"] for one in await entries(sim)] == [2]


async def test_behind_a_proxy_the_client_is_the_peer(start: Start):
    """C4, P2 order 2"""
    sim = await start(trusted_proxies=["127.0.0.1/32"])

    await sim.get("getbalance", DEMO, headers={"X-Forwarded-For": "203.0.113.9"})

    assert (await entries(sim))[0]["peer"] == "203.0.113.9"


@pytest.mark.parametrize("kept", [3, 100])
async def test_a_page_of_everything_is_as_one_of_a_filter(start: Start, kept: int):
    """C4: whatever `after` says, and whatever is not kept any more"""
    sim = await start(journal_entries=kept)
    for _ in range(7):
        await sim.get("getbalance", DEMO)

    for order in ("asc", "desc"):
        for after in ("", *(f"&after={id}" for id in (0, 1, 3, 4, 5, 6, 7, 8, 2**63 - 1))):
            page = f"order={order}&limit=2{after}"
            everything = (await sim.control("GET", f"requests?{page}")).json()
            assert everything == (await sim.control("GET", f"requests?{page}&endpoint=getbalance")).json()
