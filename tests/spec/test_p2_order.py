"""P2: which status wins, when each arises, and that a refusal leaves nothing behind."""

import asyncio
import gc
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eims_sim.domain.authentication import ACCOUNT_DISABLED, AUTO_REASONS
from eims_sim.domain.checks import BALANCE_CHECKS, BOOKING_REASONS, INBOUND_CHECKS, REPORT_CHECKS, SUBMIT_CHECKS
from eims_sim.engine.gateway import STORE_FAILED
from tests.conftest import DEMO, GOOD, Answer, Simulator, Start, signed

ENDPOINTS = ("getbalance", "sendsms", "getreport", "getsms")

# An account for every way in which an account itself can be wrong. Its own address is named by a trusted proxy.
CAREFUL = "".join(
    f"""
[[accounts]]
account = "careful-{lock}-{purse}"
password = "demo123"
balance = "{balance}"
allowed_ips = ["10.0.0.0/8"]
templates = ["Your code is {{code}}."]
locked = {locked}
"""
    for lock, locked in (("free", "false"), ("locked", "true"))
    for purse, balance in (("rich", "1000"), ("poor", "0.04"))
)
PROXY = {"trusted_proxies": ["127.0.0.1/32"]}

UNKEPT = """
CREATE TRIGGER ill BEFORE INSERT ON submits WHEN NEW.content LIKE '%unkept%'
BEGIN SELECT RAISE(ABORT, 'the disk is ill'); END
"""


def fall_ill(sim: Simulator, statement: str) -> None:
    """Do something to the database behind the server's back."""
    with sim.behind_its_back() as other:
        other.execute(statement)


@dataclass(frozen=True)
class Request:
    """What a client sends, and from where."""

    params: Mapping[str, str]
    headers: Mapping[str, str]


def submit(*troubles: str) -> Request:
    """A submit that is wrong in these ways at once and in no other."""
    lock = "locked" if "account locked" in troubles else "free"
    purse = "poor" if "balance too low" in troubles else "rich"
    code = "1234"
    code += " Casino" if "sensitive word" in troubles else ""
    code += " unkept" if "store fails" in troubles else ""
    code += "x" * 1024 if "content too long" in troubles else ""
    content = f"The code is {code}." if "no template" in troubles else f"Your code is {code}."
    if "content empty" in troubles:
        content = " " * (1025 if "content too long" in troubles else 1)
    number = "12" if "numbers abnormal" in troubles else "13800000000"
    number = " " if "numbers empty" in troubles else number
    parameters = {
        "account": f"careful-{lock}-{purse}",
        "password": "wrong" if "wrong password" in troubles else "demo123",
        "content": content,
        "numbers": ",".join([number] * (101 if "too many numbers" in troubles else 1)),
        "sendtime": "20260230120000" if "wrong sendtime" in troubles else "",
        "smstype": "2" if "unknown smstype" in troubles else "0",
    }
    address = "192.0.2.1" if "foreign address" in troubles else "10.0.0.1"
    return Request(parameters, {"X-Forwarded-For": address})


# P2: what to spoil in a good submit, and the status that names it, in the order in which they win.
SPOILED = {
    "wrong password": -1,
    "foreign address": -2,
    "account locked": -13,
    "content empty": -4,
    "content too long": -5,
    "sensitive word": -3,
    "no template": -6,
    "numbers empty": -8,
    "too many numbers": -7,
    "numbers abnormal": -9,
    "wrong sendtime": -11,
    "unknown smstype": -12,
    "balance too low": -10,
    "store fails": -12,
}
LAST = {"unknown smstype": "smstype-unknown", "store fails": "store-failed"}
"""The two troubles that share a status are told apart by their reasons."""


@pytest.fixture
async def careful(start: Start) -> Simulator:
    """A server where everything can go wrong at once."""
    sim = await start(CAREFUL, **PROXY)
    fall_ill(sim, UNKEPT)
    return sim


async def ask(sim: Simulator, request: Request) -> Answer:
    return await sim.get("sendsms", request.params, headers=request.headers)


async def untouched(sim: Simulator) -> bool:
    """Whether nothing was stored or charged."""
    purse = await sim.get(
        "getbalance",
        {"account": "careful-free-rich", "password": "demo123"},
        headers={"X-Forwarded-For": "10.0.0.1"},
    )
    return purse.json()["balance"] == "1000.000000" and await sim.messages() == []


async def test_a_submit_that_nothing_is_wrong_with_is_accepted(careful: Simulator):
    """P2"""
    answer = await ask(careful, submit())

    assert answer.body == b'{"status":0,"success":1,"fail":0,"array":[[13800000000,1]]}'
    assert answer.reason is None
    assert not await untouched(careful)


@pytest.mark.parametrize("trouble", SPOILED)
async def test_a_spoiled_submit_is_refused_by_name_and_leaves_nothing_behind(careful: Simulator, trouble: str):
    """P2"""
    answer = await ask(careful, submit(trouble))

    assert answer.http_status == 200
    assert answer.status == SPOILED[trouble]
    assert answer.reason == LAST.get(trouble, answer.reason)
    assert answer.reason is not None
    assert answer.json()["success"] == 0
    assert answer.json()["array"] == []
    assert await untouched(careful)


@pytest.mark.parametrize(("first", "second"), list(pairwise(SPOILED)))
async def test_of_two_neighbours_in_the_order_the_first_wins(careful: Simulator, first: str, second: str):
    """P2"""
    answer = await ask(careful, submit(first, second))

    assert answer.status == SPOILED[first]
    assert answer.reason == LAST.get(first, answer.reason)
    assert await untouched(careful)


@given(troubles=st.sets(st.sampled_from(list(SPOILED)), min_size=1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_of_any_troubles_the_first_in_the_order_wins(careful: Simulator, troubles: set[str]):
    """P2"""
    answer = await ask(careful, submit(*troubles))

    first = next(trouble for trouble in SPOILED if trouble in troubles)
    assert answer.status == SPOILED[first]
    assert answer.reason == LAST.get(first, answer.reason)
    assert await untouched(careful)


def test_every_check_has_a_spoiled_submit():
    """P2: -12 arises in the checks and, once more, from the store"""
    checked = [int(check.status) for check in SUBMIT_CHECKS] + [int(status) for status in BOOKING_REASONS] + [-12]

    assert checked == list(SPOILED.values())


# --- every reason -------------------------------------------------------------------------------------------------

TOO_MANY = ",".join(["13800000000"] * 101)

# reason: endpoint, what is sent, the status
REASONS: dict[str, tuple[str, dict[str, str], int]] = {
    "account-missing": ("sendsms", {"password": "demo123"}, -1),
    "account-missing-body-unreadable": ("POST {", {}, -1),
    "account-unknown": ("sendsms", GOOD | {"account": "nobody"}, -1),
    "account-case": ("sendsms", GOOD | {"account": "Demo"}, -1),
    "password-missing": ("sendsms", GOOD | {"password": ""}, -1),
    "auth-password-mismatch": ("sendsms", GOOD | {"password": "wrong"}, -1),
    "auth-digest-to-plain": ("sendsms", GOOD | {"password": "0" * 32}, -1),
    "auth-plain-to-md5": ("sendsms", GOOD | {"account": "digest"}, -1),
    "auth-md5-mismatch": ("sendsms", GOOD | signed("digest", key="another"), -1),
    "seq-malformed": ("sendsms", GOOD | signed("digest", seq="0"), -1),
    "time-malformed": ("sendsms", GOOD | signed("digest", time="1"), -1),
    "time-skew": ("sendsms", GOOD | signed("punctual", time="1700000000"), -1),
    "seq-used": ("sendsms", GOOD | signed("unique"), -1),
    "seq-not-greater": ("sendsms", GOOD | signed("increasing", seq="2"), -1),
    "ip-not-allowed": ("sendsms", GOOD | {"account": "office"}, -2),
    "account-locked": ("sendsms", GOOD | {"account": "locked"}, -13),
    "content-missing": ("sendsms", DEMO | {"numbers": "10010"}, -4),
    "content-blank": ("sendsms", GOOD | {"content": " "}, -4),
    "content-too-long": ("sendsms", GOOD | {"content": "x" * 1025}, -5),
    "sensitive-word-server": ("sendsms", GOOD | {"content": "Casino"}, -3),
    "sensitive-word-account": ("sendsms", GOOD | {"content": "forbidden"}, -3),
    "template-mismatch": ("sendsms", GOOD | {"account": "templated"}, -6),
    "numbers-missing": ("sendsms", DEMO | {"content": "Hello"}, -8),
    "numbers-blank": ("sendsms", GOOD | {"numbers": " , ,"}, -8),
    "numbers-too-many-get": ("sendsms", GOOD | {"numbers": TOO_MANY}, -7),
    "numbers-too-many-post": ("POST", GOOD | {"numbers": ",".join(["10010"] * 10_001)}, -7),
    "numbers-abnormal": ("sendsms", GOOD | {"numbers": "12"}, -9),
    "numbers-full-width-comma": ("sendsms", GOOD | {"numbers": "10010，10011"}, -9),
    "sendtime-malformed": ("sendsms", GOOD | {"sendtime": "tomorrow"}, -11),
    "smstype-unknown": ("sendsms", GOOD | {"smstype": "2"}, -12),
    "balance-too-low": ("sendsms", GOOD | {"account": "poor"}, -10),
    "ids-missing": ("getreport", DEMO, -8),
    "ids-blank": ("getreport", DEMO | {"ids": ",,"}, -8),
    "ids-too-many": ("getreport", DEMO | {"ids": ",".join(map(str, range(201)))}, -7),
    "start-time-malformed": ("getsms", DEMO | {"start_time": "today"}, -12),
}


async def test_every_reason_arises(sim: Simulator):
    """P2"""
    await sim.get("getbalance", signed("unique"))
    await sim.get("getbalance", signed("increasing", seq="2"))
    given = {}

    for reason, (endpoint, parameters, _) in REASONS.items():
        match endpoint:
            case "POST {":
                answer = await sim.request("POST", "/sendsms", data=b"{")
            case "POST":
                answer = await sim.post(parameters)
            case _:
                answer = await sim.get(endpoint, parameters)
        given[reason] = (answer.reason, answer.status)

    assert given == {reason: (reason, status) for reason, (_, _, status) in REASONS.items()}
    assert await sim.messages() == []


async def test_an_account_that_is_in_no_file_any_more_is_refused(start: Start):
    """P2 order 1"""
    first = await start('[[accounts]]\naccount = "gone"\npassword = "demo123"\n')
    before = await first.get("getbalance", DEMO | {"account": "gone"})
    await first.server.stop()
    second = await start()

    after = await second.get("getbalance", DEMO | {"account": "gone"})

    assert before.status == 0
    assert (after.status, after.reason) == (-1, "account-disabled")


def test_every_reason_has_a_request():
    """P2"""
    checks = SUBMIT_CHECKS + REPORT_CHECKS + INBOUND_CHECKS + BALANCE_CHECKS
    known = {reason.code for check in checks for reason in check.reasons}
    known |= {reason.code for reasons in BOOKING_REASONS.values() for reason in reasons}

    unusual = {ACCOUNT_DISABLED.code, *(reason.code for reason in AUTO_REASONS)}
    assert known - unusual == set(REASONS)


# --- the other endpoints ------------------------------------------------------------------------------------------

REFUSED = {
    "getbalance": '{{"status":{}}}',
    "getreport": '{{"status":{},"success":0,"fail":0,"unsent":0,"sending":0,"nofound":0,"array":[]}}',
    "getsms": '{{"status":{},"cnt":0,"array":[]}}',
}

OTHERS = {
    "getbalance": {"wrong password": -1, "foreign address": -2},
    "getreport": {
        "wrong password": -1,
        "foreign address": -2,
        "account locked": -13,
        "ids empty": -8,
        "too many ids": -7,
    },
    "getsms": {"wrong password": -1, "foreign address": -2, "account locked": -13, "wrong start_time": -12},
}


def other(*troubles: str) -> Request:
    """A getbalance, getreport or getsms that is wrong in these ways at once."""
    spoiled = submit(*troubles)
    one = " " if "ids empty" in troubles else "1"
    parameters = {
        "account": spoiled.params["account"],
        "password": spoiled.params["password"],
        "ids": ",".join([one] * (201 if "too many ids" in troubles else 1)),
        "start_time": "1.5" if "wrong start_time" in troubles else "0",
    }
    return Request(parameters, spoiled.headers)


@pytest.mark.parametrize("endpoint", OTHERS)
async def test_another_endpoint_knows_its_own_statuses_in_the_same_order(careful: Simulator, endpoint: str):
    """P2"""
    order = OTHERS[endpoint]
    combinations = [(trouble,) for trouble in order] + list(pairwise(order)) + [tuple(order)]

    answers = {}
    for troubles in combinations:
        request = other(*troubles)
        answers[troubles] = (await careful.get(endpoint, request.params, headers=request.headers)).text

    assert answers == {troubles: REFUSED[endpoint].format(order[troubles[0]]) for troubles in combinations}


async def test_getbalance_knows_no_lock(sim: Simulator):
    """P2 order 3"""
    answer = await sim.get("getbalance", DEMO | {"account": "locked"})

    assert answer.body == b'{"status":0,"balance":"1000.000000","gift":"0.00000"}'


@pytest.mark.parametrize("endpoint", ["sendsms", "getreport", "getsms"])
async def test_every_other_endpoint_knows_the_lock(sim: Simulator, endpoint: str):
    """P2 order 3"""
    answer = await sim.get(endpoint, GOOD | {"account": "locked", "ids": "1"})

    assert answer.status == -13


@pytest.mark.parametrize("ids", ["1," * 200, "," * 500 + "1", " , ,1, "])
async def test_200_ids_are_not_too_many_and_empty_ones_do_not_count(sim: Simulator, ids: str):
    """P2 order 9"""
    answer = await sim.get("getreport", DEMO | {"ids": ids})

    assert answer.status == 0


# --- order 2: addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_an_account_with_an_allow_list_is_refused_from_elsewhere(sim: Simulator, endpoint: str):
    """P2 order 2"""
    answer = await sim.get(endpoint, GOOD | {"account": "office", "ids": "1"})

    assert (answer.status, answer.reason) == (-2, "ip-not-allowed")


@pytest.mark.parametrize(
    "network", ["127.0.0.1", "127.0.0.0/8", "0.0.0.0/0", "::ffff:127.0.0.1", "::ffff:127.0.0.0/104"]
)
async def test_an_address_on_the_list_may_call(start: Start, network: str):
    """P2 order 2"""
    sim = await start(f'[[accounts]]\naccount = "a"\npassword = "demo123"\nallowed_ips = ["192.0.2.1", "{network}"]\n')

    answer = await sim.get("getbalance", DEMO | {"account": "a"})

    assert answer.status == 0


async def test_without_a_trusted_proxy_x_forwarded_for_means_nothing(sim: Simulator):
    """P2 order 2"""
    answer = await sim.get("getbalance", DEMO | {"account": "office"}, headers={"X-Forwarded-For": "10.0.0.1"})

    assert answer.status == -2


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [
        ("10.0.0.1", 0),
        (" 10.255.255.255 ", 0),
        ("::ffff:10.0.0.1", 0),
        ("2001:db8::1", 0),
        ("192.0.2.1", -2),
        ("2001:db9::1", -2),
        ("10.0.0.1, 192.0.2.1", -2),
        ("192.0.2.1, 10.0.0.1", 0),
        ("192.0.2.1, 10.0.0.1, 127.0.0.1", 0),
        ("192.0.2.1,10.0.0.1,172.16.0.1,::ffff:127.0.0.1,", 0),
        ("10.0.0.1, 192.0.2.1, 172.16.0.1, 127.0.0.1", -2),
        ("10.0.0.1, unknown", -2),
        ("nonsense", -2),
        ("10.0.0.1:80", -2),
        ("", -2),
    ],
)
async def test_behind_trusted_proxies_the_first_address_from_the_right_that_is_none_of_them_counts(
    start: Start, forwarded: str, status: int
):
    """P2 order 2"""
    sim = await start(trusted_proxies=["127.0.0.1/32", "172.16.0.0/12"])

    answer = await sim.get("getbalance", DEMO | {"account": "office"}, headers={"X-Forwarded-For": forwarded})

    assert answer.status == status


@pytest.mark.parametrize(("client", "proxy", "status"), [("10.0.0.1", "192.0.2.1", -2), ("192.0.2.1", "10.0.0.1", 0)])
async def test_a_proxy_that_adds_a_header_of_its_own_is_the_right_end(
    start: Start, client: str, proxy: str, status: int
):
    """P2 order 2"""
    sim = await start(**PROXY)
    headers = [("X-Forwarded-For", client), ("X-Forwarded-For", proxy)]

    answer = await sim.get("getbalance", DEMO | {"account": "office"}, headers=headers)

    assert answer.status == status


# --- order 3: locks -----------------------------------------------------------------------------------------------

FRAGILE = GOOD | {"account": "fragile"}


async def attempts(sim: Simulator, *passwords: str) -> list[int]:
    """The statuses of submits with these passwords."""
    return [(await sim.get("sendsms", FRAGILE | {"password": password})).status for password in passwords]


async def test_so_many_failures_in_a_row_lock_an_account(sim: Simulator):
    """P2 order 3"""
    assert await attempts(sim, "a", "b", "c", "demo123", "d", "demo123") == [-1, -1, -1, -13, -1, -13]


async def test_a_right_password_clears_the_count(sim: Simulator):
    """P2 order 3"""
    assert await attempts(sim, "a", "b", "demo123", "a", "b", "demo123") == [-1, -1, 0, -1, -1, 0]


async def test_failures_count_on_every_endpoint(sim: Simulator):
    """P2 order 3"""
    for endpoint in ("getbalance", "getreport", "getsms"):
        await sim.get(endpoint, FRAGILE | {"password": "wrong", "ids": "1"})

    assert await attempts(sim, "demo123") == [-13]


async def test_a_name_in_another_case_is_no_way_around_the_lock(sim: Simulator):
    """P2 order 3, C5: tries that count nowhere tell nothing of a password that is guarded"""
    guarded = [await sim.get("getbalance", DEMO | {"account": "Fragile"} | more) for more in ({}, {"password": "x"})]
    free = [await sim.get("getbalance", DEMO | {"account": "Demo"} | more) for more in ({}, {"password": "x"})]

    assert {answer.reason for answer in guarded + free} == {"account-case"}
    assert len({answer.headers["X-EIMS-Sim-Reason"] for answer in guarded}) == 1
    assert len({answer.headers["X-EIMS-Sim-Reason"] for answer in free}) == 2


async def test_failures_are_those_of_one_account(sim: Simulator):
    """P2 order 3"""
    for _ in range(5):
        await sim.get("getbalance", DEMO | {"account": "Fragile", "password": "wrong"})
        await sim.get("getbalance", DEMO | {"password": "wrong"})

    assert await attempts(sim, "demo123") == [0]


async def test_a_lock_by_failures_is_stored(start: Start):
    """P2 order 3"""
    first = await start()
    await attempts(first, "a", "b", "c")
    await first.server.stop()

    second = await start()

    assert await attempts(second, "demo123") == [-13]


async def test_the_count_of_failures_is_stored(start: Start):
    """P2 order 3"""
    first = await start()
    await attempts(first, "a", "b")
    await first.server.stop()

    second = await start()

    assert await attempts(second, "c", "demo123") == [-1, -13]


async def test_that_the_count_was_cleared_is_stored(start: Start):
    """P2 order 3"""
    first = await start()
    await attempts(first, "a", "b", "demo123")
    await first.server.stop()

    second = await start()

    assert await attempts(second, "c", "demo123") == [-1, 0]


async def test_an_account_without_the_setting_is_never_locked(sim: Simulator):
    """P2 order 3"""
    for _ in range(10):
        await sim.get("getbalance", DEMO | {"password": "wrong"})

    assert (await sim.get("sendsms", GOOD)).status == 0


# --- orders 4 to 7: content ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "status"),
    [("x" * 1024, 0), ("x" * 1025, -5), ("验" * 1024, 0), ("验" * 1025, -5), ("😀" * 1024, 0), ("😀" * 1025, -5)],
    ids=["latin", "latin + 1", "chinese", "chinese + 1", "emoji", "emoji + 1"],
)
async def test_content_is_at_most_1024_code_points(sim: Simulator, content: str, status: int):
    """P2 order 5"""
    answer = await sim.post(GOOD | {"content": content})

    assert answer.status == status


@pytest.mark.parametrize(
    ("unit", "content", "status"),
    [("characters", "验" * 9, 0), ("characters", "验" * 10, -5), ("bytes", "验" * 3, 0), ("bytes", "验" * 3 + "x", -5)],
)
async def test_the_limit_of_content_and_its_unit_are_settings(start: Start, unit: str, content: str, status: int):
    """P2 order 5"""
    sim = await start(content_limit=9, content_limit_unit=unit)

    answer = await sim.post(GOOD | {"content": content})

    assert answer.status == status


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("Casino", -3),
        ("the CASINO is open", -3),
        ("xcasinox", -3),
        ("forbidden", -3),
        ("FORBIDDEN fruit", -3),
        ("Cas ino", 0),
        ("forbid", 0),
    ],
)
async def test_sensitive_words_are_found_without_regard_to_case(sim: Simulator, content: str, status: int):
    """P2 order 6"""
    answer = await sim.post(GOOD | {"content": content})

    assert answer.status == status


async def test_the_words_of_an_account_are_its_own(sim: Simulator):
    """P2 order 6"""
    answers = [await sim.post(GOOD | {"account": "fragile", "content": content}) for content in ("forbidden", "casino")]

    assert [answer.status for answer in answers] == [0, -3]


@pytest.mark.parametrize("word", ["敏感", "straße", "a.c"])
async def test_sensitive_words_are_texts_in_any_script(start: Start, word: str):
    """P2 order 6"""
    sim = await start(sensitive_words=[word])

    answers = [await sim.post(GOOD | {"content": text}) for text in (f"({word.upper()})", "abc strasbourg 感敏")]

    assert [answer.status for answer in answers] == [-3, 0]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("Your code is 1234.", 0),
        ("Your code is 1\r\n2 验证码 {x}.", 0),
        ("Your code is ..", 0),
        ("Your code is .", -6),
        ("your code is 1234.", -6),
        ("Your code is 1234", -6),
        ("Your code is 1234.\n", -6),
        (" Your code is 1234.", -6),
        ("Your code is 1234. Bye.", 0),
        ("Hi Ada, bye", 0),
        ("Hi , bye", -6),
        ("Hi Ada, bye!", -6),
    ],
)
async def test_a_template_matches_the_whole_content(sim: Simulator, content: str, status: int):
    """P2 order 7"""
    answer = await sim.post(GOOD | {"account": "templated", "content": content})

    assert answer.status == status


@pytest.mark.parametrize(
    ("template", "content", "status"),
    [
        ("{a}{b_1}", "xy", 0),
        ("{a}{b_1}", "x", -6),
        ("{}", "{}", 0),
        ("{}", "x", -6),
        ("{a b}", "{a b}", 0),
        ("{a-b}", "xy", -6),
        (".*", "xy", -6),
        (".*", ".*", 0),
        ("(1|2)$", "(1|2)$", 0),
        ("{{name}}", "{Ada}", 0),
        ("验证码{code}，请勿泄露", "验证码1234，请勿泄露", 0),
    ],
)
async def test_what_is_no_placeholder_is_literal(start: Start, template: str, content: str, status: int):
    """P2 order 7"""
    sim = await start(f'[[accounts]]\naccount = "a"\npassword = "demo123"\nbalance = "1"\ntemplates = ["{template}"]\n')

    answer = await sim.post(GOOD | {"account": "a", "content": content})

    assert answer.status == status


# --- orders 8 to 10: numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "status"), [(100, 0), (101, -7)])
async def test_a_get_carries_100_numbers(sim: Simulator, count: int, status: int):
    """P2 order 9"""
    answer = await sim.get("sendsms", GOOD | {"numbers": "10010," * count})

    assert answer.status == status


@pytest.mark.parametrize(("count", "status"), [(10_000, 0), (10_001, -7)])
async def test_a_post_carries_10000_numbers(sim: Simulator, count: int, status: int):
    """P2 order 9"""
    answer = await sim.post(GOOD | {"numbers": "10010," * count})

    assert answer.status == status


async def test_a_post_whose_parameters_are_in_its_query_is_a_post(sim: Simulator):
    """P1.7, P2 order 9"""
    answer = await sim.request(
        "POST", "/sendsms?account=demo&password=demo123&content=Hello&numbers=" + ",".join(["10010"] * 101)
    )

    assert answer.json()["success"] == 101


async def test_numbers_are_counted_after_empty_ones_are_dropped_and_before_abnormal_ones_are(sim: Simulator):
    """P2 order 9"""
    empty = await sim.get("sendsms", GOOD | {"numbers": "10010, ," * 100})
    abnormal = await sim.get("sendsms", GOOD | {"numbers": "10010," * 100 + "12"})

    assert (empty.status, abnormal.status) == (0, -7)


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("123", 0),
        ("12", -9),
        ("12345678901234567890", 0),
        ("123456789012345678901", -9),
        ("+123", 0),
        ("+12", -9),
        ("+12345678901234567890", 0),
        (" +86 13800000000", -9),
        (" +8613800000000 ", 0),
        ("++123", -9),
        ("123+", -9),
        ("+", -9),
        ("-123", -9),
        ("123.4", -9),
        ("0x123", -9),
        ("138-0000-0000", -9),
        ("(138)00000000", -9),
        ("13800000000;13800000001", -9),
        ("000", 0),
    ],
)
async def test_a_normal_number_has_3_to_20_digits_after_an_optional_plus(sim: Simulator, number: str, status: int):
    """P2 order 10"""
    answer = await sim.get("sendsms", GOOD | {"numbers": number})

    assert answer.status == status


async def test_a_full_width_comma_among_normal_numbers_is_named(sim: Simulator):
    """P2 order 10"""
    answer = await sim.get("sendsms", GOOD | {"numbers": "10010,10011，10012"})

    assert answer.body == b'{"status":0,"success":1,"fail":1,"array":[[10010,1]]}'
    assert answer.notes == ["numbers-some-full-width-comma"]


async def test_if_only_some_numbers_are_abnormal_the_rest_is_accepted(sim: Simulator):
    """P2 order 10"""
    answer = await sim.get("sendsms", GOOD | {"numbers": "10010,12,,abc,1-0011,+8610013"})

    assert answer.body == b'{"status":0,"success":2,"fail":3,"array":[[10010,1],["+8610013",2]]}'
    assert answer.notes == ["numbers-some-abnormal"]
    assert [message["number"] for message in await sim.messages()] == ["10010", "+8610013"]


async def test_a_full_width_comma_is_named(sim: Simulator):
    """P2 order 10"""
    answer = await sim.get("sendsms", GOOD | {"numbers": "10010，1008611"})

    assert answer.body == b'{"status":-9,"success":0,"fail":1,"array":[]}'
    assert answer.reason == "numbers-full-width-comma"


# --- orders 11 and 12: sendtime, smstype --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sendtime", "status"),
    [
        ("20260101120001", 0),
        ("20280229000000", 0),
        ("99991231235959", 0),
        ("00010101000000", 0),
        ("20260229120000", -11),
        ("20260431120000", -11),
        ("20261301120000", -11),
        ("20260001120000", -11),
        ("20260101240000", -11),
        ("20260101126000", -11),
        ("20260101120060", -11),
        ("00000101000000", -11),
        ("2026010112000", -11),
        ("202601011200000", -11),
        ("2026-01-01 12:00:00", -11),
        ("1767240000", -11),
        (" 20260101120000", -11),
        (" ", -11),
        ("2026010112000x", -11),
        ("+2026010112000", -11),
    ],
)
async def test_sendtime_is_14_digits_of_a_real_date_and_time(sim: Simulator, sendtime: str, status: int):
    """P2 order 11"""
    answer = await sim.get("sendsms", GOOD | {"sendtime": sendtime})

    assert answer.status == status


async def test_a_past_sendtime_means_now(sim: Simulator):
    """P2 order 11"""
    past = await sim.get("sendsms", GOOD | {"sendtime": "20260101115959"})
    now = await sim.get("sendsms", GOOD | {"sendtime": "20260101120000", "content": "Now"})
    future = await sim.get("sendsms", GOOD | {"sendtime": "20260101120001", "content": "Later"})
    await sim.advance(10)

    assert [past.notes, now.notes, future.notes] == [["sendtime-past"], [], []]
    assert [await sim.state(id) for id in (1, 2, 3)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("smstype", "status"),
    [("0", 0), ("1", 0), ("", 0), ("2", -12), ("-1", -12), ("SMS", -12), ("1.0", -12), (" ", -12)],
)
async def test_smstype_is_0_or_1(sim: Simulator, smstype: str, status: int):
    """P2 order 12"""
    answer = await sim.get("sendsms", GOOD | {"smstype": smstype})

    assert answer.status == status


# --- order 13: balance --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("balance", "gift", "status"), [("0.1", "0", 0), ("0", "0.1", 0), ("0.04", "0.06", 0), ("0.04", "0.059999", -10)]
)
async def test_balance_and_gift_together_pay_all_accepted_numbers(start: Start, balance: str, gift: str, status: int):
    """P2 order 13"""
    extra = f'[[accounts]]\naccount = "a"\npassword = "demo123"\nbalance = "{balance}"\ngift = "{gift}"\n'
    sim = await start(extra)

    answer = await sim.get("sendsms", GOOD | {"account": "a", "numbers": "10010,12,10011"})

    assert answer.status == status


async def test_a_submit_is_paid_whole_or_not_at_all(start: Start):
    """P2 order 13"""
    sim = await start('[[accounts]]\naccount = "a"\npassword = "demo123"\nbalance = "0.1"\ngift = "0.01"\n')

    answer = await sim.get("sendsms", GOOD | {"account": "a", "numbers": "10010,10011,10012"})

    assert answer.body == b'{"status":-10,"success":0,"fail":3,"array":[]}'
    assert await sim.balance("a") == ("0.100000", "0.01000")


async def test_of_submits_at_the_same_moment_only_those_are_accepted_that_can_be_paid(start: Start):
    """P2 order 13"""
    sim = await start('[[accounts]]\naccount = "a"\npassword = "demo123"\nbalance = "0.1"\ngift = "0.06"\n')

    answers = await asyncio.gather(*(sim.get("sendsms", GOOD | {"account": "a"}) for _ in range(10)))

    assert sorted(answer.status for answer in answers) == [-10] * 7 + [0] * 3
    assert await sim.balance("a") == ("0.010000", "0.00000")


# --- order 14: the store ------------------------------------------------------------------------------------------


async def test_a_store_that_fails_is_a_platform_error_until_it_is_well(sim: Simulator):
    """P2 order 14"""
    fall_ill(sim, "ALTER TABLE submits RENAME TO elsewhere")
    ill = await sim.post(GOOD)
    fall_ill(sim, "ALTER TABLE elsewhere RENAME TO submits")
    well = await sim.post(GOOD)

    assert ill.body == b'{"status":-12,"success":0,"fail":1,"array":[]}'
    assert ill.reason == STORE_FAILED.code
    assert well.body == b'{"status":0,"success":1,"fail":0,"array":[[13800000000,1]]}'
    assert await sim.balance() == ("1000.000000", "49.95000")


async def test_whoever_is_answered_0_beside_a_submit_that_cannot_be_kept_is_kept_and_nobody_else(careful: Simulator):
    """P2 order 14"""
    requests = [submit(), submit("store fails"), submit()]

    answers = await asyncio.gather(*(ask(careful, request) for request in requests))
    again = await ask(careful, submit())

    accepted = [id for answer in (*answers, again) for _, id in answer.json()["array"]]
    assert answers[1].status == -12
    assert again.status == 0
    assert [message["id"] for message in await careful.messages()] == sorted(accepted)


@pytest.mark.parametrize("table", ["messages", "lives"])
async def test_getreport_is_a_platform_error_while_the_store_cannot_be_read(sim: Simulator, table: str):
    """P2 order 14"""
    await sim.submit()
    fall_ill(sim, f"ALTER TABLE {table} RENAME TO elsewhere")

    answer = await sim.get("getreport", DEMO | {"ids": "1"})

    assert answer.body == (b'{"status":-12,"success":0,"fail":0,"unsent":0,"sending":0,"nofound":0,"array":[]}')
    assert answer.reason == STORE_FAILED.code


async def test_getsms_is_a_platform_error_while_the_store_cannot_mark_and_loses_nothing(sim: Simulator):
    """P2 order 14"""
    await sim.control("POST", "inbound", {"from": "10010", "to": "123456", "content": "STOP"})
    fall_ill(sim, "CREATE TRIGGER ill BEFORE UPDATE ON inbound BEGIN SELECT RAISE(ABORT, 'ill'); END")
    ill = await sim.get("getsms", DEMO)
    fall_ill(sim, "DROP TRIGGER ill")
    well = await sim.get("getsms", DEMO)

    assert ill.body == b'{"status":-12,"cnt":0,"array":[]}'
    assert ill.reason == STORE_FAILED.code
    assert well.body == b'{"status":0,"cnt":1,"array":[[1,"10010","123456",20260101120000,"U1RPUA=="]]}'


async def test_a_wrong_password_is_told_even_when_its_failure_cannot_be_counted(sim: Simulator):
    """P2 orders 1 and 14"""
    fall_ill(sim, "CREATE TRIGGER ill BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'ill'); END")

    answers = [await sim.get(endpoint, FRAGILE | {"password": "wrong", "ids": "1"}) for endpoint in ENDPOINTS]

    assert [answer.status for answer in answers] == [-1, -1, -1, -1]


async def test_a_right_digest_whose_seq_cannot_be_stored_is_a_platform_error(
    sim: Simulator, caplog: pytest.LogCaptureFixture
):
    """P1.6, P2 order 14"""
    fall_ill(sim, "CREATE TRIGGER ill BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'ill'); END")

    answers = [
        await sim.get(endpoint, GOOD | signed("increasing", str(seq)) | {"ids": "1"})
        for seq, endpoint in enumerate(ENDPOINTS, 1)
    ]

    gc.collect()  # an exception that nobody took note of is logged when it goes
    assert [(answer.status, answer.reason) for answer in answers] == [(-12, STORE_FAILED.code)] * 4
    assert await sim.messages() == []
    assert [record.getMessage() for record in caplog.records] == ["what the database was asked to do failed"] * 4


async def test_while_the_database_is_busy_others_are_served_and_the_submit_is_kept_at_last(sim: Simulator):
    """P2 order 14"""
    with sim.behind_its_back() as other:
        other.execute("BEGIN EXCLUSIVE")
        waiting = asyncio.create_task(sim.get("sendsms", GOOD))

        balances = [await sim.balance() for _ in range(3)]

        assert not waiting.done()
        other.rollback()
    assert balances == [("1000.000000", "50.00000")] * 3
    assert (await waiting).status == 0
