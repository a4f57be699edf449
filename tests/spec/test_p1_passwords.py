"""P1.5, P1.6: the password, its digest, and which seq and time are taken."""

import asyncio
from hashlib import md5

import pytest

from eims_sim.domain.accounts import Account, AccountSettings
from eims_sim.engine.registry import Member
from eims_sim.errors import ConfigurationError
from eims_sim.storage.world import KeptAccount
from tests.conftest import DEMO, GOOD, Simulator, Start, signed

MOMENT = 1767240000
"""The frozen clock of fixtures/spec.toml in Unix seconds."""

MESSAGE = {"numbers": "13800000000", "content": "Hello"}


async def verdict(sim: Simulator, parameters: dict[str, str]) -> tuple[int, str | None]:
    """Status and reason of a getbalance."""
    answer = await sim.get("getbalance", parameters)
    return answer.status, answer.reason


async def sequence(sim: Simulator, *requests: dict[str, str]) -> list[int]:
    """The statuses of requests that follow each other."""
    return [(await verdict(sim, parameters))[0] for parameters in requests]


# --- P1.5: the plain password -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("demo123", (0, None)),
        ("Demo123", (-1, "auth-password-mismatch")),
        ("demo1234", (-1, "auth-password-mismatch")),
        ("demo123 ", (-1, "auth-password-mismatch")),
        ("dem\ufffd", (-1, "auth-password-mismatch")),
        ("", (-1, "password-missing")),
        ("0123456789abcdef0123456789ABCDEF", (-1, "auth-digest-to-plain")),
    ],
)
async def test_a_plain_account_takes_its_plain_password_only(sim: Simulator, password: str, expected: tuple):
    """P1.5, P1.6"""
    assert await verdict(sim, DEMO | {"password": password}) == expected


async def test_a_plain_account_does_not_take_the_right_digest(sim: Simulator):
    """P1.6"""
    assert await verdict(sim, signed("demo", key="")) == (-1, "auth-digest-to-plain")


async def test_a_plain_account_does_not_look_at_seq_and_time(sim: Simulator):
    """P1.4, P1.6"""
    assert await verdict(sim, DEMO | {"seq": "x", "time": "y"}) == (0, None)


# --- P1.5: the digest ---------------------------------------------------------------------------------------------


async def test_the_digest_is_md5_of_account_password_seq_time_and_key(sim: Simulator):
    """P1.5"""
    request = {
        "account": "digest",
        "password": "70cebf39383b1ecbe2b944ccbe75af10",  # printf digestdemo12311767240000demokey | md5sum
        "seq": "1",
        "time": "1767240000",
    }

    assert await verdict(sim, request) == (0, None)


async def test_the_digest_is_made_of_utf8_without_separators(start: Start):
    """P1.5"""
    sim = await start('[[accounts]]\naccount = "用户"\npassword = "密码"\nauth = "md5"\nkey = "密钥"\n')
    request = {
        "account": "用户",
        "password": "f6dc24d504ee5e985d7b4d5ace46124e",  # printf 用户密码11767240000密钥 | md5sum
        "seq": "1",
        "time": "1767240000",
    }

    assert await verdict(sim, request) == (0, None)


async def test_the_digest_may_be_written_in_capitals(sim: Simulator):
    """P1.5"""
    request = signed("digest")

    assert await sequence(
        sim,
        request | {"password": request["password"].upper()},
        request | {"password": request["password"].title()},
    ) == [0, 0]


@pytest.mark.parametrize("endpoint", ["getbalance", "sendsms", "getreport", "getsms"])
async def test_every_endpoint_takes_the_digest(sim: Simulator, endpoint: str):
    """P1.4, P1.5"""
    answer = await sim.get(endpoint, signed("digest") | MESSAGE | {"ids": "1"})

    assert answer.status == 0


@pytest.mark.parametrize("kind", [str, int])
async def test_seq_and_time_in_json_are_strings_or_integers(sim: Simulator, kind: type):
    """P1.5, P1.9"""
    request = signed("digest", seq="12")

    answer = await sim.post(request | MESSAGE | {"seq": kind("12"), "time": kind("1767240000")})

    assert answer.status == 0


@pytest.mark.parametrize(
    "text",
    [
        "digestdemo12317672400001demokey",
        "demo123digest11767240000demokey",
        "digestdemo12311767240000",
        "digest,demo123,1,1767240000,demokey",
        "digestdemo12321767240000demokey",
        "digestdemo12311767240001demokey",
        "digestdemo1231" + "1767240000DEMOKEY",
    ],
    ids=["swapped", "password first", "no key", "separators", "another seq", "another time", "another key"],
)
async def test_any_other_digest_is_wrong(sim: Simulator, text: str):
    """P1.5"""
    request = signed("digest") | {"password": md5(text.encode()).hexdigest()}

    assert await verdict(sim, request) == (-1, "auth-md5-mismatch")


async def test_an_md5_account_does_not_take_its_plain_password(sim: Simulator):
    """P1.6"""
    assert await sequence(sim, {"account": "digest", "password": "demo123"}) == [-1]
    assert await verdict(sim, signed("digest") | {"password": "demo123"}) == (-1, "auth-plain-to-md5")


@pytest.mark.parametrize("seq", ["1", "2", "007", "999999999999999999"])
async def test_seq_is_1_to_18_digits_and_at_least_1_and_is_signed_as_sent(sim: Simulator, seq: str):
    """P1.5"""
    assert await verdict(sim, signed("digest", seq=seq)) == (0, None)


@pytest.mark.parametrize(
    "seq", ["", "0", "000", "-1", "+1", "1.0", "1e3", " 1", "1 ", "x", "１", "1000000000000000000", "0" * 18 + "1"]
)
async def test_any_other_seq_is_refused(sim: Simulator, seq: str):
    """P1.5"""
    assert await verdict(sim, signed("digest", seq=seq)) == (-1, "seq-malformed")


@pytest.mark.parametrize("time", ["1767240000", "0000000000", "9999999999", "1767240000123", "0000000000000"])
async def test_time_is_10_or_13_digits_and_is_signed_as_sent(sim: Simulator, time: str):
    """P1.5"""
    assert await verdict(sim, signed("digest", time=time)) == (0, None)


@pytest.mark.parametrize(
    "time",
    [
        "",
        "1",
        "176724000",
        "17672400001",
        "176724000012",
        "17672400001234",
        "20260101120000",
        "-767240000",
        "176724000x",
        "1767240000.0",
        " 1767240000",
        "１７６７２４００００",
    ],
)
async def test_any_other_time_is_refused(sim: Simulator, time: str):
    """P1.5"""
    assert await verdict(sim, signed("digest", time=time)) == (-1, "time-malformed")


@pytest.mark.parametrize("name", ["seq", "time"])
async def test_seq_and_time_are_required_of_a_digest(sim: Simulator, name: str):
    """P1.4, P1.5"""
    request = signed("digest")
    del request[name]

    assert await verdict(sim, request) == (-1, f"{name}-malformed")


async def test_milliseconds_earn_a_note(sim: Simulator):
    """P1.5"""
    answer = await sim.get("getbalance", signed("digest", time="1767240000000"))

    assert answer.status == 0
    assert answer.notes == ["time-milliseconds"]


# --- P1.6: which form of the password -----------------------------------------------------------------------------


async def test_an_account_of_any_takes_both(sim: Simulator):
    """P1.6"""
    assert await sequence(
        sim,
        {"account": "either", "password": "demo123"},
        signed("either"),
        signed("either") | {"password": "demo123"},
        signed("either", key="another"),
        {"account": "either", "password": "wrong"},
    ) == [0, 0, 0, -1, -1]


async def test_an_account_of_any_is_tried_plain_first_and_then_uses_no_seq(start: Start):
    """P1.6"""
    sim = await start(
        '[[accounts]]\naccount = "a"\npassword = "demo123"\nauth = "any"\nkey = "demokey"\nseq_policy = "unique"\n'
    )
    plain = signed("a") | {"password": "demo123"}

    assert await sequence(sim, plain, plain, signed("a"), signed("a")) == [0, 0, 0, -1]


@pytest.mark.parametrize("auth", ["md5", "any"])
async def test_a_digest_needs_a_key_that_is_not_empty(start: Start, auth: str):
    """P1.6"""
    with pytest.raises(ConfigurationError, match="key"):
        await start(f'[[accounts]]\naccount = "a"\npassword = "demo123"\nauth = "{auth}"\nkey = ""\n')


# --- P1.6: seq ----------------------------------------------------------------------------------------------------


async def test_a_seq_that_does_not_grow_only_earns_a_note(sim: Simulator):
    """P1.6"""
    answers = [await sim.get("getbalance", signed("digest", seq=seq)) for seq in ("5", "6", "6", "4", "5", "1")]

    assert [answer.status for answer in answers] == [0] * 6
    assert [answer.notes for answer in answers] == [
        [],
        [],
        ["seq-not-growing"],
        ["seq-not-growing"],
        [],
        ["seq-not-growing"],
    ]


async def test_a_pair_of_seq_and_time_is_good_once(sim: Simulator):
    """P1.6"""
    statuses = await sequence(
        sim,
        signed("unique", "5", "1767240000"),
        signed("unique", "5", "1767240000"),
        signed("unique", "5", "1767240001"),
        signed("unique", "4", "1767240000"),
        signed("unique", "5", "1767240000"),
    )

    assert statuses == [0, -1, 0, 0, -1]
    assert await verdict(sim, signed("unique", "5", "1767240000")) == (-1, "seq-used")


async def test_used_pairs_are_in_memory_only(start: Start):
    """P1.6"""
    first = await start()
    before = await sequence(first, signed("unique"), signed("unique"))
    await first.server.stop()

    second = await start()

    assert before == [0, -1]
    assert await sequence(second, signed("unique"), signed("unique")) == [0, -1]


def test_the_last_100000_pairs_are_remembered():
    """P1.6"""
    settings = AccountSettings(account="a", password="p", auth="md5", key="k", seq_policy="unique")
    member = Member(KeptAccount(Account.build(1, settings), last_seq=0, failures=0))
    for seq in range(1, 100_001):
        member.use_seq(seq, "1767240000")

    oldest_before = member.use_seq(1, "1767240000")
    member.use_seq(100_001, "1767240000")
    second_oldest = member.use_seq(2, "1767240000")
    oldest_after = member.use_seq(1, "1767240000")

    assert oldest_before is not None
    assert oldest_before.code == "seq-used"
    assert second_oldest is not None
    assert second_oldest.code == "seq-used"
    assert oldest_after is None or oldest_after.code != "seq-used"


async def test_an_increasing_seq_must_be_greater_than_the_last_one_used(sim: Simulator):
    """P1.6"""
    statuses = await sequence(sim, *(signed("increasing", seq) for seq in ("5", "5", "4", "6", "9", "7", "10")))

    assert statuses == [0, -1, -1, 0, 0, -1, 0]
    assert await verdict(sim, signed("increasing", "10")) == (-1, "seq-not-greater")


async def test_a_seq_of_1_restarts_the_count(sim: Simulator):
    """P1.6"""
    statuses = await sequence(sim, *(signed("increasing", seq) for seq in ("5", "2", "1", "2", "2", "1", "2")))

    assert statuses == [0, -1, 0, 0, -1, 0, 0]


async def test_the_last_seq_is_stored(start: Start):
    """P1.6"""
    first = await start()
    await sequence(first, signed("increasing", "5"))
    await first.server.stop()

    second = await start()

    assert await sequence(second, *(signed("increasing", seq) for seq in ("5", "4", "6"))) == [-1, -1, 0]


@pytest.mark.parametrize(
    ("account", "seq"), [("unique", "1"), ("unique", "7"), ("increasing", "1"), ("increasing", "7")]
)
async def test_of_two_equal_seqs_at_the_same_moment_one_wins(sim: Simulator, account: str, seq: str):
    """P1.6"""
    request = signed(account, seq) | MESSAGE

    answers = await asyncio.gather(*(sim.get("sendsms", request) for _ in range(8)))

    assert sorted(answer.status for answer in answers) == [-1] * 7 + [0]
    assert len(await sim.messages()) == 1


@pytest.mark.parametrize("account", ["unique", "increasing"])
async def test_a_seq_is_used_up_whatever_the_answer(sim: Simulator, account: str):
    """P1.6"""
    refused = await sim.get("sendsms", signed(account) | MESSAGE | {"content": ""})
    again = await sim.get("sendsms", signed(account) | MESSAGE)

    assert (refused.status, again.status) == (-4, -1)


async def test_a_seq_is_used_up_by_any_endpoint(sim: Simulator):
    """P1.6"""
    answers = [
        await sim.get(endpoint, signed("increasing", seq) | MESSAGE | {"ids": "1"})
        for endpoint, seq in [
            ("getsms", "7"),
            ("getbalance", "7"),
            ("getreport", "8"),
            ("sendsms", "8"),
            ("sendsms", "9"),
        ]
    ]

    assert [answer.status for answer in answers] == [0, -1, 0, -1, 0]


async def test_a_seq_refused_for_its_time_is_used_up_too(start: Start):
    """P1.6"""
    sim = await start(
        '[[accounts]]\naccount = "a"\npassword = "demo123"\nauth = "md5"\nkey = "demokey"\n'
        'seq_policy = "increasing"\nmax_skew_seconds = 60\n'
    )

    assert await sequence(sim, signed("a", "7", "1700000000"), signed("a", "7"), signed("a", "8")) == [-1, -1, 0]


async def test_a_seq_is_not_used_up_by_a_wrong_digest(sim: Simulator):
    """P1.6"""
    wrong = signed("unique", "7", key="another"), signed("increasing", "7", key="another")

    assert await sequence(sim, *wrong, signed("unique", "7"), signed("increasing", "7")) == [-1, -1, 0, 0]


# --- P1.6: skew ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (f"{MOMENT}", (0, None)),
        (f"{MOMENT - 300}", (0, None)),
        (f"{MOMENT + 300}", (0, None)),
        (f"{MOMENT - 301}", (-1, "time-skew")),
        (f"{MOMENT + 301}", (-1, "time-skew")),
        (f"{MOMENT + 300}000", (0, None)),
        (f"{MOMENT + 300}001", (-1, "time-skew")),
        (f"{MOMENT - 301}999", (-1, "time-skew")),
        ("0000000000", (-1, "time-skew")),
        ("9999999999999", (-1, "time-skew")),
    ],
)
async def test_time_may_be_so_far_from_the_gateways_clock(sim: Simulator, time: str, expected: tuple):
    """P1.6"""
    assert await verdict(sim, signed("punctual", time=time)) == expected


async def test_skew_is_measured_by_the_clock_that_can_be_moved(sim: Simulator):
    """P1.6, P1.12"""
    request = signed("punctual")
    before = await verdict(sim, request)
    await sim.advance(301)

    after = await verdict(sim, request)

    assert before == (0, None)
    assert after == (-1, "time-skew")


async def test_skew_is_not_looked_at_unless_set(sim: Simulator):
    """P1.6"""
    assert await sequence(sim, signed("digest", time="0000000001")) == [0]


async def test_nothing_is_booked_without_the_right_password(sim: Simulator):
    """P2 order 1"""
    await sim.get("sendsms", GOOD | {"password": "wrong"})
    await sim.get("sendsms", signed("digest", key="another") | MESSAGE)

    assert await sim.messages() == []
