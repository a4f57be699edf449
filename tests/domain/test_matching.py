"""Does a text fit what a rule or a template asks for (C3; P2, order 7)?"""

import pytest

from eims_sim.domain.matching import Matcher, compile_template


@pytest.mark.parametrize(
    ("kind", "text", "value", "fits"),
    [
        ("exact", "10010", "10010", True),
        ("exact", "10010", "+10010", False),
        ("exact", "", "", True),
        ("prefix", "+86", "+8613800000000", True),
        ("prefix", "86", "+8613800000000", False),
        ("suffix", "7", "13800000007", True),
        ("suffix", "7", "13800000070", False),
        ("contains", "promo", "a promo!", True),
        ("contains", "promo", "a Promo!", False),
        ("contains", ".*", "anything", False),
        ("regex", "00$", "13800000000", True),
        ("regex", "^138", "13800000000", True),
        ("regex", "8", "13800000000", True),  # search: anywhere
        ("regex", "^8", "13800000000", False),
        ("regex", "(?i)PROMO", "a promo!", True),
        ("regex", "验证码\\d{4}", "您的验证码1234。", True),
        ("regex", "", "", True),
    ],
)
def test_a_matcher_fits_or_does_not(kind, text, value, fits):
    """C3"""
    matches = Matcher(kind, text).compile()

    assert matches(value) is fits


@pytest.mark.parametrize("pattern", ["(", "[", "*", r"(a)\1", "a(?=b)", "(?P<n>a", "a{2000}"])
def test_a_pattern_that_re2_cannot_take_is_refused_in_its_words(pattern):
    """C3"""
    with pytest.raises(ValueError, match=r"re2 cannot take this pattern: \w"):
        Matcher("regex", pattern).compile()


def test_a_pattern_that_explodes_elsewhere_runs_in_linear_time():
    """C3"""
    matches = Matcher("regex", "^(a+)+$").compile()

    assert not matches("a" * 100_000 + "b")


def test_an_unknown_kind_is_refused_with_the_known_ones():
    """C3"""
    with pytest.raises(
        ValueError, match="'glob' is no kind of matcher; known are exact, prefix, suffix, contains, regex"
    ):
        Matcher("glob", "*").compile()


@pytest.mark.parametrize(
    ("template", "content", "fits"),
    [
        ("Your code is {code}.", "Your code is 123456.", True),
        ("Your code is {code}.", "Your code is 1.", True),
        ("Your code is {code}.", "Your code is .", False),  # one character or more
        ("Your code is {code}.", "your code is 123456.", False),
        ("Your code is {code}.", "Your code is 123456", False),
        ("Your code is {code}.", "Your code is 123456!", False),
        ("Your code is {code}.", " Your code is 123456.", False),
        ("Your code is {code}.", "Your code is 123456.\n", False),
        ("Your code is {code}.", "Your code is 12\r\n34.", True),  # line breaks too
        ("Your code is {code}.", "Your code is ....", True),
        ("{a}", "\n", True),
        ("{a}", "你", True),
        ("{a}", "😀\ufffd\x00", True),
        ("{a}{b}", "x", False),
        ("{a}{b}", "xy", True),
        ("{a}{a}", "xy", True),
        ("您的验证码是{code_1}。", "您的验证码是1234。", True),
        ("a.b*c?(d)[e]^$|\\", "a.b*c?(d)[e]^$|\\", True),
        ("a.b", "axb", False),
        ("line\nbreak\t#", "line\nbreak\t#", True),
        ("{}", "{}", True),
        ("{}", "x", False),
        ("{a b}", "{a b}", True),
        ("{a-b}", "x", False),
        ("{名}", "{名}", True),  # letters, digits and _ only
        ("{名}", "x", False),
        ("{{a}}", "{x}", True),
        ("{{a}}", "x", False),
        ("fixed", "fixed", True),
        ("fixed", "fixed ", False),
        ("(?i)x", "X", False),
        ("a b-c~d&e", "a b-c~d&e", True),
    ],
)
def test_a_template_matches_the_whole_content(template, content, fits):
    """P2, order 7"""
    matches = compile_template(template)

    assert matches(content) is fits


def test_a_template_of_many_placeholders_runs_in_linear_time():
    """P2, order 7"""
    matches = compile_template("a".join(["{x}"] * 30) + "!")

    assert not matches("a" * 1024)
