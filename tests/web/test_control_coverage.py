"""Which codes were met, and what clients did wrong (C4, C5)."""

from tests.conftest import DEMO, GOOD, Receiver, Simulator, Start, with_callback


async def met(sim: Simulator) -> tuple[dict[int, int], dict[int, int]]:
    """How often each status and each report code was met; only those that were."""
    coverage = (await sim.control("GET", "coverage")).json()
    statuses = {one["status"]: one["count"] for one in coverage["statuses"] if one["count"]}
    return statuses, {one["code"]: one["count"] for one in coverage["reports"] if one["count"]}


async def findings(sim: Simulator) -> list[dict]:
    return (await sim.control("GET", "findings")).json()["items"]


async def test_every_code_is_there_with_its_meaning_also_when_it_was_never_met(sim: Simulator):
    """C4, P2, P7"""
    coverage = (await sim.control("GET", "coverage")).json()

    assert [one["status"] for one in coverage["statuses"]] == [0, *range(-1, -14, -1)]
    assert [one["code"] for one in coverage["reports"]] == [0, *range(1001, 1015), *range(1016, 1024)]
    assert {one["count"] for one in coverage["statuses"] + coverage["reports"]} == {0}
    assert coverage["reports"][1] == {"code": 1001, "meaning": "NoRoute", "count": 0}


async def test_a_status_is_met_when_it_is_answered(sim: Simulator):
    """C4; an HTTP error has no status of the protocol"""
    await sim.get("getbalance", DEMO)
    await sim.get("getbalance", {"account": "demo", "password": "wrong"})
    await sim.get("getbalance", DEMO)
    await sim.get("nowhere", DEMO)

    assert await met(sim) == ({0: 2, -1: 1}, {})


async def test_a_report_code_is_met_when_it_is_polled(sim: Simulator):
    """C4: a message that is not final yet has none"""
    await sim.submit("13800000000,13800001011,13900001011")
    await sim.get("getreport", DEMO | {"ids": "1,2,3"})
    await sim.advance(60)
    await sim.get("getreport", DEMO | {"ids": "1,2"})
    await sim.get("getreport", DEMO | {"ids": "2"})

    assert (await met(sim))[1] == {0: 1, 1011: 2}


async def test_a_report_code_is_met_when_a_push_is_taken(start: Start, receiver: Receiver):
    """C4: pushed with 2xx"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [500]
    await sim.submit("13800001005", account="pushed")

    await sim.advance(30.5)
    refused = await met(sim)
    await sim.advance(60)

    assert refused[1] == {}
    assert (await met(sim))[1] == {1005: 1}


async def test_coverage_outlives_a_reset_and_is_emptied_by_hand(sim: Simulator):
    """C4"""
    await sim.submit("13800001011")
    await sim.advance(60)
    await sim.get("getreport", DEMO | {"ids": "1"})

    await sim.control("POST", "reset")
    kept = await met(sim)
    await sim.control("DELETE", "coverage")
    emptied = await met(sim)
    await sim.get("getbalance", DEMO)

    assert kept == ({0: 2}, {1011: 1})
    assert emptied == ({}, {})
    assert await met(sim) == ({0: 1}, {})


async def test_findings_count_reasons_and_notes_with_their_first_and_last_request(sim: Simulator):
    """C4, C5"""
    await sim.get("getbalance", {"account": "demo", "password": "wrong"})
    await sim.get("getbalance", DEMO)
    await sim.get("getbalance", {"account": "demo", "password": "wrong again"})
    await sim.get("getbalance", DEMO | {"version": "9"})

    found = {one["code"]: one for one in await findings(sim)}
    assert (found["auth-password-mismatch"]["kind"], found["version-unknown"]["kind"]) == ("reason", "note")
    mismatch = found["auth-password-mismatch"]
    assert (mismatch["count"], mismatch["first"], mismatch["last"]) == (2, 1, 3)
    assert mismatch["text"]
    assert (await findings(sim))[0] == mismatch


async def test_findings_outlive_a_reset_and_are_emptied_by_hand(sim: Simulator):
    """C4"""
    await sim.get("getbalance", {"account": "demo", "password": "wrong"})

    await sim.control("POST", "reset")
    kept = await findings(sim)
    deleted = await sim.control("DELETE", "findings")

    assert [one["code"] for one in kept] == ["auth-password-mismatch"]
    assert deleted.http_status == 204
    assert await findings(sim) == []


async def test_a_submit_that_comes_twice_is_found(sim: Simulator):
    """C5: a retry that sends twice"""
    first = await sim.post(GOOD)
    await sim.advance(59)
    second = await sim.get("sendsms", GOOD)
    await sim.advance(60)
    third = await sim.post(GOOD)

    assert [answer.notes for answer in (first, second, third)] == [[], ["submit-repeated"], []]


async def test_a_refused_submit_is_no_first_one(sim: Simulator):
    """C5: only what was accepted can be sent twice"""
    await sim.post(GOOD | {"account": "poor"})

    assert (await sim.post(GOOD)).notes == []


async def test_accounts_repeat_only_themselves(start: Start):
    """C5"""
    sim = await start(with_callback("http://127.0.0.1:9/"))
    await sim.post(GOOD)

    assert (await sim.post(GOOD | {"account": "pushed"})).notes == []


async def test_twenty_submits_of_one_number_are_found(sim: Simulator):
    """C5"""
    answers = [await sim.post(GOOD | {"numbers": f"138{turn:08d}"}) for turn in range(20)]

    assert [turn for turn, answer in enumerate(answers, 1) if answer.notes] == [20]
    assert answers[-1].notes == ["submit-one-by-one"]


async def test_polls_without_a_pause_are_found(sim: Simulator):
    """C5"""
    await sim.submit()

    quick = [(await sim.get("getreport", DEMO | {"ids": "1"})).notes for _ in range(10)]
    slow = []
    for _ in range(10):
        await sim.advance(1)
        slow.append((await sim.get("getreport", DEMO | {"ids": "1"})).notes)

    assert quick == [[]] * 9 + [["poll-too-often"]]
    assert slow == [[]] * 10
    assert "poll-too-often" in {one["code"] for one in await findings(sim)}
