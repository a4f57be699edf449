"""Does a number begin with its country code twice (C5)?"""

import pytest

from eims_sim.protocol.country_codes import MOBILE, is_doubled


@pytest.mark.parametrize(
    "number",
    ["868613800000000", "8484912345678", "90905321234567", "57573001234567", "62628123456789", "91919876543210"],
)
@pytest.mark.parametrize("around", ["{}", "+{}", "10010,{}", "{},10010", "10010,+{},10086"])
def test_a_country_code_put_in_front_of_one_is_found(number, around):
    """C5"""
    assert is_doubled(around.format(number))


@pytest.mark.parametrize(
    "number",
    [
        "13800000000",
        "8613800000000",
        "84912345678",
        "84849123456",  # Vietnam, 084 912 3456
        "905321234567",
        "919198765432",  # India, 91987 65432
        "5555912345678",  # Brazil, area 55
        "573001234567",
        "8686",
        "86861380000000000000",
        "1868613800000000",
        "",
    ],
)
def test_a_number_that_only_looks_like_it_is_not(number):
    """C5"""
    assert not is_doubled(number)


def test_only_the_first_numbers_are_searched():
    """C5: 10,000 numbers are long"""
    assert not is_doubled("13800000000," * 9_999 + "868613800000000")


def test_a_country_code_is_one_to_three_digits():
    """C5"""
    assert all(code.isdecimal() and 1 <= len(code) <= 3 for code in MOBILE)
