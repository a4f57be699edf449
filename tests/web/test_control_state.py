"""Everything as one document, out and in (C4)."""

import json
import random
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import pytest

from tests.conftest import DEMO, FIXTURES, Answer, Receiver, Simulator, Start, signed, with_callback

BARE = FIXTURES / "bare.toml"
GOLDEN = (FIXTURES / "state.json").read_text("utf-8")
"""A world in which there is one of everything."""

ABSENT: Final = object()
RICH = '\n[[accounts]]\naccount = "rich"\npassword = "demo123"\nbalance = "1000000"\n'


async def export(sim: Simulator, *, secrets: bool = True) -> str:
    answer = await sim.control("GET", f"state?secrets={str(secrets).lower()}")
    assert answer.http_status == 200, answer.text
    return answer.text


async def put(sim: Simulator, document: Any, status: int = 204, **headers: str) -> Answer:
    text = document if isinstance(document, str | bytes) else json.dumps(document)
    sent = BytesIO(text.encode() if isinstance(text, str) else text)
    answer = await sim.request("PUT", "/_sim/state", data=sent, headers={"Content-Type": "application/json"} | headers)
    assert answer.http_status == status, answer.text
    return answer


async def refused(sim: Simulator, document: Any) -> dict[str, str]:
    """What is wrong with a document, by pointer."""
    answer = await put(sim, document, 422)
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


def golden() -> Any:
    return json.loads(GOLDEN)


def spoiled(pointer: str, value: Any) -> Any:
    """The golden document with another value at a place."""
    document = golden()
    *path, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    place = document
    for part in path:
        place = place[part]
    if value is ABSENT:
        del place[last]
    else:
        place[last] = value
    return document


async def test_a_document_that_goes_in_comes_out_the_same(start: Start):
    """C4: the golden document pins the format, byte for byte"""
    sim = await start(config=BARE)

    answer = await put(sim, GOLDEN)

    assert answer.body == b""
    assert await export(sim) == GOLDEN


async def test_the_document_is_written_a_line_for_an_object(start: Start):
    """C4"""
    sim = await start(config=BARE)
    await put(sim, GOLDEN)

    answer = await sim.control("GET", "state")

    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Transfer-Encoding"] == "chunked"
    lines = [line for line in answer.text.splitlines() if "+4912345678" in line]
    assert [json.loads(line.rstrip(","))["messages"] for line in lines] == [[[9, "+4912345678"]]]


async def test_the_members_may_come_in_any_order_and_form(start: Start):
    """C4: a document that other tools have written anew is the same document"""
    sim = await start(config=BARE)
    turned = dict(reversed(golden().items()))

    await put(sim, json.dumps(turned, indent=4))

    assert await export(sim) == GOLDEN


async def test_what_was_there_is_gone(sim: Simulator):
    """C4: everything is replaced, accounts, rules, faults and waiting reports too"""
    await sim.submit()
    await sim.control("POST", "rules", {"outcome": 1001})
    await sim.control("POST", "faults", {"endpoint": "sendsms", "status": -12})
    await sim.control("POST", "inbound", {"from": "1", "to": "123456", "content": "x"})

    await put(sim, GOLDEN)

    assert (await sim.get("getbalance", {"account": "either", "password": "demo123"})).status == -1
    totals = {path: (await sim.control("GET", path)).json()["total"] for path in ("accounts", "rules", "faults")}
    assert totals == {"accounts": 2, "rules": 2, "faults": 2}
    assert (await sim.control("GET", "clock")).json()["now"] == "2026-01-01T12:00:23.000000+08:00"
    assert (await sim.get("getbalance", DEMO)).json() == {"status": 0, "balance": "0.570000", "gift": "0.00000"}


async def test_what_is_not_in_the_document_stays(sim: Simulator):
    """C4: everything but the journal; coverage and findings are nobody's state"""
    await sim.submit()
    await sim.get("getbalance", {"account": "nobody"})

    await put(sim, GOLDEN)

    journal = (await sim.control("GET", "requests")).json()["items"]
    findings = (await sim.control("GET", "findings")).json()["items"]
    assert [entry["id"] for entry in journal] == [1, 2]
    assert [finding["code"] for finding in findings] == ["account-unknown"]


class TestSecrets:
    """C4: password and key are null, unless they are asked for by who may know them."""

    async def test_they_are_null(self, start: Start):
        sim = await start(config=BARE)
        await put(sim, GOLDEN)

        document = json.loads(await export(sim, secrets=False))

        assert [(one["password"], one["key"]) for one in document["accounts"]] == [(None, None)] * 2
        assert "secret" not in json.dumps(document)

    async def test_null_keeps_what_is_there(self, sim: Simulator):
        ids = await sim.submit()
        document = await export(sim, secrets=False)
        await sim.control("POST", "clock/advance", {"seconds": 100})
        await sim.submit()

        await put(sim, document)

        assert await sim.state(ids[0]) == 1
        assert (await sim.get("getbalance", signed("digest"))).status == 0
        assert (await sim.get("getbalance", signed("increasing"))).status == 0

    async def test_null_has_nothing_to_keep_for_an_account_that_is_not_there(self, start: Start):
        sim = await start('[[accounts]]\naccount = "demo"\npassword = "other"\n', config=BARE)
        document = golden()
        for account in document["accounts"]:
            account |= {"password": None, "key": None}

        errors = await refused(sim, document)

        assert list(errors) == ["/accounts/1/password", "/accounts/1/key"]
        assert "has no account of this name" in errors["/accounts/1/password"]

    async def test_another_account_takes_what_was_null_from_nobody(self, start: Start):
        sim = await start(RICH, config=BARE)
        document = golden()
        document["accounts"][0] |= {"account": "rich", "key": None, "password": None, "balance": "3"}

        errors = await refused(sim, document)

        assert set(errors) == {f"/{place}/account" for place in ("submits/4", "submits/5", "inbound/0", "inbound/1")}

    async def test_they_are_told_on_this_machine_only(self, sim: Simulator):
        answer = await sim.control("GET", "state?secrets=true", headers={"X-Forwarded-For": "192.0.2.1"})

        assert answer.http_status == 403

    async def test_they_are_told_to_who_has_the_token(self, start: Start):
        sim = await start(admin_token="letmein")
        forwarded = {"X-Forwarded-For": "192.0.2.1"}

        without = await sim.control("GET", "state?secrets=true", headers=forwarded)
        answer = await sim.control("GET", "state?secrets=true", headers=forwarded | {"Authorization": "Bearer letmein"})

        assert without.http_status == 401
        assert answer.json()["accounts"][0]["password"] == "demo123"


class TestRefusals:
    """C4: every violation at once, with its place; what is refused changes nothing."""

    @pytest.mark.parametrize(
        ("pointer", "value", "told"),
        [
            ("/clock/mode", "stopped", None),
            ("/clock/now", "2026-01-01T12:00:00", None),
            ("/clock/now", "1969-12-31T00:00:00+08:00", None),
            ("/clock/scale", 0, None),
            ("/clock", ABSENT, None),
            ("/pushes", ABSENT, None),
            ("/rules", {}, None),
            ("/rules", None, None),
            ("/next/messages", 0, None),
            ("/next/messages", 10, "/submits/5/lives/1/messages/0/0"),
            ("/next/pushes", 3, "/pushes/2/id"),
            ("/next/rules", 2, "/rules/1/id"),
            ("/next/faults", 2, "/faults/1/id"),
            ("/next/inbound", 2, "/inbound/1/id"),
            ("/next/fetches", 1, "/inbound/0/fetch"),
            ("/accounts/0/password", "", None),
            ("/accounts/0/password", ABSENT, None),
            ("/accounts/0/balance", -1, None),
            ("/accounts/0/balance", 0.5, None),
            ("/accounts/0/balance", "99999999999999", None),
            ("/accounts/0/balance", "9223372036854.775807", None),
            ("/accounts/1/gift", "9223372036854.775807", None),
            ("/accounts/0/blance", "1", None),
            ("/accounts/0/origin", "nobody", None),
            ("/accounts/0/account", "pushed", "/accounts/1/account"),
            ("/accounts/1/numbers", ["123456"], "/accounts/1/numbers/0"),
            ("/accounts/1/numbers", ["222", "222"], "/accounts/1/numbers/1"),
            ("/accounts/1/key", "", None),
            ("/rules/0/outcome", 1015, None),
            ("/rules/0/number", {"suffix": 7}, None),
            ("/rules/1/content", {"regex": "("}, None),
            ("/rules/1/id", 1, None),
            ("/rules/0/origin", "auto", None),
            ("/faults/1/reports", "drop", "/faults/1"),
            ("/submits/0/account", "pushd", None),
            ("/submits/0/id", 2, "/submits/1/id"),
            ("/submits/0/smstype", 2, None),
            ("/submits/0/segments", 0, None),
            ("/submits/0/price", "1", None),
            ("/submits/1/refunded", "0.2", None),
            ("/submits/0/lives", [], None),
            ("/submits/0/lives/0/state", 3, None),
            ("/submits/0/lives/0/state", 1015, None),
            ("/submits/0/lives/0/state", 1001, "/submits/0/lives/0/outcome"),
            ("/submits/0/lives/0/final_at", None, None),
            ("/submits/0/lives/0/sending_at", "2025-12-31T12:00:00+08:00", "/submits/0/lives/0"),
            ("/submits/0/lives/0/final_at", "2026-01-01T12:00:00.4+08:00", "/submits/0/lives/0"),
            ("/submits/0/lives/0/report_waits", True, "/pushes/0/reports/0"),
            ("/submits/0/lives/0/forced_from", 3, None),
            ("/submits/4/lives/0/forced_from", 1, None),
            ("/submits/4/lives/0/report_waits", True, None),
            ("/submits/4/lives/0/outcome", 1, None),
            ("/submits/1/lives/1/forced_from", 1, None),
            ("/submits/1/lives/1/rule", 3, None),
            ("/submits/0/lives/0/messages", [], None),
            ("/submits/0/lives/0/messages/0", [1], "/submits/0/lives/0/messages/0/1"),
            ("/submits/0/lives/0/messages/0", {"1": "13800000001"}, None),
            ("/submits/0/lives/0/messages/0/1", "12", None),
            ("/submits/0/lives/0/messages/0/0", 2, None),
            ("/submits/1/lives/0/messages/0/0", 3, "/submits/1/lives/1/messages/0/0"),
            ("/submits/1/lives/0/messages/0/0", 1, None),
            ("/inbound/0/account", "nobody", None),
            ("/inbound/0/fetched_at", None, "/inbound/0/fetch"),
            ("/inbound/0/from", "", None),
            ("/inbound/1/id", 1, None),
            ("/pushes/0/account", "demo", "/pushes/0/reports/0"),
            ("/pushes/0/state", "sending", None),
            ("/pushes/2/state", "queued", None),
            ("/pushes/2/state", "delivered", "/pushes/2/due"),
            ("/pushes/2/due", None, None),
            ("/pushes/0/fault", 3, None),
            ("/pushes/0/reports", [], None),
            ("/pushes/0/reports", list(range(1, 52)), None),
            ("/pushes/0/reports", [2], "/pushes/1/reports/0"),
            ("/pushes/0/reports", [6], "/pushes/0/reports/0"),
            ("/pushes/0/reports", [11], "/pushes/0/reports/0"),
            ("/pushes/1/attempts/0/duration_ms", -1, None),
        ],
    )
    async def test_every_breach_is_told_at_its_place(self, start: Start, pointer: str, value: Any, told: str | None):
        sim = await start(config=BARE)

        errors = await refused(sim, spoiled(pointer, value))

        assert (told or pointer) in errors, errors

    async def test_the_order_of_rules_is_one_that_can_be_kept(self, start: Start):
        """C3: the file's come first, API additions are appended"""
        sim = await start(config=BARE)
        document = golden()
        document["rules"].reverse()

        assert list(await refused(sim, document)) == ["/rules/1"]

    async def test_all_that_is_wrong_is_told_at_once(self, start: Start):
        sim = await start(config=BARE)
        document = spoiled("/clock/mode", "stopped") | {"acounts": []}
        document["accounts"][0]["pricee"] = "1"
        document["submits"][0]["lives"][0] |= {"outcom": 1, "state": "0"}
        del document["inbound"]

        answer = await put(sim, document, 422)

        errors = {error["pointer"]: error for error in answer.json()["errors"]}
        assert {"/clock/mode", "/acounts", "/accounts/0/pricee", "/submits/0/lives/0/outcom"} <= errors.keys()
        assert {"/submits/0/lives/0/state", "/inbound"} <= errors.keys()
        assert errors["/acounts"]["nearest"] == "accounts"
        assert errors["/accounts/0/pricee"]["nearest"] == "price"
        assert errors["/submits/0/lives/0/outcom"]["nearest"] == "outcome"

    async def test_a_hundred_violations_are_enough(self, start: Start):
        sim = await start(config=BARE)
        document = golden()
        document["rules"] = [{"outcome": 3}] * 1000

        answer = await put(sim, document, 422)

        assert len(answer.json()["errors"]) == 100

    async def test_an_unknown_account_is_told_with_the_nearest_name(self, start: Start):
        sim = await start(config=BARE)

        errors = await refused(sim, spoiled("/submits/0/account", "pushd"))

        assert errors == {
            "/submits/0/account": "the state has no account 'pushd'; the nearest name is 'pushed'",
            "/pushes/0/reports/0": "message 1 is account 'pushd''s",
        }

    async def test_a_newer_version_is_refused_with_words(self, start: Start):
        sim = await start(config=BARE)
        document = spoiled("/version", 2) | {"parts": []}

        errors = await refused(sim, document)

        assert list(errors) == ["/version"]
        assert "newer than this eims-sim" in errors["/version"]

    @pytest.mark.parametrize("value", ["eims-state", None, 1])
    async def test_another_format_is_refused_with_words(self, start: Start, value: Any):
        sim = await start(config=BARE)

        errors = await refused(sim, spoiled("/format", value))

        assert errors == {"/format": 'this is no state of eims-sim: the format of those is "eims-sim-state"'}

    @pytest.mark.parametrize("value", [0, "1", 1.5, True, None])
    async def test_a_version_is_a_positive_integer(self, start: Start, value: Any):
        sim = await start(config=BARE)

        assert list(await refused(sim, spoiled("/version", value))) == ["/version"]

    async def test_a_member_given_twice_is_refused(self, start: Start):
        sim = await start(config=BARE)

        errors = await refused(sim, GOLDEN.replace("{", '{"rules":[],"clock":{},', 1))

        assert {"/rules": "given twice"}.items() <= errors.items()
        assert "/clock" in errors

    @pytest.mark.parametrize("name", ["acc\\u006funts", "\\u0061ccounts"])
    async def test_a_name_may_be_written_in_an_odd_way(self, start: Start, name: str):
        """It is the same JSON."""
        sim = await start(config=BARE)

        await put(sim, GOLDEN.replace('"accounts":', f'"{name}":', 1))

        assert await export(sim) == GOLDEN

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "{",
            GOLDEN[:-3],
            GOLDEN + "x",
            GOLDEN.replace('"locked":false', '"locked":False', 1),
            GOLDEN.replace('"mode":', "mode:", 1),
            GOLDEN.replace('"mode":"frozen",', '"mode":"frozen"', 1),
            GOLDEN.replace('"STOP"', '"\\ud800"', 1),
            GOLDEN.replace("{", '{"x":tru,', 1),
            GOLDEN.replace('"rules":[', '"rules":nul,"faults":[', 1),
            GOLDEN.replace("{", '{"\\x":1,', 1),
            GOLDEN.replace("STOP", "\udc80", 1),
            '{"accounts":' + "[" * 100_000,
            "[1,2",
            "nonsense",
        ],
    )
    async def test_what_is_not_json_is_400(self, start: Start, text: str):
        sim = await start(config=BARE)

        answer = await put(sim, text.encode(errors="surrogateescape"), 400)

        assert answer.json()["detail"].startswith("the body is not JSON")

    @pytest.mark.parametrize("text", ["[]", "1", '"x"', "null", " [{}] "])
    async def test_json_that_is_no_object_is_422(self, start: Start, text: str):
        sim = await start(config=BARE)

        assert await refused(sim, text) == {"": "an object is wanted"}

    async def test_another_content_type_is_415(self, sim: Simulator):
        answer = await sim.request("PUT", "/_sim/state", data=b"{}", headers={"Content-Type": "text/plain"})

        assert answer.http_status == 415

    @pytest.mark.parametrize("method", ["GET", "PUT"])
    async def test_an_unknown_parameter_is_422(self, sim: Simulator, method: str):
        answer = await sim.control(method, "state?secret=true", {} if method == "PUT" else None)

        assert [error["pointer"] for error in answer.json()["errors"]] == ["/secret"]

    @pytest.mark.parametrize("method", ["GET", "PUT"])
    async def test_a_token_is_asked_for(self, start: Start, method: str):
        sim = await start(admin_token="letmein")

        answer = await sim.control(method, "state", {} if method == "PUT" else None)

        assert answer.http_status == 401

    async def test_a_piece_that_is_too_large_is_413(self, start: Start):
        sim = await start(config=BARE)

        answer = await put(sim, GOLDEN.replace("STOP", "x" * (17 << 20), 1), 413)

        assert answer.json()["detail"] == "one piece of the state has more than 16 MiB"

    async def test_a_length_beyond_the_bound_is_413_at_once(self, sim: Simulator):
        async with sim.wire() as wire:
            await wire.send(
                b"PUT /_sim/state HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: 999999999\r\n\r\n"
            )
            answer = await wire.answer()

        assert answer.http_status == 413

    async def test_a_body_larger_than_body_limit_is_read(self, start: Start):
        """C4: a state has a bound of its own"""
        sim = await start(config=BARE, body_limit=2048)

        await put(sim, GOLDEN)

        assert await export(sim) == GOLDEN


class TestWhole:
    """C4: in one transaction, or not at all."""

    async def test_a_refused_document_changes_nothing(self, start: Start, receiver: Receiver):
        sim = await start(with_callback(receiver.url))
        await sim.submit(account="pushed")
        before = await export(sim)

        await refused(sim, spoiled("/pushes/1/attempts/0/duration_ms", -1))
        await refused(sim, spoiled("/next/messages", 1))
        await put(sim, GOLDEN[:-3], 400)

        assert await export(sim) == before
        assert (await sim.advance(40))["pushes"] == 1

    @pytest.mark.parametrize("table", ["accounts", "messages", "push_attempts"])
    async def test_a_failing_store_changes_nothing(self, start: Start, receiver: Receiver, table: str):
        receiver.answers += [500, 500]
        sim = await start(with_callback(receiver.url))
        await sim.submit(account="pushed")
        await sim.advance(30.3)
        before = await export(sim)
        with sim.behind_its_back() as other:
            other.execute(f"CREATE TRIGGER ill BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'ill'); END")

        answer = await put(sim, GOLDEN, 503)

        assert "ill" in answer.json()["detail"]
        with sim.behind_its_back() as other:
            other.execute("DROP TRIGGER ill")
        assert await export(sim) == before
        await sim.advance(10)
        assert [push["state"] for push in await sim.pushes()] == ["delivered"]
        assert await sim.submit() == [2]

    async def test_only_one_is_read_at_a_time(self, sim: Simulator):
        """It is held in memory"""
        async with sim.wire() as wire:
            await wire.send(
                b"PUT /_sim/state HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: 1000\r\n\r\n{"
            )
            statuses = set()
            while 503 not in statuses:  # until the first is being read
                statuses.add((await sim.request("PUT", "/_sim/state", json={})).http_status)

        assert statuses <= {422, 503}


ODD = [None, True, 0, 1, -1, 2, 0.5, 10**30, 2**53, 2**63]
ODD += ["", "x", "1", "-1", "NaN", [], {}, [[]], [1, "138"], "0" * 5000]
MOMENTS = ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59.999999+08:00"]
MOMENTS += ["2026-01-01T12:00:30+08:00", "1970-01-01T00:00:00Z"]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inside:
        yield from places(below, (*path, key))


def hurt(document: Any, chance: random.Random) -> None:
    """Spoil one place of a document: another value, one too few, one too many, or one from elsewhere."""
    *path, last = chance.choice(list(places(document)))
    place = document
    for step in path:
        place = place[step]
    match chance.randrange(5):
        case 0:
            del place[last]
        case 1:
            place[last] = chance.choice(MOMENTS)
        case 2 if isinstance(place, list):
            place.append(place[last])
        case 3:
            found = document
            for step in chance.choice(list(places(document))):
                found = found[step]
            place[last] = json.loads(json.dumps(found))
        case _:
            place[last] = chance.choice(ODD)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_put_in_the_server_stands(start: Start, seed: int):
    """C4: no 5xx; what is taken comes out again, and can be lived with"""
    chance = random.Random(seed)  # noqa: S311  the same documents each time
    sim = await start(config=BARE)
    taken = 0
    for _ in range(60):
        document = golden()
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            hurt(document, chance)
        sent = BytesIO(json.dumps(document).encode())
        answer = await sim.request("PUT", "/_sim/state", data=sent, headers={"Content-Type": "application/json"})

        assert answer.http_status in (204, 422), (document, answer.text)
        if answer.http_status == 204:
            taken += 1
            document = await export(sim)
            await put(sim, document)
            assert await export(sim) == document
            for call in ("messages?limit=1000", "pushes", "inbound", "accounts", "rules", "faults", "metrics"):
                assert (await sim.control("GET", call)).http_status == 200
            assert (await sim.get("getreport", DEMO | {"ids": "1,2,3,4,5,6,7,8,9"})).http_status == 200
            if json.loads(document)["clock"]["mode"] != "real":
                await sim.advance(3600)
    assert taken


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_bytes_are_put_in_the_server_stands(start: Start, seed: int):
    """C4: no 5xx"""
    chance = random.Random(seed)  # noqa: S311  the same bytes each time
    sim = await start(config=BARE)
    for _ in range(100):
        text = bytearray(GOLDEN.encode())
        for _ in range(chance.choice([1, 1, 3])):
            text[chance.randrange(len(text))] = chance.choice(b'"{}[],:\\x0-\xff\n')
        sent = BytesIO(bytes(text))
        answer = await sim.request("PUT", "/_sim/state", data=sent, headers={"Content-Type": "application/json"})

        assert answer.http_status in (204, 400, 422), (text, answer.text)
