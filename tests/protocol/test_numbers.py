"""Which recipients the parameter `numbers` names (P2, orders 8 to 10; P4.2)."""

import pytest

from eims_sim.protocol.numbers import is_plain, read_numbers


@pytest.mark.parametrize("text", [None, "", ",", ",,,", " ", " , ,\u00a0,\u3000", "\t\n"])
def test_nothing_is_left_after_dropping_empty_items(text):
    """P2, order 8"""
    numbers = read_numbers(text)

    assert numbers.total == 0
    assert numbers.accepted == 0
    assert numbers.items() == []


@pytest.mark.parametrize("number", ["100", "10010", "1" * 18, "1" * 19, "1" * 20, "000", "0" * 20])
@pytest.mark.parametrize("sign", ["", "+"])
def test_3_to_20_digits_after_an_optional_plus_are_normal(number, sign):
    """P2, order 10"""
    numbers = read_numbers(sign + number)

    assert (numbers.total, numbers.abnormal) == (1, 0)
    assert numbers.items() == [sign + number]


@pytest.mark.parametrize(
    "number",
    [
        "1",
        "12",
        "1" * 21,
        "+12",
        "+" + "1" * 21,
        "+",
        "++123",
        "123+",
        "-123",
        "-0",
        "1 23",
        "12-34",
        "12.5",
        "123e4",
        "abc",
        "0x1234",
        "٠١٢٣٤",  # Arabic-Indic
        "１００１０",  # full-width
        "10010\u0660",
        "+１２３",
        "②②②",
        "10010\x00",
        "10010\u200b",  # a zero-width blank is not white space
        "\ufeff10010",
        "10010;10086",
        "10010\n10086",
        "＋10010",
    ],
)
def test_anything_else_is_abnormal(number):
    """P2, order 10; P1.11"""
    numbers = read_numbers(number)

    assert (numbers.total, numbers.abnormal, numbers.accepted) == (1, 1, 0)
    assert numbers.items() == []


@pytest.mark.parametrize("blank", [" ", "\t", "\r\n", "\u00a0", "\u3000", "\u2003", "\u2028", " \u00a0\u3000"])
def test_blanks_around_a_number_are_trimmed(blank):
    """P2, order 10; P1.11"""
    numbers = read_numbers(f"{blank}10010{blank},{blank}+86139{blank}")

    assert numbers.items() == ["10010", "+86139"]
    assert numbers.abnormal == 0


def test_only_normal_numbers_are_accepted_and_the_rest_counts():
    """P2, order 10"""
    numbers = read_numbers("10010,x,,1008611, 12 ,+86139, ")

    assert numbers.total == 5
    assert numbers.abnormal == 2
    assert numbers.accepted == 3
    assert numbers.items() == ["10010", "1008611", "+86139"]


def test_duplicates_are_separate_messages_in_the_order_given():
    """P4.2"""
    numbers = read_numbers("10010,999,10010,10010")

    assert numbers.items() == ["10010", "999", "10010", "10010"]


def test_numbers_between_full_width_commas_are_one_abnormal_number_with_that_reason():
    """P2, order 10"""
    numbers = read_numbers("10010，10086")

    assert (numbers.total, numbers.abnormal) == (1, 1)
    assert numbers.full_width


def test_a_full_width_comma_spoils_only_its_own_item():
    """P2, order 10"""
    numbers = read_numbers("10010，10086,13800000000")

    assert (numbers.total, numbers.abnormal) == (2, 1)
    assert numbers.items() == ["13800000000"]


@pytest.mark.parametrize("number", ["100", "9" * 18, "10010"])
def test_a_json_integer_carries_up_to_18_digits_unchanged(number):
    """P4.2"""
    assert is_plain(number)
    assert read_numbers(number).plain


@pytest.mark.parametrize("number", ["+10010", "010", "000", "9" * 19, "9" * 20, "+" + "9" * 18, "0" + "9" * 17])
def test_a_plus_a_leading_zero_or_over_18_digits_need_a_string(number):
    """P4.2"""
    assert not is_plain(number)
    assert not read_numbers(number).plain


def test_one_number_that_needs_a_string_is_enough():
    """P4.2"""
    assert not read_numbers("10010,010,10086").plain


def test_numbers_that_only_needed_trimming_are_plain():
    """P4.2"""
    assert read_numbers(" 10010, ,x,10086").plain


def test_ten_thousand_numbers_are_read_in_order():
    """P4.1, P4.2"""
    sent = [str(13800000000 + at) for at in range(10_000)]

    numbers = read_numbers(",".join(sent))

    assert (numbers.total, numbers.abnormal, numbers.plain) == (10_000, 0, True)
    assert numbers.items() == sent


def test_one_odd_number_among_ten_thousand_loses_none_of_the_others():
    """P2, order 10"""
    sent = [str(13800000000 + at) for at in range(9_999)]

    numbers = read_numbers(",".join([*sent, "12"]))

    assert (numbers.total, numbers.abnormal) == (10_000, 1)
    assert numbers.items() == sent
