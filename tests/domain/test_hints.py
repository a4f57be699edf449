"""What a client may have meant whose request is refused (C5)."""

import pytest

from eims_sim.domain.checks import CONTENT_MISSING, NUMBERS_MISSING
from eims_sim.domain.hints import ends_with, missing, why_abnormal
from eims_sim.protocol.requests import Parameters


def test_a_parameter_that_is_simply_absent_is_only_called_so():
    """C5"""
    assert missing(NUMBERS_MISSING, "numbers", Parameters({"content": "x"})) is NUMBERS_MISSING


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        (Parameters({}, kinds={"numbers": "list"}), "numbers is a JSON list: send one string with commas"),
        (Parameters({"mobile": "1"}), "a parameter like mobile was sent: call it numbers"),
        (Parameters({}, kinds={"mobile": "list"}), "a parameter like mobile was sent: call it numbers"),
        (Parameters({"numbers": ""}), "an empty one counts as absent"),
        (Parameters({"numbers": "", "mobile": "1"}), "a parameter like mobile was sent: call it numbers"),
    ],
)
def test_what_was_sent_instead_is_said(parameters, why):
    """C5"""
    assert missing(NUMBERS_MISSING, "numbers", parameters) == NUMBERS_MISSING.because(why)


def test_a_json_value_of_another_type_needs_no_commas_in_content():
    """C5"""
    reason = missing(CONTENT_MISSING, "content", Parameters({}, kinds={"content": "object"}))

    assert reason == CONTENT_MISSING.because("content is a JSON object: send one string")


def test_the_last_parameter_is_the_last_that_came():
    """C5"""
    assert ends_with("content", Parameters({"account": "a", "content": "x"}))
    assert not ends_with("content", Parameters({"content": "x", "account": "a"}))
    assert not ends_with("content", Parameters({}))


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ("13800000000;13800000001", "semicolons"),
        ("13800000000； 13800000001", "semicolons"),
        ("13800000000|13800000001", "bars"),
        ("13800000000/13800000001", "slashes"),
        ("13800000000、13800000001", "ideographic commas"),
        ("13800000000\n13800000001", "blanks or line breaks"),
        ("13800000000 13800000001 13800000002", "blanks or line breaks"),
        ("13800000000;" * 5000, "semicolons"),
        ("Array", "PHP"),
        ("[13800000000,13800000001]", "list"),
        ('"13800000000"', "list"),
        ("8.61E+12", "spreadsheets"),
        ("8.61e12,8.62e12", "spreadsheets"),
        ("138-0000-0000", "without blanks, dashes"),
        ("+86 (138) 000 000", "without blanks, dashes"),
        ("138.0000.0000,138.0000.0001", "without blanks, dashes"),
    ],
)
def test_why_numbers_are_abnormal_is_said_when_it_is_plain(numbers, words):
    """C5"""
    why = why_abnormal(numbers)

    assert why is not None
    assert words in why
    assert "138" not in why
    assert why.isascii()


@pytest.mark.parametrize("numbers", ["12", "x,y", "1" * 21, "+12", "٠١٢٣٤", "１００１０", "-", "x" * 100_000])
def test_other_numbers_are_only_called_abnormal(numbers):
    """C5"""
    assert why_abnormal(numbers) is None
