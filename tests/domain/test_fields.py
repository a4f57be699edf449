"""The kinds of values that settings take (C3)."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from eims_sim.domain.delays import Fixed, Lognormal, Uniform
from eims_sim.domain.fields import (
    CallbackUrl,
    Cidr,
    ContentMatcher,
    DelayField,
    HostOrCidr,
    Money,
    Name,
    Number,
    NumberMatcher,
    Outcome,
    Secret,
    SenderMatcher,
    Template,
    Word,
)
from eims_sim.domain.matching import Matcher


def read(kind: object, value: object) -> object:
    """The value as a configuration gives it: through JSON."""
    return TypeAdapter(kind).validate_json(json.dumps(value))


def show(kind: object, value: object) -> object:
    return json.loads(TypeAdapter(kind).dump_json(value))


@pytest.mark.parametrize(
    ("written", "amount", "shown"),
    [
        ("0", 0, "0"),
        (0, 0, "0"),
        ("0.05", 50_000, "0.05"),
        ("0.000001", 1, "0.000001"),
        (100, 100_000_000, "100"),
        ("10", 10_000_000, "10"),
        ("10.500000", 10_500_000, "10.5"),
        ("1000000000000", 10**18, "1000000000000"),
        (10**12, 10**18, "1000000000000"),
    ],
)
def test_money_is_a_string_or_an_integer_and_kept_in_micro_units(written, amount, shown):
    """C3, P1.10"""
    assert read(Money, written) == amount
    assert show(Money, amount) == shown


@pytest.mark.parametrize(
    "written",
    [
        0.05,
        1.0,
        1e3,
        -1,
        "-1",
        "-0",
        "+1",
        "",
        " 1",
        "1.",
        ".5",
        "0.0000001",
        "1e3",
        "1,5",
        "٥",
        "１",
        True,
        None,
        [],
        {},
        "1000000000000.000001",
        10**12 + 1,
        10**100,
    ],
)
def test_any_other_money_is_refused(written):
    """C3"""
    with pytest.raises(ValidationError, match="money"):
        read(Money, written)


@pytest.mark.parametrize(
    ("written", "delay"),
    [
        (0, Fixed(0.0)),
        (0.5, Fixed(0.5)),
        (3600, Fixed(3600.0)),
        ({"uniform": [0.1, 2.0]}, Uniform(0.1, 2.0)),
        ({"uniform": [1, 1]}, Uniform(1.0, 1.0)),
        ({"lognormal": {"median": 1.0, "sigma": 0.5}}, Lognormal(1.0, 0.5)),
        ({"lognormal": {"sigma": 0, "median": 0}}, Lognormal(0.0, 0.0)),
    ],
)
def test_a_delay_is_seconds_or_a_distribution(written, delay):
    """C3, P9.1"""
    assert read(DelayField, written) == delay


@pytest.mark.parametrize("written", [0.5, {"uniform": [0.1, 2.0]}, {"lognormal": {"median": 1.0, "sigma": 0.5}}])
def test_a_delay_is_shown_as_it_is_written(written):
    """C3"""
    assert show(DelayField, read(DelayField, written)) == written


@pytest.mark.parametrize(
    "written",
    [
        -1,
        -0.001,
        "1",
        True,
        None,
        [0.1, 2.0],
        316_224_001,  # more than ten years
        10**400,
        {},
        {"uniform": [2.0, 0.1]},
        {"uniform": [1]},
        {"uniform": [1, 2, 3]},
        {"uniform": "12"},
        {"uniform": [-1, 1]},
        {"uniform": [True, 2]},
        {"uniform": ["1", "2"]},
        {"uniform": [1, 2], "lognormal": {"median": 1, "sigma": 1}},
        {"lognormal": {"median": 1}},
        {"lognormal": {"median": -1, "sigma": 1}},
        {"lognormal": {"median": 1, "sigma": -1}},
        {"lognormal": {"median": 1, "sigma": 11}},
        {"lognormal": {"median": 1, "sigma": 1, "mean": 1}},
        {"normal": [1, 2]},
    ],
)
def test_any_other_delay_is_refused(written):
    """C3"""
    with pytest.raises(ValidationError):
        read(DelayField, written)


@pytest.mark.parametrize(
    "written", [b"NaN", b"Infinity", b"-Infinity", b'{"uniform":[0,NaN]}', b'{"uniform":[0,Infinity]}']
)
def test_a_delay_that_is_no_number_is_refused(written):
    """C3"""
    with pytest.raises(ValidationError):
        TypeAdapter(DelayField).validate_json(written)


@pytest.mark.parametrize(
    ("field", "kinds"),
    [
        (NumberMatcher, ["exact", "prefix", "suffix", "regex"]),
        (ContentMatcher, ["exact", "contains", "regex"]),
        (SenderMatcher, ["exact", "prefix", "suffix", "contains", "regex"]),
    ],
)
def test_a_condition_takes_exactly_one_of_its_matchers(field, kinds):
    """C3"""
    for kind in kinds:
        assert read(field, {kind: "7"}) == Matcher(kind, "7")
        assert show(field, Matcher(kind, "7")) == {kind: "7"}


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (NumberMatcher, {"contains": "7"}),
        (ContentMatcher, {"prefix": "7"}),
        (ContentMatcher, {"suffix": "7"}),
        (NumberMatcher, {}),
        (NumberMatcher, {"prefix": "1", "suffix": "7"}),
        (NumberMatcher, "7"),
        (NumberMatcher, {"suffix": 7}),
        (NumberMatcher, {"suffix": None}),
        (NumberMatcher, {"Suffix": "7"}),
        (NumberMatcher, {"regex": "("}),
        (SenderMatcher, {"regex": r"(a)\1"}),
    ],
)
def test_any_other_matcher_is_refused(field, written):
    """C3"""
    with pytest.raises(ValidationError):
        read(field, written)


@pytest.mark.parametrize("outcome", [0, 1, 2, 1001, 1014, 1016, 1023])
def test_an_outcome_is_0_a_report_code_or_a_state_to_stay_in(outcome):
    """C3; P7"""
    assert read(Outcome, outcome) == outcome


@pytest.mark.parametrize("outcome", [-1, 3, 1000, 1015, 1024, 10010])
def test_any_other_outcome_is_refused(outcome):
    """C3; P7"""
    with pytest.raises(ValidationError, match="without 1015"):
        read(Outcome, outcome)


@pytest.mark.parametrize("network", ["10.0.0.0/8", "10.0.0.1", "10.0.0.1/8", "2001:db8::/32", "::1", "0.0.0.0/0"])
def test_a_network_is_written_in_cidr_notation(network):
    """C3"""
    assert read(Cidr, network) == network


@pytest.mark.parametrize("network", ["", "10.0.0.0/33", "10.0.0", "localhost", "10.0.0.0/8 ", "010.0.0.1", "*", 10])
def test_any_other_network_is_refused(network):
    """C3"""
    with pytest.raises(ValidationError):
        read(Cidr, network)


@pytest.mark.parametrize("word", ["", " ", "\t\n", "\u00a0\u3000"])
def test_an_empty_sensitive_word_is_refused(word):
    """C3"""
    with pytest.raises(ValidationError, match="empty word"):
        read(Word, word)


def test_a_sensitive_word_keeps_its_blanks():
    """C3"""
    assert read(Word, " bad word ") == " bad word "


def test_an_empty_template_is_refused():
    """C3"""
    with pytest.raises(ValidationError, match="empty template"):
        read(Template, "")


def test_a_template_is_kept_to_the_letter():
    """C3"""
    assert read(Template, "Your code is {code}.") == "Your code is {code}."


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://127.0.0.1:8080/reports",
        "https://example.com",
        "http://[::1]:80/x?y=z",
        "http://user:secret@host/",
        "HTTP://host",
    ],
)
def test_a_callback_is_an_http_url_or_nothing(url):
    """C3"""
    assert read(CallbackUrl, url) == url


@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "//example.com",
        "http://",
        "http:///path",
        "http://:80",
        "ftp://example.com",
        "file:///etc/passwd",
        "http://host:99999",
        "http://host:0",
        "http://host:x",
        "http://[::1",
        "javascript:alert(1)",
    ],
)
def test_any_other_callback_is_refused(url):
    """C3"""
    with pytest.raises(ValidationError, match="http or https"):
        read(CallbackUrl, url)


@pytest.mark.parametrize("place", ["hooks.example.com", "localhost", "10.0.0.1", "10.0.0.0/8", "2001:db8::/32", "::1"])
def test_a_callback_may_be_allowed_by_host_or_network(place):
    """C3"""
    assert read(HostOrCidr, place) == place


@pytest.mark.parametrize("place", ["", "10.0.0.0/33", "example.com/path", "two hosts", "http://example.com"])
def test_any_other_place_is_refused(place):
    """C3"""
    with pytest.raises(ValidationError):
        read(HostOrCidr, place)


@pytest.mark.parametrize("number", ["100", "123456", "+86139", "0" * 20, "+" + "1" * 20])
def test_an_inbound_number_is_a_normal_number(number):
    """C3; P2, order 10"""
    assert read(Number, number) == number


@pytest.mark.parametrize(
    "number", ["", "12", "1" * 21, "++123", "123+", "+12", " 123", "٣٣٣", "１２３", "²²²", "abc", 123456]
)
def test_any_other_inbound_number_is_refused(number):
    """C3; P2, order 10; P1.11"""
    with pytest.raises(ValidationError):
        read(Number, number)


@pytest.mark.parametrize("name", ["demo", "a", "a" * 128, "两个 字", "Demo-5.x@y"])
def test_a_name_is_any_text_of_1_to_128_characters(name):
    """C3"""
    assert read(Name, name) == name


@pytest.mark.parametrize("name", ["", " ", " demo", "demo\u00a0", "de\tmo", "de\x00mo", "a" * 129])
def test_any_other_name_is_refused(name):
    """C3"""
    with pytest.raises(ValidationError):
        read(Name, name)


def test_an_empty_password_is_refused():
    """C3; P2, order 1"""
    with pytest.raises(ValidationError):
        read(Secret, "")


@pytest.mark.parametrize(
    "kind",
    [
        Money,
        DelayField,
        NumberMatcher,
        ContentMatcher,
        SenderMatcher,
        Outcome,
        Cidr,
        Word,
        CallbackUrl,
        Number,
        Name,
        Secret,
    ],
)
def test_every_kind_describes_itself_as_a_json_schema(kind):
    """C4"""
    assert TypeAdapter(kind).json_schema()
