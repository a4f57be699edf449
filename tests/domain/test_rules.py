"""How a message ends (P9.2, P9.3)."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from eims_sim.domain.delays import Fixed
from eims_sim.domain.rules import Decision, Rule, RuleSettings, Traits, any_magic, candidates, decide, magic_outcome

READER = TypeAdapter(RuleSettings)
TRAITS = Traits(account="demo", content="a promo!", sender="ACME", smstype=0)


def rule(id: int = 1, **fields: object) -> Rule:
    """A rule as the configuration writes it; its outcome is 1011 unless said otherwise."""
    return Rule.build(id, READER.validate_json(json.dumps({"outcome": 1011} | fields)))


def outcome(*rules: Rule, number: str = "13800000007", id: int = 1, traits: Traits = TRAITS, magic: bool = True) -> int:
    return decide(number, id, candidates(rules, traits), {}, 1, magic=magic).outcome


# --- rules --------------------------------------------------------------------------------------------------------


def test_without_rules_a_message_succeeds():
    """P9.2"""
    assert outcome() == 0


def test_a_rule_without_conditions_decides_every_message():
    """P9.2"""
    assert outcome(rule()) == 1011


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"account": "demo"}, True),
        ({"account": "Demo"}, False),
        ({"number": {"suffix": "7"}}, True),
        ({"number": {"suffix": "8"}}, False),
        ({"number": {"prefix": "138"}}, True),
        ({"number": {"exact": "13800000007"}}, True),
        ({"number": {"regex": "0{5}"}}, True),
        ({"content": {"contains": "promo"}}, True),
        ({"content": {"contains": "Promo"}}, False),
        ({"content": {"exact": "a promo"}}, False),
        ({"sender": {"exact": "ACME"}}, True),
        ({"sender": {"exact": "acme"}}, False),
        ({"sender": {"contains": "CM"}}, True),
        ({"smstype": 0}, True),
        ({"smstype": 1}, False),
        ({"account": "demo", "number": {"suffix": "7"}, "content": {"contains": "promo"}, "smstype": 0}, True),
        ({"account": "demo", "number": {"suffix": "7"}, "content": {"contains": "promo"}, "smstype": 1}, False),
        ({"number": {"suffix": "8"}, "content": {"contains": "promo"}}, False),
    ],
)
def test_a_rule_decides_when_all_its_conditions_hold(condition, holds):
    """P9.2"""
    assert outcome(rule(**condition)) == (1011 if holds else 0)


def test_a_number_is_matched_as_it_is_stored_with_its_plus():
    """C3"""
    with_plus = rule(number={"prefix": "+86"})

    assert outcome(with_plus, number="+8613800000007") == 1011
    assert outcome(with_plus, number="8613800000007") == 0


def test_the_first_rule_that_matches_decides():
    """P9.2"""
    assert outcome(rule(1, number={"suffix": "8"}), rule(2, outcome=1005), rule(3)) == 1005


def test_an_accounts_rules_come_before_the_servers():
    """P9.2"""
    servers, foreign, own = rule(1, outcome=1001), rule(2, outcome=1002, account="other"), rule(3, account="demo")

    assert outcome(servers, foreign, own) == 1011


def test_rules_come_before_magic_numbers():
    """P9.2"""
    assert outcome(rule(outcome=0), number="13800001005") == 0
    assert outcome(rule(number={"suffix": "6"}), number="13800001005") == 1005


def test_a_decision_names_its_rule_and_its_delays():
    """P9.1, P9.2"""
    slow = rule(7, unsent_seconds=0.1, sending_seconds=0.2)

    decision = decide("13800000007", 1, [slow], {}, 1, magic=True)

    assert decision == Decision(1011, rule=7, magic=False, unsent=Fixed(0.1), sending=Fixed(0.2))


def test_a_rule_applies_no_more_often_than_its_times_in_id_order():
    """P9.2"""
    twice = rule(times=2, number={"suffix": "7"})
    applied: dict[int, int] = {}

    outcomes = [
        decide(number, id, [twice], applied, 1, magic=True).outcome
        for id, number in enumerate(["10007", "10008", "10007", "10007", "10007"], 1)
    ]

    assert outcomes == [1011, 0, 1011, 0, 0]
    assert applied == {1: 2}


def test_what_a_rule_has_applied_before_counts():
    """P9.2"""
    applied = {1: 2}

    decision = decide("10007", 1, [rule(times=2), rule(2, outcome=1005)], applied, 1, magic=True)

    assert decision.outcome == 1005
    assert applied == {1: 2, 2: 1}


def test_a_rule_without_a_limit_is_counted_too():
    """C4, applied"""
    applied: dict[int, int] = {}

    for id in range(1, 4):
        decide("10007", id, [rule()], applied, 1, magic=True)

    assert applied == {1: 3}


def test_a_probability_of_0_never_applies_and_1_always_does():
    """P9.2"""
    never = {outcome(rule(probability=0), id=id) for id in range(1, 200)}
    always = {outcome(rule(probability=1), id=id) for id in range(1, 200)}

    assert never == {0}
    assert always == {1011}


def test_a_rule_whose_probability_fails_does_not_match_and_is_not_counted():
    """P9.2"""
    applied: dict[int, int] = {}
    perhaps, otherwise = rule(1, probability=0.3), rule(2, outcome=1005)

    outcomes = [decide("10007", id, [perhaps, otherwise], applied, 1, magic=True).outcome for id in range(1, 1001)]

    assert set(outcomes) == {1011, 1005}
    assert 250 < outcomes.count(1011) < 350
    assert applied == {1: outcomes.count(1011), 2: outcomes.count(1005)}


def test_a_probability_is_drawn_from_the_seed_and_the_id():
    """P9.1, P9.2"""
    half = rule(probability=0.5)

    def course(seed: int) -> list[int]:
        return [decide("10007", id, [half], {}, seed, magic=True).outcome for id in range(1, 65)]

    assert course(1) == course(1)
    assert course(1) != course(2)


def test_two_rules_of_the_same_probability_are_drawn_apart():
    """P9.2"""
    outcomes = {outcome(rule(1, probability=0.5), rule(2, outcome=1005, probability=0.5), id=id) for id in range(1, 65)}

    assert outcomes == {1011, 1005, 0}


@pytest.mark.parametrize(
    ("fields", "sure"),
    [
        ({}, True),
        ({"account": "demo", "content": {"contains": "promo"}, "sender": {"exact": "ACME"}, "smstype": 0}, True),
        ({"number": {"suffix": "7"}}, False),
        ({"probability": 0.999}, False),
        ({"times": 10_000}, False),
    ],
)
def test_a_rule_is_sure_when_it_decides_every_number_alike(fields, sure):
    """P9.2"""
    assert rule(**fields).sure is sure


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": 1015},
        {"outcome": "1011"},
        {"outcome": None},
        {"probability": 1.1},
        {"probability": -0.1},
        {"times": -1},
        {"times": 1.5},
        {"smstype": 2},
        {"number": "7"},
        {"content": {"prefix": "x"}},
        {"unsent_seconds": -1},
        {"numbers": {"suffix": "7"}},
    ],
)
def test_a_wrong_rule_is_refused(wrong):
    """C3"""
    with pytest.raises(ValidationError):
        rule(**wrong)


def test_a_rule_needs_an_outcome():
    """C3"""
    with pytest.raises(ValidationError, match="outcome"):
        READER.validate_json('{"account":"demo"}')


# --- magic numbers ------------------------------------------------------------------------------------------------

CODES = [*range(1001, 1015), *range(1016, 1024)]


@pytest.mark.parametrize("code", CODES)
def test_a_number_that_ends_in_0000_and_a_code_ends_in_that_code(code):
    """P9.3"""
    assert magic_outcome(f"1380000{code}") == code
    assert outcome(number=f"+861380000{code}") == code


@pytest.mark.parametrize(("number", "state"), [("1300009001", 1), ("1300009002", 2), ("00009001", 1), ("+00009002", 2)])
def test_00009001_stays_unsent_and_00009002_stays_sending(number, state):
    """P9.3"""
    assert magic_outcome(number) == state
    assert outcome(number=number) == state


@pytest.mark.parametrize(
    "number",
    [
        "1380001005",
        "13800001015",
        "13800001000",
        "13800001024",
        "138000010050",
        "1005",
        "13800009003",
        "13800009000",
        "13800000000",
        "13800000001",
        "13800000002",
        "+0000",
    ],
)
def test_any_other_number_is_not_magic(number):
    """P9.3"""
    assert magic_outcome(number) is None
    assert outcome(number=number) == 0


def test_with_the_setting_off_no_number_is_magic():
    """P9.3"""
    assert outcome(number="13800001005", magic=False) == 0


def test_a_magic_decision_says_so():
    """P9.3"""
    decision = decide("13800001005", 1, [], {}, 1, magic=True)

    assert decision == Decision(1005, rule=None, magic=True)


@pytest.mark.parametrize(
    ("numbers", "magic"),
    [
        ("13800001005", True),
        ("13800001005,10010", True),
        ("10010,13800001005,10086", True),
        ("10010,13800009001", True),
        ("10010,10086", False),
        ("138000010051,10010", False),
        ("13800001015,10010", False),
        ("1380000,1005", False),
        ("", False),
    ],
)
def test_one_magic_number_among_many_is_found(numbers, magic):
    """P9.3"""
    assert any_magic(numbers) is magic
