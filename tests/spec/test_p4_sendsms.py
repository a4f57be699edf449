"""P4: sendsms."""

import asyncio

import pytest

from tests.conftest import DEMO, GOOD, Simulator, Start

PRICES = """
[[accounts]] # a price for each kind
account = "priced"
password = "demo123"
balance = "1"
gift = "0.2"
price = "0.07"
mms_price = "0.31"

[[accounts]] # the same, by the segment
account = "priced-by-segment"
password = "demo123"
balance = "1"
gift = "0.2"
price = "0.07"
mms_price = "0.31"
billing = "segment"
"""


# --- P4.1: how many numbers ---------------------------------------------------------------------------------------


async def test_a_get_of_100_numbers_is_accepted_and_one_of_101_is_not(sim: Simulator):
    """P4.1"""
    accepted = await sim.get("sendsms", GOOD | {"numbers": ",".join(["10010"] * 100)})
    refused = await sim.get("sendsms", GOOD | {"numbers": ",".join(["10010"] * 101)})

    assert accepted.json()["success"] == 100
    assert refused.body == b'{"status":-7,"success":0,"fail":101,"array":[]}'
    assert refused.reason == "numbers-too-many-get"
    assert (await sim.control("GET", "messages?limit=1")).json()["total"] == 100


async def test_a_post_of_10000_numbers_is_accepted_and_one_of_10001_is_not(sim: Simulator):
    """P4.1, P4.2"""
    numbers = [str(13_800_000_000 + at) for at in range(10_000)]

    accepted = await sim.post(GOOD | {"numbers": ",".join(numbers)})
    refused = await sim.post(GOOD | {"numbers": ",".join([*numbers, "10010"])})

    rows = ",".join(f"[{number},{id}]" for id, number in enumerate(numbers, 1))
    assert accepted.text == f'{{"status":0,"success":10000,"fail":0,"array":[{rows}]}}'
    assert refused.body == b'{"status":-7,"success":0,"fail":10001,"array":[]}'
    assert refused.reason == "numbers-too-many-post"
    assert (await sim.control("GET", "messages?limit=1")).json()["total"] == 10_000
    assert await sim.balance() == ("550.000000", "0.00000")


async def test_10000_mixed_numbers_are_answered_one_by_one(sim: Simulator):
    """P4.1, P4.2"""
    numbers = ["10010", "+10010", "12", "010010", ""] * 2500

    answer = await sim.post(GOOD | {"numbers": ",".join(numbers)})

    rows = ",".join(f'[10010,{id}],["+10010",{id + 1}],["010010",{id + 2}]' for id in range(1, 7501, 3))
    assert answer.text == f'{{"status":0,"success":7500,"fail":2500,"array":[{rows}]}}'


async def test_the_post_of_the_document_is_broken_json(start: Start):
    """P4.1"""
    sim = await start('[[accounts]]\naccount = "chenkc"\npassword = "123456"\nbalance = "1"\n')
    sample = (
        '{"account":"chenkc","password":"123456","content":"test","smstype":0,'
        '"mmstitle":"mms\ntitle decs"，"numbers":"123456"}'
    )
    repaired = sample.replace("，", ",").replace("\n", " ")

    answers = [await sim.request("POST", "/sendsms", data=body.encode()) for body in (sample, repaired)]

    assert [answer.text for answer in answers] == [
        '{"status":-1,"success":0,"fail":0,"array":[]}',
        '{"status":0,"success":1,"fail":0,"array":[[123456,1]]}',
    ]


# --- P4.2: the answer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_example_of_the_document_to_the_byte(sim: Simulator, method: str):
    """P4.2"""
    parameters = GOOD | {"numbers": "10010,1008611"}

    answer = await (sim.get("sendsms", parameters) if method == "GET" else sim.post(parameters))

    assert answer.body == b'{"status":0,"success":2,"fail":0,"array":[[10010,1],[1008611,2]]}'


async def test_numbers_are_answered_in_the_order_given_and_duplicates_are_messages_of_their_own(sim: Simulator):
    """P4.2"""
    answer = await sim.get("sendsms", GOOD | {"numbers": "333,111,222,111,333"})

    assert answer.json()["array"] == [[333, 1], [111, 2], [222, 3], [111, 4], [333, 5]]
    assert [(m["id"], m["number"]) for m in await sim.messages()] == [
        (1, "333"),
        (2, "111"),
        (3, "222"),
        (4, "111"),
        (5, "333"),
    ]


async def test_ids_grow_from_1_server_wide(sim: Simulator):
    """P4.2"""
    ids = [
        await sim.submit("10010,10011"),
        await sim.submit("10010", account="fragile"),
        await sim.submit("10010,10011,12"),
        await sim.submit("10010", account="segments"),
    ]

    assert ids == [[1, 2], [3], [4, 5], [6]]


async def test_a_refused_submit_uses_no_id(sim: Simulator):
    """P4.2"""
    for account in ("poor", "locked", "office"):
        await sim.post(GOOD | {"account": account})

    assert await sim.submit() == [1]


async def test_ids_go_on_after_a_restart(start: Start):
    """P4.2"""
    first = await start()
    await first.submit("10010,10011")
    await first.server.stop()

    second = await start()

    assert await second.submit() == [3]


async def test_ids_of_submits_at_the_same_moment_are_never_the_same(sim: Simulator):
    """P4.2"""
    groups = await asyncio.gather(*(sim.submit("10010,10011,10012") for _ in range(20)))

    assert sorted(id for ids in groups for id in ids) == list(range(1, 61))
    assert all(ids == list(range(ids[0], ids[0] + 3)) for ids in groups)


@pytest.mark.parametrize(
    ("number", "echo"),
    [
        ("123", "123"),
        ("999999999999999999", "999999999999999999"),
        ("1000000000000000000", '"1000000000000000000"'),
        ("12345678901234567890", '"12345678901234567890"'),
        ("+8613800000000", '"+8613800000000"'),
        ("013800000000", '"013800000000"'),
        ("008613800000000", '"008613800000000"'),
        ("000", '"000"'),
        ("+012", '"+012"'),
        (" 13800000000 ", "13800000000"),
        ("\u3000+8613800000000\t", '"+8613800000000"'),
        (" 012 ", '"012"'),
    ],
)
async def test_a_number_that_a_json_integer_cannot_carry_goes_as_a_string(sim: Simulator, number: str, echo: str):
    """P4.2"""
    alone = await sim.get("sendsms", GOOD | {"numbers": number})
    among = await sim.get("sendsms", GOOD | {"numbers": f"10010,{number},10011"})

    assert alone.text == f'{{"status":0,"success":1,"fail":0,"array":[[{echo},1]]}}'
    assert among.text == f'{{"status":0,"success":3,"fail":0,"array":[[10010,2],[{echo},3],[10011,4]]}}'
    (message,) = await sim.messages("limit=1")
    assert message["number"] == number.strip()


@pytest.mark.parametrize(
    ("numbers", "fail"),
    [("10010", 1), ("10010,10011", 2), ("10010,,12, ,abc", 3), (",,", 0), ("", 0), ("10010，10011,1", 2)],
)
async def test_a_refusal_counts_the_numbers_that_are_not_empty(sim: Simulator, numbers: str, fail: int):
    """P4.2"""
    answers = [
        await sim.get("sendsms", GOOD | {"numbers": numbers, "password": "wrong"}),
        await sim.get("sendsms", GOOD | {"numbers": numbers, "account": "office"}),
        await sim.get("sendsms", GOOD | {"numbers": numbers, "content": ""}),
        await sim.post({"numbers": numbers}),
    ]

    assert [answer.text for answer in answers] == [
        f'{{"status":{status},"success":0,"fail":{fail},"array":[]}}' for status in (-1, -2, -4, -1)
    ]


async def test_ids_are_what_getreport_takes(sim: Simulator):
    """P4.2"""
    ids = await sim.submit("10010,1008611")

    report = await sim.get("getreport", DEMO | {"ids": ",".join(map(str, ids))})

    assert report.json()["array"] == [[1, "10010", 0, 1], [2, "1008611", 0, 1]]


# --- P4.3: prices -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "more", "left"),
    [
        ("priced", {}, ("1.000000", "0.13000")),
        ("priced", {"content": "x" * 161}, ("1.000000", "0.13000")),
        ("priced", {"smstype": "1"}, ("0.890000", "0.00000")),
        ("priced", {"smstype": "1", "content": "x" * 1024}, ("0.890000", "0.00000")),
        ("priced", {"numbers": "10010,10011,10012,12"}, ("0.990000", "0.00000")),
        ("priced-by-segment", {}, ("1.000000", "0.13000")),
        ("priced-by-segment", {"content": "x" * 161}, ("1.000000", "0.06000")),
        ("priced-by-segment", {"content": "x" * 307, "numbers": "10010,10011"}, ("0.780000", "0.00000")),
        ("priced-by-segment", {"smstype": "1", "content": "x" * 1024}, ("0.890000", "0.00000")),
    ],
)
async def test_a_message_costs_its_price_and_gift_is_spent_before_balance(
    start: Start, account: str, more: dict[str, str], left: tuple[str, str]
):
    """P4.3"""
    sim = await start(PRICES)

    await sim.post(GOOD | {"account": account} | more)

    assert await sim.balance(account) == left


async def test_prices_are_a_twentieth_and_a_fifth_unless_set(sim: Simulator):
    """P4.3"""
    await sim.submit()
    await sim.submit(smstype="1")

    assert [message["price"] for message in await sim.messages()] == ["0.050000", "0.200000"]
    assert await sim.balance() == ("1000.000000", "49.75000")


@pytest.mark.parametrize(
    ("content", "segments"),
    [
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 1024, 7),
        ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./?¡ÄÖÑÜ§¿äöñüà" + "a" * 60, 1),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("€" * 76 + "a" + "€" * 76 + "a", 2),
        ("€" * 153, 3),
        ("验" * 70, 1),
        ("验" * 71, 2),
        ("验" * 134, 2),
        ("验" * 135, 3),
        ("a" * 69 + "验", 1),
        ("a" * 70 + "验", 2),
        ("`" * 70, 1),
        ("`" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
        ("a" * 66 + "😀" + "a" * 66, 3),
    ],
    ids=lambda value: f"{len(value)} from {value[0]!a}" if isinstance(value, str) else f"{value} segments",
)
async def test_a_content_has_so_many_segments_and_an_mms_is_one(sim: Simulator, content: str, segments: int):
    """P4.3"""
    await sim.submit(content=content)
    await sim.submit(content=content, smstype="1")

    assert [message["segments"] for message in await sim.messages()] == [segments, 1]


async def test_gift_and_balance_are_spent_in_the_transaction_of_the_messages(start: Start):
    """P4.3"""
    first = await start(PRICES)
    await first.submit("10010,10011,10012", account="priced")
    await first.server.stop()

    second = await start(PRICES)

    assert await second.balance("priced") == ("0.990000", "0.00000")
    assert len(await second.messages()) == 3


async def test_a_free_message_needs_no_money(start: Start):
    """P4.3"""
    sim = await start('[[accounts]]\naccount = "a"\npassword = "demo123"\nprice = "0"\n')

    assert await sim.submit(account="a") == [1]


# --- P4.3: refunds ------------------------------------------------------------------------------------------------


async def test_without_refunds_a_failed_message_stays_paid(sim: Simulator):
    """P4.3"""
    await sim.submit("13800000007")
    await sim.advance(30)

    assert await sim.state(1) == 1011
    assert await sim.balance() == ("1000.000000", "49.95000")


@pytest.mark.parametrize(
    ("numbers", "paid", "back"),
    [
        ("10007", ("1.000000", "0.40000"), ("1.000000", "0.50000")),
        ("10007,10008", ("1.000000", "0.30000"), ("1.000000", "0.40000")),
        ("10008,10018,10028,10038,10048,10058,10007", ("0.800000", "0.00000"), ("0.900000", "0.00000")),
        ("10008,10018,10028,10038,10007,10017,10027", ("0.800000", "0.00000"), ("1.000000", "0.10000")),
        ("10007,10017,10027,10037,10047,10057,10067", ("0.800000", "0.00000"), ("1.000000", "0.50000")),
    ],
)
async def test_a_failed_message_is_paid_back_to_what_paid_it_balance_first(
    sim: Simulator, numbers: str, paid: tuple[str, str], back: tuple[str, str]
):
    """P4.3"""
    await sim.submit(numbers, account="segments")
    before = await sim.balance("segments")
    await sim.advance(29)
    sending = await sim.balance("segments")
    await sim.advance(1)

    assert (before, sending) == (paid, paid)
    assert await sim.balance("segments") == back


async def test_messages_that_fail_one_after_the_other_are_paid_back_as_those_that_fail_together(start: Start):
    """P4.3"""
    slow = '\n[[rules]]\nnumber = { suffix = "9" }\noutcome = 1001\nsending_seconds = 100\n'
    sim = await start(slow)
    await sim.submit("10008,10018,10028,10038,10007,10017,10009", account="segments")

    purses = [await sim.balance("segments")]
    for seconds in (30, 80):
        await sim.advance(seconds)
        purses.append(await sim.balance("segments"))

    assert purses == [("0.800000", "0.00000"), ("1.000000", "0.00000"), ("1.000000", "0.10000")]


async def test_every_segment_of_a_failed_message_is_paid_back(sim: Simulator):
    """P4.3"""
    await sim.submit("10007", content="x" * 307, account="segments")
    before = await sim.balance("segments")

    await sim.advance(30)

    assert before == ("1.000000", "0.20000")
    assert await sim.balance("segments") == ("1.000000", "0.50000")


async def test_money_paid_back_is_there_after_a_restart(start: Start):
    """P4.3"""
    first = await start()
    await first.submit("10007,10008", account="segments")
    await first.advance(30)
    await first.server.stop()

    second = await start()

    assert await second.balance("segments") == ("1.000000", "0.40000")
