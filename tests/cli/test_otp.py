"""`eims-sim otp`: the code that a number was sent, and nothing else (C2, C4)."""

import pytest


@pytest.fixture
def sent(cli):
    """Messages to 13800138000: two of demo with codes, one of segments with another, one without."""
    for account, content in (
        ("demo", "Your code is 4711."),
        ("demo", "Your code is 081500, not AB-99."),
        ("segments", "Code: 1234"),
        ("demo", "Hello"),
    ):
        cli("send", "--account", account, "--password", "demo123", "--to", "13800138000", content)
    return cli


def test_the_newest_code_is_printed_alone(sent):
    outcome = sent("otp", "13800138000")

    assert (outcome.code, outcome.out, outcome.err) == (0, "1234\n", "")


def test_json_tells_the_message_too(sent):
    assert sent("otp", "13800138000", "--json").json == {"code": "1234", "message": 3}


@pytest.mark.parametrize(
    ("narrowed", "code"),
    [
        (["--account", "demo"], "081500"),
        (["--pattern", "AB-[0-9]+"], "AB-99"),
        (["--pattern", "is ([0-9]+)\\."], "4711"),
        (["--after", "2"], "1234"),
        (["--wait", "5"], "1234"),
    ],
)
def test_the_code_is_narrowed_down(sent, narrowed, code):
    assert sent("otp", "13800138000", *narrowed).out == f"{code}\n"


@pytest.mark.parametrize("line", [["10086"], ["13800138000", "--after", "3"], ["13800138000", "--account", "poor"]])
def test_without_a_code_it_fails_and_prints_nothing(sent, line):
    outcome = sent("otp", *line)

    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("Error: no message to ")


def test_a_wait_ends_with_the_time(cli):
    assert cli("otp", "10086", "--wait", "0.1").code == 1


@pytest.mark.parametrize("line", [[], ["1", "--wait", "301"], ["1", "--wait", "-1"], ["1", "--after", "x"]])
def test_wrong_usage_is_2(cli, line):
    assert cli("otp", *line).code == 2


def test_a_pattern_that_re2_cannot_take_is_told(cli):
    outcome = cli("otp", "10086", "--pattern", "(")

    assert outcome.code == 1
    assert "  /pattern: re2 cannot take this pattern" in outcome.err
