"""Which state a message is in, and what is due when (P9.1)."""

import pytest

from eims_sim.domain.delays import Delay, Fixed, Uniform
from eims_sim.domain.lifecycle import Course, Life, Plan, hasten, plan_lives
from eims_sim.domain.matching import Matcher
from eims_sim.domain.rules import Rule, RuleSettings, Traits
from eims_sim.protocol.numbers import Numbers

START = 1_506_832_215_000_000
TRAITS = Traits(account="demo", content="test", sender="", smstype=0)


HALF_A_SECOND, ONE_SECOND = Fixed(0.5), Fixed(1.0)


def course(unsent: Delay = HALF_A_SECOND, sending: Delay = ONE_SECOND, *, magic: bool = True, seed: int = 1) -> Course:
    return Course(unsent, sending, seed, magic)


def rule(id: int, outcome: int, **fields: object) -> Rule:
    return Rule.build(id, RuleSettings(outcome=outcome, **fields))


def lives(
    *sent: str,
    first_id: int = 1,
    rules: tuple[Rule, ...] = (),
    applied: dict | None = None,
    under: Course | None = None,
) -> list[Life]:
    """The lives of an accepted submit to these numbers."""
    numbers = Numbers(len(sent), 0, ",".join(sent), plain=True)
    counts = {} if applied is None else applied
    return plan_lives(numbers, first_id, START, TRAITS, rules, counts, under or course())


def test_with_no_rule_no_magic_number_and_fixed_delays_one_plan_serves_all():
    """P9.1"""
    planned = lives("10010", "10086", "13800000000")

    assert planned == [Life(Plan(0, None, START + 500_000, START + 1_500_000), None)]


def test_delays_of_nothing_are_due_at_the_start():
    """P9.1"""
    planned = lives("10010", under=course(Fixed(0), Fixed(0)))

    assert planned == [Life(Plan(0, None, START, START), None)]


def test_a_magic_number_has_a_life_of_its_own():
    """P9.3"""
    planned = lives("10010", "13800001005", "10086", first_id=41)

    assert planned == [
        Life(Plan(0, None, START + 500_000, START + 1_500_000), [(41, "10010"), (43, "10086")]),
        Life(Plan(1005, None, START + 500_000, START + 1_500_000, magic=True), [(42, "13800001005")]),
    ]


def test_a_message_that_stays_unsent_or_sending_is_never_due_further():
    """P9.3"""
    planned = lives("13800009001", "13800009002")

    assert planned == [
        Life(Plan(1, None, None, None, magic=True), [(1, "13800009001")]),
        Life(Plan(2, None, START + 500_000, None, magic=True), [(2, "13800009002")]),
    ]


def test_with_magic_numbers_off_they_live_like_the_others():
    """P9.3"""
    planned = lives("10010", "13800009001", under=course(magic=False))

    assert planned == [Life(Plan(0, None, START + 500_000, START + 1_500_000), None)]


def test_a_sure_rule_decides_all_at_once_and_is_counted_for_each():
    """P9.2"""
    applied = {7: 1}

    planned = lives("10010", "13800001005", rules=(rule(7, 1011), rule(8, 1001)), applied=applied)

    assert planned == [Life(Plan(1011, 7, START + 500_000, START + 1_500_000), None)]
    assert applied == {7: 3}


def test_a_rule_may_bring_its_own_delays():
    """P9.1"""
    slow = rule(7, 0, unsent_seconds=Fixed(60), sending_seconds=Fixed(0.25))

    planned = lives("10010", rules=(slow,))

    assert planned == [Life(Plan(0, 7, START + 60_000_000, START + 60_250_000), None)]


def test_a_rule_may_bring_only_one_of_them():
    """P9.1"""
    slow = rule(7, 0, sending_seconds=Fixed(60))

    planned = lives("10010", rules=(slow,))

    assert planned == [Life(Plan(0, 7, START + 500_000, START + 60_500_000), None)]


@pytest.mark.parametrize(("outcome", "plan"), [(1, Plan(1, 7, None, None)), (2, Plan(2, 7, START + 500_000, None))])
def test_a_rule_may_keep_messages_unsent_or_sending(outcome, plan):
    """C3, outcome"""
    planned = lives("10010", "10086", rules=(rule(7, outcome),))

    assert planned == [Life(plan, None)]


def test_a_rule_about_numbers_parts_the_submit():
    """P9.2"""
    sevens = rule(7, 1011, number=Matcher("suffix", "7"))
    applied: dict[int, int] = {}

    planned = lives("10007", "10008", "20007", rules=(sevens,), applied=applied)

    assert planned == [
        Life(Plan(1011, 7, START + 500_000, START + 1_500_000), [(1, "10007"), (3, "20007")]),
        Life(Plan(0, None, START + 500_000, START + 1_500_000), [(2, "10008")]),
    ]
    assert applied == {7: 2}


def test_times_is_counted_in_id_order():
    """P9.2"""
    planned = lives("10010", "10011", "10012", "10013", first_id=5, rules=(rule(7, 1011, times=2),), applied={})

    assert [(life.plan.outcome, life.members) for life in planned] == [
        (1011, [(5, "10010"), (6, "10011")]),
        (0, [(7, "10012"), (8, "10013")]),
    ]


def test_a_rule_of_another_account_changes_nothing():
    """P9.2"""
    applied: dict[int, int] = {}

    planned = lives("10010", "10086", rules=(rule(7, 1011, account="other"),), applied=applied)

    assert planned == [Life(Plan(0, None, START + 500_000, START + 1_500_000), None)]
    assert applied == {}


def test_the_same_number_twice_is_two_messages():
    """P4.2"""
    planned = lives("13800001005", "13800001005")

    assert planned[0].members == [(1, "13800001005"), (2, "13800001005")]


def test_distributed_delays_give_each_message_its_own_moments():
    """P9.1"""
    under = course(Uniform(1, 2), Uniform(10, 20))

    planned = lives("10010", "10010", "10010", first_id=9, under=under)

    assert sorted(member for life in planned for member in life.members) == [(9, "10010"), (10, "10010"), (11, "10010")]
    assert len({life.plan.sending_at for life in planned}) == 3
    for life in planned:
        assert START + 1_000_000 <= life.plan.sending_at <= START + 2_000_000
        assert 10_000_000 <= life.plan.final_at - life.plan.sending_at <= 20_000_000


def test_a_course_depends_on_the_seed_and_the_id_alone():
    """P9.1"""
    under = course(Uniform(1, 2), Uniform(10, 20))

    (first,) = lives("10010", first_id=9, under=under)
    (again,) = lives("10086", first_id=9, under=under)
    (other_id,) = lives("10010", first_id=10, under=under)
    (other_seed,) = lives("10010", first_id=9, under=course(Uniform(1, 2), Uniform(10, 20), seed=2))

    assert first.plan == again.plan
    assert first.plan != other_id.plan
    assert first.plan != other_seed.plan


def test_a_submit_sent_at_once_or_in_parts_has_the_same_lives():
    """P9.1"""
    under = course(Uniform(1, 2))

    together = lives("10010", "10086", first_id=5, under=under)
    apart = [*lives("10010", first_id=5, under=under), *lives("10086", first_id=6, under=under)]

    assert together == apart


def test_ten_thousand_plain_numbers_have_one_life():
    """P9.1"""
    planned = lives(*(str(13800010000 + at) for at in range(0, 20_000, 2)), under=course(magic=False))

    assert planned == [Life(Plan(0, None, START + 500_000, START + 1_500_000), None)]


def test_lives_without_their_delays_end_as_they_would_and_at_once():
    """C3: report_first; a rule's own delays are skipped too, and what stays still stays"""
    slow = (rule(1, 1011, number=Matcher("suffix", "7"), unsent_seconds=Uniform(1, 9), sending_seconds=Fixed(50)),)
    planned = lives("13800000000", "13800000007", "1380000009001", "1380000009002", rules=slow)

    hastened = hasten(planned, START)

    assert [life.plan[:4] for life in hastened] == [
        (0, None, START, START),
        (1011, 1, START, START),
        (1, None, None, None),
        (2, None, START, None),
    ]
    assert [life.members for life in hastened] == [life.members for life in planned]
