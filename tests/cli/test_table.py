"""Lists for people: aligned, as wide as the terminal, and harmless whatever stands in them (C2)."""

import unicodedata

import pytest

from eims_sim.cli.output import json_text
from eims_sim.cli.table import Cell, Column, Table, columns_of, cut, plain

NAME = Column("name", flexible=True)
COUNT = Column("count", right=True)


@pytest.fixture
def shown(capsys, monkeypatch):
    """Prints a table in a terminal of so many columns; the lines."""

    def show(columns, rows, width=100):
        monkeypatch.setenv("COLUMNS", str(width))
        Table(columns, rows).show()
        return capsys.readouterr().out.splitlines()

    return show


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Hello, 你好 🙂", "Hello, 你好 🙂"),
        ("wide\u3000blank", "wide\u3000blank"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("abc\u202etxt", "abc\\u202etxt"),
        ("\udc80", "\\udc80"),
        ("\x7f\x00", "\\x7f\\x00"),
    ],
)
def test_what_would_steer_a_terminal_is_escaped(text, escaped):
    assert plain(text) == escaped


def test_no_control_or_format_character_gets_through():
    every = "".join(map(chr, range(0x11000)))

    assert {unicodedata.category(one) for one in plain(every)}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert {unicodedata.category(one) for one in json_text(every.replace("\n", ""))}.isdisjoint({"Cc", "Cf", "Cs"})


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("你好", 4), ("e\u0301", 1), ("ﾊﾟ", 2), ("🙂", 2), ("Ａ", 2), ("", 0)]
)
def test_a_wide_character_takes_two_columns_and_an_accent_none(text, columns):
    assert columns_of(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("Hello", 5, "Hello"),
        ("Hello!", 5, "Hell…"),
        ("你好吗", 6, "你好吗"),
        ("你好吗", 5, "你好…"),
        ("你好吗", 4, "你…"),
    ],
)
def test_what_is_too_long_is_cut_at_a_whole_character(text, columns, shown):
    assert cut(text, columns) == shown
    assert columns_of(shown) <= columns


def test_columns_are_aligned_by_what_they_take(shown):
    assert shown([NAME, COUNT], [("你好", "7"), ("Hello", "1000")]) == ["name   count", "你好       7", "Hello   1000"]


@pytest.mark.parametrize("width", [40, 60, 100, 300])
def test_no_line_is_wider_than_the_terminal(shown, width):
    lines = shown([COUNT, NAME, NAME], [("1", "你好" * 100, "x" * 100), ("2", "y", "z" * 50)], width)

    assert max(map(columns_of, lines)) <= width


def test_a_column_that_does_not_give_way_is_shown_whole(shown):
    lines = shown([Column("number"), NAME], [("13800138000", "x" * 100)], 40)

    assert lines == ["number       name", f"13800138000  {'x' * 26}…"]


def test_rows_that_come_later_are_cut_to_the_columns(shown, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    table = Table([NAME, COUNT], [("Hello", "1")])

    table.add(("Hello, world", "23"))

    assert capsys.readouterr().out == "Hell…     23\n"


def test_a_pipe_gets_no_colour(shown):
    assert shown([NAME], [(Cell("x", "red"),)]) == ["name", "x"]


def test_json_stays_the_same_json_without_what_steers_a_terminal():
    assert json_text('{"content":"\x9b31m\u202e\U000e0001 你好"}') == (
        '{"content":"\\u009b31m\\u202e\\udb40\\udc01 你好"}'
    )
