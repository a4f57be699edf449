"""Why a request is refused: the ordered tables of P2."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eims_sim.diagnosis import HEADER_LENGTH, Reason
from eims_sim.domain.accounts import Account, AccountSettings
from eims_sim.domain.authentication import PASSWORD_WRONG, judge
from eims_sim.domain.booking import Submit, settle
from eims_sim.domain.checks import (
    BALANCE_CHECKS,
    BOOKING_REASONS,
    CONTENT_BLANK,
    CONTENT_MISSING,
    IDS_BLANK,
    IDS_MISSING,
    INBOUND_CHECKS,
    NUMBERS_ABNORMAL,
    NUMBERS_BLANK,
    NUMBERS_FULL_WIDTH,
    NUMBERS_MANY_GET,
    NUMBERS_MANY_POST,
    NUMBERS_MISSING,
    REPORT_CHECKS,
    SUBMIT_CHECKS,
    WORD_OF_ACCOUNT,
    WORD_OF_SERVER,
    Attempt,
    Check,
    Terms,
    first_refusal,
)
from eims_sim.domain.delays import Fixed
from eims_sim.domain.lifecycle import Course
from eims_sim.domain.rules import Traits
from eims_sim.protocol.numbers import read_numbers
from eims_sim.protocol.requests import Parameters, split_items

NOW = 1_506_832_215_000_000
SHANGHAI = ZoneInfo("Asia/Shanghai")
TERMS = Terms(SHANGHAI, content_limit=1024, content_in_bytes=False, sensitive_words=("forbidden",))
BY_GET, BY_POST = 100, 10_000

# P2: a submit spoiled in two ways answers the one that stands first here; -10 is judged when it is booked
ORDER = (-1, -2, -13, -4, -5, -3, -6, -8, -7, -9, -11, -12, -10)


def account(**fields: object) -> Account:
    return Account.build(1, AccountSettings(account="demo", password="demo123", **fields))


def attempt(
    values: dict[str, str | None],
    of: Account | None = None,
    *,
    terms: Terms = TERMS,
    address: str = "10.0.0.1",
    locked: bool = False,
    numbers_limit: int = BY_GET,
) -> Attempt:
    """A request on the desk with these parameters; None leaves one out."""
    parameters = Parameters({name: value for name, value in values.items() if value is not None})
    whose = of or account()
    verdict = judge(whose, parameters, NOW)
    return Attempt(
        parameters,
        whose,
        address,
        terms,
        authentication=verdict if isinstance(verdict, Reason) else None,
        locked=locked,
        numbers=read_numbers(parameters.get("numbers")),
        numbers_limit=numbers_limit,
        ids=split_items(parameters.get("ids")),
    )


TABLES = (*BALANCE_CHECKS, *SUBMIT_CHECKS, *REPORT_CHECKS, *INBOUND_CHECKS)
REASONS = {reason.code: reason for check in TABLES for reason in check.reasons}
"""Every reason as its table has it; a refusal may say more under the same code."""

CREDENTIALS = {"account": "demo", "password": "demo123"}
GOOD = CREDENTIALS | {"content": "test", "numbers": "10010,1008611"}


def submitted(of: Account | None = None, *, terms: Terms = TERMS, numbers_limit: int = BY_GET, **change: str | None):
    """What a good submit with these changes answers: status and reason, or None when it is accepted."""
    refusal = first_refusal(SUBMIT_CHECKS, attempt(GOOD | change, of, terms=terms, numbers_limit=numbers_limit))
    return None if refusal is None else (int(refusal.status), REASONS[refusal.reason.code])


def status(checks: tuple[Check, ...], values: dict[str, str | None], of: Account | None = None, **more: object) -> int:
    refusal = first_refusal(checks, attempt(CREDENTIALS | values, of, **more))
    return 0 if refusal is None else int(refusal.status)


# --- the order ----------------------------------------------------------------------------------------------------


def spoiled(troubles: set[int]) -> int:
    """The status of a submit that has all these troubles at once, down to its booking."""
    content = "Your code is 1"
    if -4 in troubles:
        content = " \u3000"
    else:
        content = ("Code: 1" if -6 in troubles else content) + (" ForBidden" if -3 in troubles else "")
    if -5 in troubles:
        content += (" " if -4 in troubles else "x") * 1025
    numbers = ["12" if -9 in troubles else "10010"] * (101 if -7 in troubles else 1)
    if -8 in troubles:
        numbers = [" \u00a0"] * len(numbers)
    values = {
        "account": "demo",
        "password": "wrong" if -1 in troubles else "demo123",
        "content": content,
        "numbers": ",".join(numbers),
        "sendtime": "20230229000000" if -11 in troubles else "20171001123015",
        "smstype": "2" if -12 in troubles else "1",
    }
    whose = account(allowed_ips=("10.0.0.0/8",), templates=("Your code is {code}",))
    address = "192.0.2.1" if -2 in troubles else "10.0.0.1"
    desk = attempt(values, whose, address=address, locked=-13 in troubles)
    refusal = first_refusal(SUBMIT_CHECKS, desk)
    if refusal is not None:
        return int(refusal.status)
    price = 1 if -10 in troubles else 0
    submit = Submit(1, Traits("demo", content, "", 1), "", desk.numbers, 1, price, NOW, None)
    (outcome,) = settle([submit], {1: (0, 0)}, 1, (), {}, Course(Fixed(0), Fixed(0), 1, magic=True))
    return int(getattr(outcome, "status", 0))


@settings(max_examples=300, deadline=None, database=None)
@given(st.sets(st.sampled_from(ORDER)))
def test_a_submit_spoiled_in_any_ways_answers_the_first_check_that_fails(troubles):
    """P2"""
    expected = next((status for status in ORDER if status in troubles), 0)

    assert spoiled(troubles) == expected


@pytest.mark.parametrize("trouble", ORDER)
def test_every_trouble_alone_is_answered_by_its_name(trouble):
    """P2"""
    assert spoiled({trouble}) == trouble


def test_the_table_of_sendsms_is_that_of_the_protocol():
    """P2"""
    assert tuple(int(check.status) for check in SUBMIT_CHECKS) + tuple(map(int, BOOKING_REASONS)) == ORDER


def test_the_tables_of_the_other_endpoints_are_shorter():
    """P2"""
    assert [int(check.status) for check in BALANCE_CHECKS] == [-1, -2]
    assert [int(check.status) for check in REPORT_CHECKS] == [-1, -2, -13, -8, -7]
    assert [int(check.status) for check in INBOUND_CHECKS] == [-1, -2, -13, -12]


def test_a_good_submit_passes_every_check():
    """P2"""
    assert submitted() is None


def test_every_check_gives_only_reasons_that_its_row_lists():
    """C5"""
    reasons = {reason for check in TABLES for reason in check.reasons}

    assert len({reason.code for reason in reasons}) == len(reasons)
    assert all(f"{reason.code}; {reason.sentence}".isascii() for reason in reasons)
    assert all(len(reason.code) + 2 + len(reason.sentence) <= HEADER_LENGTH for reason in reasons)


# --- -1, -2, -13 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("checks", [BALANCE_CHECKS, SUBMIT_CHECKS, REPORT_CHECKS, INBOUND_CHECKS])
def test_a_failed_authentication_wins_over_everything(checks):
    """P2, order 1"""
    desk = attempt({"password": "wrong"}, account(allowed_ips=("192.0.2.0/24",)), locked=True)

    refusal = first_refusal(checks, desk)

    assert refusal == (-1, PASSWORD_WRONG)


@pytest.mark.parametrize("checks", [BALANCE_CHECKS, SUBMIT_CHECKS, REPORT_CHECKS, INBOUND_CHECKS])
def test_a_foreign_address_wins_over_a_lock(checks):
    """P2, order 2"""
    assert status(checks, {}, account(allowed_ips=("192.0.2.0/24",)), locked=True) == -2


@pytest.mark.parametrize(
    ("address", "expected"),
    [("10.255.0.1", 0), ("::ffff:10.0.0.1", 0), ("11.0.0.1", -2), ("::1", -2), ("2001:db8::5", 0), ("", -2)],
)
def test_an_allow_list_lets_in_only_those_on_it(address, expected):
    """P2, order 2"""
    listed = account(allowed_ips=("10.0.0.0/8", "2001:db8::/32"))

    assert status(BALANCE_CHECKS, {}, listed, address=address) == expected


def test_without_an_allow_list_everybody_may_call():
    """P2, order 2"""
    assert status(BALANCE_CHECKS, {}, address="203.0.113.5") == 0


def test_a_locked_account_may_ask_for_its_balance_but_nothing_else():
    """P2, order 3"""
    assert status(BALANCE_CHECKS, {}, locked=True) == 0
    assert status(SUBMIT_CHECKS, GOOD, locked=True) == -13
    assert status(REPORT_CHECKS, {"ids": "1"}, locked=True) == -13
    assert status(INBOUND_CHECKS, {}, locked=True) == -13


# --- content ------------------------------------------------------------------------------------------------------


def test_absent_content_is_empty():
    """P2, order 4"""
    assert submitted(content=None) == (-4, CONTENT_MISSING)


@pytest.mark.parametrize("content", ["", " ", "\r\n\t", "\u00a0\u3000", "\u2003\u2028", " " * 2000])
def test_content_of_blanks_is_empty(content):
    """P2, order 4"""
    assert submitted(content=content) == (-4, CONTENT_BLANK)


@pytest.mark.parametrize("content", ["0", ".", "\u200b", "\x00", " x "])
def test_content_of_anything_else_is_not_empty(content):
    """P2, order 4"""
    assert submitted(content=content) is None


@pytest.mark.parametrize("char", ["a", "你", "😀", "€", "e\u0301"[1]])
def test_content_may_have_1024_code_points_and_not_one_more(char):
    """P2, order 5"""
    assert submitted(content="x" + char * 1023) is None
    assert submitted(content="x" + char * 1024)[0] == -5


def test_blanks_around_content_count_towards_its_length():
    """P2, order 5"""
    assert submitted(content="x" + " " * 1024)[0] == -5


@pytest.mark.parametrize(
    ("content", "refused"), [("你" * 2, False), ("你" * 2 + "a", True), ("😀" + "aa", False), ("a" * 7, True)]
)
def test_the_limit_may_count_bytes_of_utf8(content, refused):
    """P2, order 5, content_limit_unit"""
    terms = Terms(SHANGHAI, content_limit=6, content_in_bytes=True, sensitive_words=())

    answered = submitted(content=content, terms=terms)

    assert (answered is not None and answered[0] == -5) is refused


@pytest.mark.parametrize("content", ["forbidden", "FORBIDDEN", "xForBiDdEnx", "un forbidden\n"])
def test_a_sensitive_word_of_the_server_is_found_without_regard_to_case(content):
    """P2, order 6"""
    assert submitted(content=content) == (-3, WORD_OF_SERVER)


@pytest.mark.parametrize("content", ["bad word", "BAD WORD!", "违禁品", "STRASSE", "straße", "ÉCOLE"])
def test_a_sensitive_word_of_the_account_is_found_without_regard_to_case(content):
    """P2, order 6"""
    touchy = account(sensitive_words=("Bad Word", "违禁", "Straße", "École"))

    assert submitted(touchy, content=content) == (-3, WORD_OF_ACCOUNT)


@pytest.mark.parametrize("content", ["for bidden", "badword", "forbidde", "违 禁"])
def test_a_content_without_a_whole_sensitive_word_passes(content):
    """P2, order 6"""
    assert submitted(account(sensitive_words=("Bad Word", "违禁")), content=content) is None


def test_one_template_that_matches_is_enough():
    """P2, order 7"""
    templated = account(templates=("Your code is {code}.", "Bye {name}"))

    assert submitted(templated, content="Bye Ann") is None
    assert submitted(templated, content="bye Ann")[0] == -6
    assert submitted(templated, content="Your code is 1. Bye Ann!")[0] == -6


def test_without_templates_any_content_passes():
    """P2, order 7"""
    assert submitted(content="{code}") is None


# --- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [(None, NUMBERS_MISSING), ("", NUMBERS_MISSING), (",,", NUMBERS_BLANK), (" ,\u3000", NUMBERS_BLANK)],
)
def test_no_number_is_minus_8(numbers, reason):
    """P2, order 8"""
    assert submitted(numbers=numbers) == (-8, reason)


def test_a_get_carries_100_numbers_and_not_one_more():
    """P2, order 9"""
    assert submitted(numbers=",".join(["10010"] * 100)) is None
    assert submitted(numbers=",".join(["10010"] * 101)) == (-7, NUMBERS_MANY_GET)


def test_a_post_carries_10000_numbers_and_not_one_more():
    """P2, order 9"""
    assert submitted(numbers=",".join(["10010"] * 10_000), numbers_limit=BY_POST) is None
    assert submitted(numbers=",".join(["10010"] * 10_001), numbers_limit=BY_POST) == (-7, NUMBERS_MANY_POST)


def test_empty_items_do_not_count_but_abnormal_and_repeated_ones_do():
    """P2, order 9"""
    assert submitted(numbers=", ,".join(["10010"] * 100) + ",,") is None
    assert submitted(numbers=",".join(["x"] * 101))[0] == -7
    assert submitted(numbers=",".join([*["x"] * 100, "10010"]))[0] == -7


@pytest.mark.parametrize("numbers", ["12", "x,y", "1" * 21, "+12", "٠١٢٣٤", "１００１０"])
def test_only_abnormal_numbers_are_minus_9(numbers):
    """P2, order 10"""
    assert submitted(numbers=numbers) == (-9, NUMBERS_ABNORMAL)


def test_numbers_between_full_width_commas_are_minus_9_with_that_reason():
    """P2, order 10"""
    assert submitted(numbers="10010，1008611") == (-9, NUMBERS_FULL_WIDTH)


@pytest.mark.parametrize("numbers", ["12,10010", "x，y,123", " \u00a0123\u3000"])
def test_one_normal_number_is_enough(numbers):
    """P2, order 10"""
    assert submitted(numbers=numbers) is None


# --- sendtime and smstype -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sendtime", [None, "", "20171001123015", "00010101000000", "99991231235959", "20240229235959"])
def test_a_sendtime_is_absent_or_a_real_time_past_or_future(sendtime):
    """P2, order 11"""
    assert submitted(sendtime=sendtime) is None


@pytest.mark.parametrize(
    "sendtime",
    [
        "0",
        "20230229000000",
        "20171001246000",
        "2017100112301",
        "201710011230150",
        "2017-10-01 12:30:15",
        " 20171001123015",
        "２０１７１００１１２３０１５",
        "٢٠١٧١٠٠١١٢٣٠١٥",
        "00000101000000",
        " ",
    ],
)
def test_any_other_sendtime_is_minus_11(sendtime):
    """P2, order 11"""
    assert submitted(sendtime=sendtime)[0] == -11


@pytest.mark.parametrize("smstype", [None, "", "0", "1"])
def test_smstype_is_absent_0_or_1(smstype):
    """P2, order 12; P1.8"""
    assert submitted(smstype=smstype) is None


@pytest.mark.parametrize("smstype", ["2", "-0", "-1", "00", "01", "+1", "1.0", " 1", "sms", "１", "٠"])
def test_any_other_smstype_is_minus_12(smstype):
    """P2, order 12"""
    assert submitted(smstype=smstype)[0] == -12


# --- getreport and getsms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "reason"), [(None, IDS_MISSING), ("", IDS_MISSING), (",", IDS_BLANK), (" , \u3000", IDS_BLANK)]
)
def test_getreport_without_ids_is_minus_8(ids, reason):
    """P2"""
    refusal = first_refusal(REPORT_CHECKS, attempt(CREDENTIALS | {"ids": ids}))

    assert refusal is not None
    assert (refusal.status, refusal.reason.code) == (-8, reason.code)


def test_getreport_carries_200_ids_and_not_one_more():
    """P1.4, P2"""
    assert status(REPORT_CHECKS, {"ids": ",".join(["1"] * 200) + ",,"}) == 0
    assert status(REPORT_CHECKS, {"ids": ",".join(["1"] * 201)}) == -7


@pytest.mark.parametrize("ids", ["1", "x", "-1", "9" * 100, "٣"])
def test_an_odd_id_is_no_reason_to_refuse(ids):
    """P5.2"""
    assert status(REPORT_CHECKS, {"ids": ids}) == 0


@pytest.mark.parametrize("start_time", [None, "", "0", "-0", "1543570302", "-1", "1543570302000", " 7 "])
def test_getsms_takes_any_integer_as_start_time(start_time):
    """P2, P6.1"""
    assert status(INBOUND_CHECKS, {"start_time": start_time}) == 0


@pytest.mark.parametrize("start_time", ["x", "1.5", "1e9", "2017-10-01", "٣", "１", " ", "--1", "NaN"])
def test_getsms_with_any_other_start_time_is_minus_12(start_time):
    """P2"""
    assert status(INBOUND_CHECKS, {"start_time": start_time}) == -12
