"""The md5 password of an account, and what it is made of, through the control API (C4, P1.5)."""

from hashlib import md5
from typing import Any

import pytest

from tests.conftest import DEMO, Answer, Simulator, Start, signed

NOW = "1767240000"
"""The frozen clock's moment in Unix seconds."""


async def digest(sim: Simulator, account: str = "digest", /, **body: Any) -> Answer:
    return await sim.control("POST", f"accounts/{account}/digest", body)


async def test_a_digest_is_told_with_its_parts_and_no_secret(sim: Simulator):
    """P1.5: account + password + seq + time + key"""
    answer = await digest(sim, seq="007", time="1767240000123")

    assert answer.json() == {
        "account": "digest",
        "seq": "007",
        "time": "1767240000123",
        "text": "digest***0071767240000123***",
        "parts": [
            {"name": "account", "text": "digest"},
            {"name": "password", "text": "***"},
            {"name": "seq", "text": "007"},
            {"name": "time", "text": "1767240000123"},
            {"name": "key", "text": "***"},
        ],
        "digest": md5(b"digestdemo1230071767240000123demokey").hexdigest(),
    }


@pytest.mark.parametrize("more", [{}, {"headers": {"Content-Type": "application/json"}, "data": b""}])
async def test_nothing_said_means_the_first_request_now(sim: Simulator, more: dict[str, Any]):
    """P1.12: the gateway's clock"""
    await sim.advance(1)

    answer = (await sim.control("POST", "accounts/digest/digest", None if more else {}, **more)).json()

    assert (answer["seq"], answer["time"]) == ("1", "1767240001")


@pytest.mark.parametrize(("now", "time"), [("1970-01-01T00:00:07Z", "0000000007"), ("2500-01-01T00:00:00Z", "9" * 10)])
async def test_now_has_ten_digits_whatever_the_clock_shows(sim: Simulator, now: str, time: str):
    """P1.5: time is exactly 10 or 13 digits"""
    await sim.control("PUT", "clock", {"mode": "frozen", "now": now})

    answer = (await digest(sim)).json()

    assert answer["time"] == time
    assert (await sim.get("getbalance", signed("digest", time=time))).status == 0


@pytest.mark.parametrize("account", ["digest", "either"])
async def test_the_gateway_takes_the_digest(sim: Simulator, account: str):
    """P1.6: md5, any"""
    told = (await digest(sim, account, seq="3", time=NOW)).json()

    taken = await sim.get("getbalance", {"account": account, "password": told["digest"], "seq": "3", "time": NOW})

    assert taken.status == 0


async def test_asking_for_a_digest_uses_no_seq(sim: Simulator):
    """P1.6: a seq counts as used once a request had it"""
    for _ in range(2):
        await digest(sim, "increasing", seq="5", time=NOW)

    assert (await sim.get("getbalance", signed("increasing", "5"))).status == 0


async def test_a_plain_account_takes_no_digest(sim: Simulator):
    """P1.6; 409"""
    answer = await digest(sim, "demo")

    assert answer.http_status == 409
    assert answer.json()["detail"] == (
        "account 'demo' takes its plain password and would refuse a digest: "
        'set its auth to "md5" or "any" and give it a key'
    )


async def test_what_the_gateway_would_refuse_is_told_instead(sim: Simulator):
    """P1.5: time is exactly 10 or 13 digits, seq 1 to 18 digits and at least 1"""
    answer = await digest(sim, seq="0", time="20260101120000")

    assert answer.http_status == 422
    assert answer.json()["errors"] == [
        {"pointer": "/seq", "detail": "seq must be 1 to 18 digits and at least 1"},
        {"pointer": "/time", "detail": "time must be exactly 10 digits (seconds) or 13 digits (milliseconds)"},
    ]


@pytest.mark.parametrize(
    "wrong", [{"seq": "1" * 19}, {"seq": ""}, {"seq": "１"}, {"seq": 1}, {"seq": None}, {"time": 1}]
)
async def test_seq_and_time_are_text_as_a_client_sends_it(sim: Simulator, wrong: dict[str, Any]):
    """P1.5, P1.11: a digit is ASCII"""
    answer = await digest(sim, **wrong)

    assert (answer.http_status, answer.json()["errors"][0]["pointer"]) == (422, "/" + next(iter(wrong)))


async def test_there_must_be_such_an_account(sim: Simulator):
    """C4: 404"""
    assert (await digest(sim, "nobody")).http_status == 404


@pytest.mark.parametrize("header", [{"X-Forwarded-For": "10.0.0.1"}, {"Forwarded": "for=10.0.0.1"}])
async def test_a_digest_is_not_told_to_whom_a_proxy_forwards(sim: Simulator, header: dict[str, str]):
    """C4: it lets in whoever sends it, as a secret does"""
    answer = await sim.control("POST", "accounts/digest/digest", {"time": NOW}, headers=header)

    assert answer.http_status == 403
    assert signed("digest")["password"] not in answer.text


async def test_with_a_token_a_digest_is_told_to_who_has_it(start: Start):
    """C4: loopback or token"""
    sim = await start(admin_token="sesame")
    forwarded = {"X-Forwarded-For": "10.0.0.1"}

    refused = await sim.control("POST", "accounts/digest/digest", {}, headers=forwarded)
    told = await sim.control(
        "POST", "accounts/digest/digest", {}, headers=forwarded | {"Authorization": "Bearer sesame"}
    )

    assert (refused.http_status, told.http_status) == (401, 200)


async def test_the_mask_does_not_tell_how_long_a_secret_is(sim: Simulator):
    """C4"""
    await sim.control("PATCH", "accounts/digest", {"password": "a", "key": "k" * 100})

    assert (await digest(sim, time=NOW)).json()["text"] == f"digest***1{NOW}***"
    assert (await sim.get("getbalance", DEMO)).status == 0
