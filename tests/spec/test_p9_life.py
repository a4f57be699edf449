"""P9: the life of a message."""

from datetime import datetime

import pytest

from tests.conftest import DEMO, FIXTURES, NOW, Receiver, Simulator, with_callback

BARE = FIXTURES / "bare.toml"
RICH = '\n[[accounts]]\naccount = "demo"\npassword = "demo123"\nbalance = "100000"\n'
OTHER = '\n[[accounts]]\naccount = "other"\npassword = "demo123"\nbalance = "100000"\n'


def rule(text: str) -> str:
    return f"\n[[rules]]\n{text}\n"


def distinct(count: int) -> str:
    """Numbers that no rule and no magic knows."""
    return ",".join(str(13_811_100_001 + place * 10) for place in range(count))


async def outcomes(sim: Simulator, *numbers: str, **more: str) -> list[int]:
    """Submit each number by itself and tell how it ends."""
    ids = [(await sim.submit(number, **more))[0] for number in numbers]
    await sim.advance(3600)
    return [(await sim.control("GET", f"messages/{id}")).json()["state"] for id in ids]


def stays(message: dict) -> tuple[float, float]:
    """How many seconds a final message was unsent and sending."""
    accepted, sent, final = (datetime.fromisoformat(message[at]) for at in ("accepted_at", "sent_at", "final_at"))
    return (sent - accepted).total_seconds(), (final - sent).total_seconds()


async def test_a_message_is_unsent_then_sending_then_final_at_the_due_moments(sim: Simulator):
    """P9.1"""
    (id,) = await sim.submit()

    states = [await sim.state(id)]
    for seconds in (9.9, 0.1, 19.9, 0.1):
        await sim.advance(seconds)
        states.append(await sim.state(id))

    assert states == [1, 1, 2, 2, 0]
    (message,) = await sim.messages()
    assert message["transitions"] == [
        {"state": 1, "at": "2026-01-01T12:00:00.000000+08:00"},
        {"state": 2, "at": "2026-01-01T12:00:10.000000+08:00"},
        {"state": 0, "at": "2026-01-01T12:00:30.000000+08:00"},
    ]
    assert NOW == 20260101120000


async def test_a_transition_bears_its_due_moment_however_late_it_is_stored(sim: Simulator):
    """P9.1: the clock jumps over both moments at once."""
    await sim.submit()

    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-05T00:00:00+08:00"})

    (message,) = await sim.messages()
    assert message["transitions"] == [
        {"state": 1, "at": "2026-01-01T12:00:00.000000+08:00"},
        {"state": 2, "at": "2026-01-01T12:00:10.000000+08:00"},
        {"state": 0, "at": "2026-01-01T12:00:30.000000+08:00"},
    ]


async def test_what_fell_due_while_the_server_was_down_bears_its_due_moment(start):
    """P9.1: what is due next is a column, so a restart resumes."""
    sim = await start()
    await sim.submit("13800000000,13800000007")
    await sim.server.stop()

    again = await start()
    await again.control("PUT", "clock", {"mode": "frozen", "now": "2026-02-01T00:00:00+08:00"})

    first, second = await again.messages()
    assert (first["state"], second["state"]) == (0, 1011)
    assert first["final_at"] == second["final_at"] == "2026-01-01T12:00:30.000000+08:00"


async def test_with_delays_of_nothing_a_message_is_final_at_its_acceptance(start):
    """P9.1"""
    sim = await start(
        RICH + rule('number = { suffix = "1" }\noutcome = 1001\nunsent_seconds = 0\nsending_seconds = 0'), config=BARE
    )
    (id,) = await sim.submit("13811100001")

    await sim.advance(0)

    assert await sim.state(id) == 1001
    (message,) = await sim.messages()
    assert stays(message) == (0, 0)


async def test_a_scheduled_message_counts_its_delays_from_sendtime(sim: Simulator):
    """P9.1: the later of acceptance and sendtime"""
    (id,) = await sim.submit(sendtime="20260101130000")

    states = []
    for seconds in (3609, 1, 19, 1):
        await sim.advance(seconds)
        states.append(await sim.state(id))

    assert states == [1, 2, 2, 0]
    (message,) = await sim.messages()
    assert message["sendtime"] == "2026-01-01T13:00:00.000000+08:00"
    assert [one["at"] for one in message["transitions"]] == [
        "2026-01-01T12:00:00.000000+08:00",
        "2026-01-01T13:00:10.000000+08:00",
        "2026-01-01T13:00:30.000000+08:00",
    ]


async def test_a_sendtime_in_the_past_means_now(sim: Simulator):
    """P9.1, P2 order 11"""
    answer = await sim.post(DEMO | {"numbers": "13800000000", "content": "x", "sendtime": "20251231235959"})

    await sim.advance(30)

    assert answer.notes == ["sendtime-past"]
    (message,) = await sim.messages()
    assert message["final_at"] == "2026-01-01T12:00:30.000000+08:00"


async def test_uniform_delays_lie_between_their_bounds(start):
    """P9.1"""
    sim = await start(
        RICH,
        config=BARE,
        environment={
            "EIMS_SIM_LIFECYCLE_UNSENT_SECONDS": "{uniform = [1, 3]}",
            "EIMS_SIM_LIFECYCLE_SENDING_SECONDS": "{uniform = [10, 10.5]}",
        },
    )
    await sim.submit(distinct(200))

    await sim.advance(60)

    unsent, sending = zip(*map(stays, await sim.messages("limit=1000")), strict=True)
    assert 1 <= min(unsent) < 1.2
    assert 2.8 < max(unsent) < 3
    assert 10 <= min(sending) < max(sending) < 10.5
    assert len(set(unsent)) == 200


async def test_lognormal_delays_lie_around_their_median(start):
    """P9.1"""
    sim = await start(
        RICH,
        config=BARE,
        environment={"EIMS_SIM_LIFECYCLE_SENDING_SECONDS": "{lognormal = {median = 2.0, sigma = 0.5}}"},
    )
    await sim.submit(distinct(301))

    await sim.advance(600)

    unsent, sending = zip(*map(stays, await sim.messages("limit=1000")), strict=True)
    assert set(unsent) == {10}
    assert 1.8 < sorted(sending)[150] < 2.2
    assert max(sending) > 4
    assert min(sending) < 1


async def test_delays_come_from_the_seed_and_the_message_id(start):
    """P9.1"""
    uniform = rule("outcome = 0\nunsent_seconds = { uniform = [0, 100] }\nsending_seconds = { uniform = [0, 100] }")
    drawn = []
    for place, seed in enumerate((5, 5, 6)):
        sim = await start(RICH + uniform, config=BARE, seed=seed, database=f"{place}.db")
        await sim.submit(distinct(20))
        await sim.advance(200)
        drawn.append([stays(message) for message in await sim.messages()])

    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert len(set(drawn[0])) == 20


async def test_delays_do_not_depend_on_how_messages_are_parted_into_submits(start):
    """P9.1: the seed and the message id, nothing else"""
    environment = {"EIMS_SIM_LIFECYCLE_UNSENT_SECONDS": "{uniform = [1, 3]}"}
    together = await start(RICH, config=BARE, environment=environment, database="a.db")
    apart = await start(RICH, config=BARE, environment=environment, database="b.db")
    await together.submit(distinct(10))
    for number in distinct(10).split(","):
        await apart.submit(number)

    for sim in (together, apart):
        await sim.advance(60)

    assert [stays(one) for one in await together.messages()] == [stays(one) for one in await apart.messages()]


async def test_a_rule_brings_its_own_delays(start):
    """P9.1, C3"""
    sim = await start(
        RICH + rule('number = { suffix = "5" }\noutcome = 1006\nunsent_seconds = 1.5\nsending_seconds = 100'),
        config=BARE,
    )
    await sim.submit("13811100005,13811100001")

    await sim.advance(200)

    assert [stays(message) for message in await sim.messages()] == [(1.5, 100), (10, 20)]


async def test_the_first_rule_that_matches_decides(start):
    """P9.2"""
    sim = await start(
        RICH
        + rule('number = { prefix = "139" }\noutcome = 1001')
        + rule('number = { suffix = "5" }\noutcome = 1002')
        + rule('number = { regex = "^1[38]" }\noutcome = 1003'),
        config=BARE,
    )

    ends = await outcomes(sim, "13911100005", "18811100005", "18811100006", "17711100006")

    assert ends == [1001, 1002, 1003, 0]
    assert [message["rule"] for message in await sim.messages()] == [1, 2, 3, None]


async def test_an_accounts_rules_go_before_the_servers(start):
    """P9.2: the account's rules, the server's rules, magic numbers, else 0"""
    sim = await start(
        RICH
        + OTHER
        + rule('number = { suffix = "5" }\noutcome = 1001')
        + rule('account = "demo"\nnumber = { suffix = "05" }\noutcome = 1002'),
        config=BARE,
    )

    mine = await outcomes(sim, "13811100005", "13811100015", "13800001006")
    others = await outcomes(sim, "13811100005", account="other")

    assert mine == [1002, 1001, 1006]
    assert others == [1001]


async def test_a_rule_goes_before_a_magic_number(start):
    """P9.2"""
    sim = await start(RICH + rule('number = { suffix = "5" }\noutcome = 0'), config=BARE)

    ends = await outcomes(sim, "13800001005", "13800001006")

    assert ends == [0, 1006]


async def test_all_conditions_of_a_rule_must_hold(start):
    """P9.2"""
    sim = await start(
        RICH
        + OTHER
        + rule(
            'account = "demo"\nnumber = { exact = "+13811100005" }\ncontent = { contains = "Promo" }\n'
            'sender = { exact = "ACME" }\nsmstype = 1\noutcome = 1012'
        ),
        config=BARE,
    )
    good = {"number": "+13811100005", "content": "big Promo", "sender": "ACME", "smstype": "1", "account": "demo"}
    spoiled = [
        {},
        {"number": "13811100005"},
        {"content": "big promo"},
        {"sender": "acme"},
        {"sender": ""},
        {"smstype": "0"},
        {"account": "other"},
    ]

    for change in spoiled:
        fields = good | change
        await sim.submit(fields.pop("number"), **fields)
    await sim.advance(30)

    assert [message["state"] for message in await sim.messages()] == [1012, 0, 0, 0, 0, 0, 0]


async def test_a_rule_whose_times_are_used_up_does_not_match(start):
    """P9.2: counted in id order"""
    sim = await start(
        RICH
        + rule('number = { suffix = "5" }\noutcome = 1001\ntimes = 3')
        + rule('number = { suffix = "5" }\noutcome = 1002\ntimes = 2'),
        config=BARE,
    )
    await sim.submit("13811100005,13811100001,13811100015")
    await sim.submit("13811100025,13811100035,13811100045,13811100055")

    await sim.advance(30)

    assert [message["state"] for message in await sim.messages()] == [1001, 0, 1001, 1001, 1002, 1002, 0]


async def test_times_are_counted_across_a_restart(start):
    """P9.2: in the transaction that accepts"""
    once = RICH + rule("outcome = 1001\ntimes = 3")
    sim = await start(once, config=BARE)
    await sim.submit(distinct(2))
    await sim.server.stop()

    again = await start(once, config=BARE)
    await again.submit(distinct(2))
    await again.advance(30)

    assert [message["state"] for message in await again.messages()] == [1001, 1001, 1001, 0]


async def test_a_refused_submit_uses_no_times(start):
    """P9.2: in the transaction that accepts"""
    poor = '\n[[accounts]]\naccount = "demo"\npassword = "demo123"\nbalance = "0.1"\n'
    sim = await start(poor + rule("outcome = 1001\ntimes = 2"), config=BARE)

    refused = await sim.post(DEMO | {"numbers": distinct(3), "content": "x"})
    await sim.submit(distinct(2))
    await sim.advance(30)

    assert refused.status == -10
    assert [message["state"] for message in await sim.messages()] == [1001, 1001]


async def test_a_rules_probability_is_drawn_for_each_message_from_the_seed(start):
    """P9.2, C3"""
    half = rule("outcome = 1001\nprobability = 0.5") + rule("outcome = 1002")
    ends = []
    for place, seed in enumerate((5, 5, 6)):
        sim = await start(RICH + half, config=BARE, seed=seed, database=f"{place}.db")
        await sim.submit(distinct(400))
        await sim.advance(30)
        ends.append([message["state"] for message in await sim.messages("limit=1000")])

    assert ends[0] == ends[1]
    assert ends[0] != ends[2]
    assert set(ends[0]) == {1001, 1002}
    assert 160 < ends[0].count(1001) < 240


@pytest.mark.parametrize(("probability", "end"), [("0", 0), ("0.0", 0), ("1", 1001), ("1.0", 1001)])
async def test_a_probability_of_0_never_applies_and_of_1_always(start, probability: str, end: int):
    """P9.2"""
    sim = await start(RICH + rule(f"outcome = 1001\nprobability = {probability}"), config=BARE)
    await sim.submit(distinct(50))

    await sim.advance(30)

    assert {message["state"] for message in await sim.messages()} == {end}


async def test_a_failed_chance_uses_no_times(start):
    """P9.2: a rule whose probability fails does not match."""
    sim = await start(RICH + rule("outcome = 1001\nprobability = 0.5\ntimes = 20"), config=BARE)
    await sim.submit(distinct(200))

    await sim.advance(30)

    ends = [message["state"] for message in await sim.messages("limit=1000")]
    assert ends.count(1001) == 20
    assert 0 in ends[: 200 - ends[::-1].index(1001)]


async def test_what_was_accepted_is_not_changed_by_later_rules(start):
    """P9.2: settled at acceptance"""
    sim = await start(RICH + rule("outcome = 1001"), config=BARE)
    await sim.submit("13811100001")
    await sim.server.stop()

    again = await start(RICH + rule("outcome = 1002\nsending_seconds = 500"), config=BARE)
    await again.submit("13811100001")
    await again.advance(30)
    states = [message["state"] for message in await again.messages()]
    await again.advance(600)

    assert states == [1001, 2]
    assert [message["state"] for message in await again.messages()] == [1001, 1002]


async def test_outcomes_1_and_2_stay(start, receiver: Receiver):
    """C3: 1 / 2 to stay unsent / sending"""
    sim = await start(
        with_callback(receiver.url)
        + rule('number = { suffix = "1" }\noutcome = 1')
        + rule('number = { suffix = "2" }\noutcome = 2'),
        config=BARE,
    )
    await sim.submit("13811100001,13811100002,13811100003", account="pushed")

    await sim.advance(10 * 86_400)

    assert [(one["state"], one["sent_at"] is None, one["final_at"]) for one in await sim.messages()] == [
        (1, True, None),
        (2, False, None),
        (0, False, "2026-01-01T12:00:30.000000+08:00"),
    ]
    assert [report[0] for report in receiver.reports] == [3]


async def test_the_magic_numbers_9001_and_9002_stay(sim: Simulator):
    """P9.3"""
    await sim.submit("13800009001,13800009002")

    await sim.advance(10 * 86_400)

    answer = await sim.get("getreport", DEMO | {"ids": "1,2"})
    assert answer.json()["array"] == [[1, "13800009001", 0, 1], [2, "13800009002", 20260101120010, 2]]
    assert (answer.json()["unsent"], answer.json()["sending"]) == (1, 1)


@pytest.mark.parametrize(
    ("number", "state"),
    [
        ("00001005", 1005),
        ("+00001005", 1005),
        ("13800001005", 1005),
        ("138000010050", 0),
        ("13810001005", 0),
        ("1005", 0),
        ("0001005", 0),
        ("00009001", 1),
    ],
)
async def test_a_magic_number_ends_in_four_zeros_and_a_code(sim: Simulator, number: str, state: int):
    """P9.3"""
    answer = await sim.post(DEMO | {"numbers": number, "content": "x"})

    await sim.advance(30)

    assert await sim.state(1) == state
    assert answer.notes == (["magic-number"] if state else [])


async def test_without_the_setting_no_number_is_magic(start):
    """P9.3"""
    sim = await start(magic_numbers=False)
    answer = await sim.post(DEMO | {"numbers": "13800001005,13800009001", "content": "x"})

    await sim.advance(30)

    assert [message["state"] for message in await sim.messages()] == [0, 0]
    assert answer.notes == []


SEGMENTS = {"account": "segments", "password": "demo123"}


async def test_a_failed_message_is_paid_back_balance_first(sim: Simulator):
    """P4.3: to what paid it; gift is spent before balance."""
    await sim.submit("13800001001,13800000000,13800001002,13800001003,13800001004,13800001005", **SEGMENTS)
    moments = [await sim.balance("segments")]

    for seconds in (29.9, 0.1):
        await sim.advance(seconds)
        moments.append(await sim.balance("segments"))

    assert moments == [("0.900000", "0.00000"), ("0.900000", "0.00000"), ("1.000000", "0.40000")]


async def test_each_failed_message_of_a_submit_is_paid_back_at_its_own_moment(start):
    """P4.3: balance first, over the whole submit"""
    account = (
        '\n[[accounts]]\naccount = "demo"\npassword = "demo123"\nbalance = "1"\ngift = "0.3"\nprice = "0.1"\n'
        "refund_failed = true\n"
    )
    late = rule('number = { suffix = "9" }\noutcome = 1001\nsending_seconds = 100')
    sim = await start(account + late, config=BARE)
    await sim.submit("13800001001,13800001002,13811100009,13811100019,13811100003")

    moments = [await sim.balance()]
    for _ in range(2):
        await sim.advance(80)
        moments.append(await sim.balance())

    assert moments == [("0.800000", "0.00000"), ("1.000000", "0.00000"), ("1.000000", "0.20000")]


async def test_by_default_a_failed_message_is_not_paid_back(sim: Simulator):
    """P4.3"""
    await sim.submit("13800000007,13800001001")

    await sim.advance(30)

    assert await sim.balance() == ("1000.000000", "49.90000")


async def test_a_message_that_stays_is_not_paid_back(sim: Simulator):
    """P4.3: only failed ones"""
    await sim.submit("13800009001,13800009002,13800000000", **SEGMENTS)

    await sim.advance(86_400)

    assert await sim.balance("segments") == ("1.000000", "0.20000")


async def test_a_step_that_the_store_failed_is_made_as_soon_as_it_does_not(sim: Simulator):
    """P9.1: each transition bears the moment at which it was due, however late it is stored."""
    (id,) = await sim.submit()
    with sim.behind_its_back() as connection:
        connection.execute("CREATE TRIGGER ill BEFORE UPDATE ON lives BEGIN SELECT RAISE(ABORT, 'ill'); END")
    failed = await sim.control("POST", "clock/advance", {"seconds": 10})
    with sim.behind_its_back() as connection:
        connection.execute("DROP TRIGGER ill")

    await sim.advance(0)

    assert failed.http_status == 503
    assert await sim.state(id) == 2
    (message,) = await sim.messages()
    assert message["sent_at"] == "2026-01-01T12:00:10.000000+08:00"
