"""Moments, money and whole numbers as the wire writes them (P1.10, P1.11)."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from eims_sim.protocol.notation import (
    from_datetime,
    is_digits,
    read_any_time,
    read_integer,
    read_money,
    read_wire_time,
    to_datetime,
    write_money,
    write_rfc3339,
    write_wire_time,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")

SAMPLE = 1_506_832_215_000_000  # 2017-10-01 12:30:15 in Shanghai, the moment of the document's samples


@pytest.mark.parametrize("text", ["0", "0123456789", "9" * 500])
def test_ascii_digits_are_digits(text):
    """P1.11"""
    assert is_digits(text)


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "1\n", "+1", "-1", "1.0", "1_0", "٣٤٥", "１２３", "²", "Ⅷ", "1\u0660"]
)
def test_nothing_else_is_a_digit(text):
    """P1.11"""
    assert not is_digits(text)


@pytest.mark.parametrize(
    ("text", "integer"),
    [
        ("0", 0),
        ("-0", 0),
        ("1543570302", 1_543_570_302),
        ("-1543570302", -1_543_570_302),
        ("+7", 7),
        ("0001", 1),
        ("\u00a0\u3000 7 \u2003", 7),
        ("99999999999999999999", 99_999_999_999_999_999_999),
    ],
)
def test_an_integer_is_read_from_its_trimmed_text(text, integer):
    """P1.11, P5.2, P6.1"""
    assert read_integer(text) == integer


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "+", "--1", "+-1", "1.0", "1e5", "0x10", "1_000", "1,000", "٣", "１２", "1\u200b", "NaN", "1 2"],
)
def test_what_is_no_integer_reads_as_none(text):
    """P1.11"""
    assert read_integer(text) is None


def test_a_time_is_the_14_digits_of_the_gateways_zone():
    """P1.10"""
    assert write_wire_time(SAMPLE, SHANGHAI) == 20171001123015
    assert write_wire_time(SAMPLE, UTC) == 20171001043015


def test_a_time_is_cut_to_the_second():
    """P1.10"""
    assert write_wire_time(SAMPLE + 999_999, SHANGHAI) == 20171001123015


def test_a_moment_before_1970_is_written_too():
    """P1.10"""
    assert write_wire_time(-1, UTC) == 19691231235959


def test_a_sendtime_is_read_in_the_gateways_zone():
    """P1.4, P1.10"""
    assert read_wire_time("20171001123015", SHANGHAI) == SAMPLE
    assert read_wire_time("20171001123015", UTC) == SAMPLE + 8 * 3600 * 1_000_000


def test_the_29th_of_february_exists_in_leap_years():
    """P2, order 11"""
    assert read_wire_time("20240229000000", SHANGHAI) == 1_709_136_000_000_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2017100112301",  # 13 digits
        "201710011230150",  # 15 digits
        "00000101000000",  # there is no year 0
        "20171301000000",
        "20170001000000",
        "20171000000000",
        "20171032000000",
        "20230229000000",
        "19000229000000",
        "20171001240000",
        "20171001126000",
        "20171001123060",
        "2017-10-01 123",
        " 2017100112301",
        "20171001123015 ",
        "20171001123015\n",
        "+2017100112301",
        "-2017100112301",
        "２０１７１００１１２３０１５",
        "٢٠١٧١٠٠١١٢٣٠١٥",
        "2017100112301٥",
    ],
)
def test_what_is_not_14_digits_of_a_real_time_reads_as_none(text):
    """P2, order 11; P1.11"""
    assert read_wire_time(text, SHANGHAI) is None


@pytest.mark.parametrize(
    ("text", "zone", "seconds"),
    [
        ("00010101000000", UTC, -62_135_596_800),
        ("00010101000000", timezone(timedelta(hours=14)), -62_135_647_200),
        ("99991231235959", UTC, 253_402_300_799),
        ("99991231235959", SHANGHAI, 253_402_271_999),
        ("99991231235959", NEW_YORK, 253_402_318_799),
    ],
)
def test_the_first_and_the_last_year_are_real_times(text, zone, seconds):
    """P2, order 11"""
    assert read_wire_time(text, zone) == seconds * 1_000_000


def test_the_year_1_in_shanghai_is_long_past():
    """P2, order 11"""
    moment = read_wire_time("00010101000000", SHANGHAI)

    assert moment is not None
    assert moment < -62_135_596_800_000_000


def test_the_control_api_shows_microseconds_and_the_offset():
    """C4"""
    assert write_rfc3339(SAMPLE + 1, SHANGHAI) == "2017-10-01T12:30:15.000001+08:00"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("18000101000000", "1800-01-01T00:00:17.000000+08:06"),
        ("19910701000000", "1991-07-01T00:00:00.000000+09:00"),
        ("99991231235959", "9999-12-31T23:59:59.000000+08:00"),
    ],
)
def test_any_sendtime_can_be_written_and_read(text, written):
    """C4: RFC 3339 knows no seconds in an offset, which local mean time had"""
    moment = read_wire_time(text, SHANGHAI)

    assert write_rfc3339(moment, SHANGHAI) == written
    assert read_any_time(written) == moment


def test_beyond_the_calendar_a_moment_is_written_near_its_end():
    """C4"""
    for moment in (-(10**18), 10**18):
        written = write_rfc3339(moment, SHANGHAI)

        assert write_rfc3339(read_any_time(written), SHANGHAI) == written


@pytest.mark.parametrize("text", ["2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "now", ""])
def test_what_is_no_time_is_none(text):
    """C4"""
    assert read_any_time(text) is None


def test_a_moment_and_an_aware_datetime_name_the_same_instant():
    """P1.10"""
    when = datetime(2017, 10, 1, 4, 30, 15, 123456, tzinfo=UTC)

    moment = from_datetime(when)

    assert moment == 1_506_832_215_123_456
    assert to_datetime(moment, SHANGHAI) == when
    assert from_datetime(datetime(2017, 10, 1, 12, 30, 15, 123456, tzinfo=SHANGHAI)) == moment


@pytest.mark.parametrize(
    ("amount", "balance", "gift"),
    [
        (0, "0.000000", "0.00000"),
        (1, "0.000001", "0.00000"),
        (9, "0.000009", "0.00000"),
        (99_990_000, "99.990000", "99.99000"),
        (999_999, "0.999999", "0.99999"),
        (1_999_999, "1.999999", "1.99999"),
        (10**18, "1000000000000.000000", "1000000000000.00000"),
        (9_007_199_254_740_993, "9007199254.740993", "9007199254.74099"),  # more than a float can hold
    ],
)
def test_balance_has_six_decimals_and_gift_five_cut_not_rounded(amount, balance, gift):
    """P1.10"""
    assert write_money(amount, 6) == balance
    assert write_money(amount, 5) == gift


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0),
        ("5", 5_000_000),
        ("0.1", 100_000),
        ("0.05", 50_000),
        ("0.005", 5_000),
        ("0.0005", 500),
        ("0.00005", 50),
        ("0.000005", 5),
        ("0.10", 100_000),
        ("007.50", 7_500_000),
        ("1000000000000.000001", 1_000_000_000_000_000_001),
    ],
)
def test_money_is_read_exactly_with_none_to_six_decimals(text, amount):
    """P1.10"""
    assert read_money(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "1.",
        ".5",
        "-1",
        "-0",
        "+1",
        "0.0000005",
        "1e3",
        "1,5",
        "1 ",
        " 1",
        "1\n",
        "٥",
        "１",
        "NaN",
        "1.2.3",
        "0x1",
    ],
)
def test_what_is_no_amount_reads_as_none(text):
    """P1.10"""
    assert read_money(text) is None
