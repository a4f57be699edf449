"""Which one-time code does a content hold (C4)?"""

import time

import pytest

from eims_sim.domain.otp import CodeFilter, compile_code, digits_code, digits_codes


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("Your code is 123456.", "123456"),
        ("1234", "1234"),
        ("12345678", "12345678"),
        ("123", None),
        ("123456789", None),
        ("order 123456789, code 4711", "4711"),
        ("code4711now", "4711"),
        ("first 1111, then 2222", "1111"),
        ("验证码:889900。", "889900"),
        ("١٢٣٤٥٦", None),  # P1.11: ASCII
        ("１２３４", None),
        ("12345678１", "12345678"),
        ("12-34-56", None),
        ("", None),
    ],
)
def test_a_code_is_the_first_run_of_four_to_eight_digits(content, code):
    """C4"""
    assert digits_code(content) == code
    assert compile_code(None)(content) == code


def test_every_code_is_found_where_it_stands():
    """C4: the first is the one that is answered"""
    content = "\U0001f511 1234 or 123456789 or 555555."

    assert digits_codes(content) == [("1234", 2), ("555555", 23)]
    assert digits_codes(content)[0].code == digits_code(content)
    assert digits_codes("none") == []


@pytest.mark.parametrize(
    ("pattern", "content", "code"),
    [
        (r"code (\w+)", "Your code AB12!", "AB12"),
        (r"[A-Z]{2}\d{2}", "Your code AB12!", "AB12"),
        (r"(\d)(\d)", "98", "9"),
        (r"(?:code|pin) (\d+)", "pin 55", "55"),
        (r"(\d+)?x", "x 12x", "12"),  # the first match shows no code
        (r"\d*", "code 12", "12"),
        (r"\d+$", "12 or 34", "34"),
        (r"(?i)CODE: (\d+)", "code: 7", "7"),
        (r"码(\d+)", "验证码42", "42"),
        (r"\d{9}", "12345678", None),
    ],
)
def test_a_pattern_shows_its_first_group_or_all_of_it(pattern, content, code):
    """C4"""
    assert compile_code(pattern)(content) == code


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=1)1"])
def test_a_pattern_that_re2_cannot_take_is_refused(pattern):
    """C4: linear time"""
    with pytest.raises(ValueError, match="re2 cannot take this pattern"):
        compile_code(pattern)


def test_a_pattern_runs_in_linear_time():
    """C4"""
    find = compile_code("(a+)+$")
    began = time.process_time()

    assert find("a" * 50_000 + "b") is None

    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (CodeFilter("1"), True),
        (CodeFilter("1", account="demo"), True),
        (CodeFilter("1", account="Demo"), False),
        (CodeFilter("1", after=6), True),
        (CodeFilter("1", after=7), False),
        (CodeFilter("1", account="demo", after=8), False),
    ],
)
def test_a_code_is_narrowed_by_account_and_by_id(wanted, fits):
    """C4: strictly beyond"""
    assert wanted.fits("demo", 7) is fits
