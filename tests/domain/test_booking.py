"""What a group of submits costs, and which ids its messages get (P4.3)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from eims_sim.domain.booking import BALANCE_LOW, Booking, Refusal, Submit, refund, settle
from eims_sim.domain.delays import Fixed, Uniform
from eims_sim.domain.lifecycle import Course
from eims_sim.domain.matching import Matcher
from eims_sim.domain.rules import Rule, RuleSettings, Traits
from eims_sim.protocol.codes import Status
from eims_sim.protocol.numbers import Numbers

NOW = 1_506_832_215_000_000
COURSE = Course(Fixed(0.5), Fixed(1.0), seed=1, magic=True)
TOO_LOW = Refusal(Status(-10), BALANCE_LOW)


def submit(*sent: str, account: int = 1, price: int = 50_000, abnormal: int = 0, sendtime: int | None = None) -> Submit:
    """A checked request of the account to these normal numbers, and to some abnormal ones."""
    numbers = Numbers(len(sent), abnormal, ",".join(sent), plain=True)
    return Submit(account, Traits(f"account-{account}", "test", "", 0), "", numbers, 1, price, NOW, sendtime)


def book(
    *submits: Submit, credit: dict[int, tuple[int, int]], next_id: int = 1, rules: tuple[Rule, ...] = ()
) -> list[Booking | Refusal]:
    return settle(submits, credit, next_id, rules, {}, COURSE)


def test_ids_count_from_the_next_one_through_the_whole_group():
    """P4.2, P4.3"""
    outcomes = book(submit("10010", "10086"), submit("10010"), submit("10011"), credit={1: (1_000_000, 0)}, next_id=41)

    assert [booking.first_id for booking in outcomes] == [41, 43, 44]


def test_gift_is_spent_before_balance():
    """P4.3"""
    credit = {1: (1_000_000, 80_000)}

    first, second, third = book(submit("10010"), submit("10010"), submit("10010"), credit=credit)

    assert [first.gift_paid, second.gift_paid, third.gift_paid] == [50_000, 30_000, 0]
    assert credit == {1: (930_000, 0)}


def test_only_accepted_numbers_are_paid():
    """P2, order 13"""
    credit = {1: (100_000, 0)}

    outcomes = book(submit("10010", "10086", abnormal=3), credit=credit)

    assert isinstance(outcomes[0], Booking)
    assert credit == {1: (0, 0)}


def test_balance_and_gift_together_may_pay_to_the_last_micro_unit():
    """P2, order 13"""
    credit = {1: (30_000, 20_000)}

    outcomes = book(submit("10010"), credit=credit)

    assert outcomes[0].gift_paid == 20_000
    assert credit == {1: (0, 0)}


def test_one_micro_unit_short_is_minus_10_and_costs_nothing():
    """P2, order 13"""
    credit = {1: (30_000, 19_999)}

    outcomes = book(submit("10010"), credit=credit)

    assert outcomes == [TOO_LOW]
    assert credit == {1: (30_000, 19_999)}


def test_a_submit_pays_whole_or_not_at_all():
    """P4.3"""
    credit = {1: (100_000, 0)}

    outcomes = book(submit("10010", "10086", "10011"), credit=credit)

    assert outcomes == [TOO_LOW]
    assert credit == {1: (100_000, 0)}


def test_a_refused_submit_takes_no_id_and_a_later_smaller_one_may_pass():
    """P4.3"""
    credit = {1: (100_000, 0)}

    outcomes = book(submit("10010"), submit("10010", "10086"), submit("10011"), credit=credit, next_id=7)

    assert outcomes[0].first_id == 7
    assert outcomes[1] == TOO_LOW
    assert outcomes[2].first_id == 8
    assert credit == {1: (0, 0)}


def test_the_first_to_come_gets_the_last_money():
    """P4.3"""
    first, second = submit("10010"), submit("10086")

    outcomes = book(first, second, credit={1: (50_000, 0)})

    assert outcomes[0].submit is first
    assert outcomes[1] == TOO_LOW


def test_accounts_pay_for_themselves_only():
    """P4.3"""
    credit = {1: (0, 0), 2: (50_000, 0)}

    outcomes = book(submit("10010", account=1), submit("10010", account=2), credit=credit, next_id=1)

    assert outcomes[0] == TOO_LOW
    assert outcomes[1].first_id == 1
    assert credit == {1: (0, 0), 2: (0, 0)}


def test_what_costs_nothing_needs_no_money():
    """P4.3"""
    credit = {1: (0, 0)}

    outcomes = book(submit("10010", price=0), credit=credit)

    assert outcomes[0].gift_paid == 0
    assert credit == {1: (0, 0)}


def test_a_refused_submit_uses_up_no_rule():
    """P9.2"""
    once = Rule.build(1, RuleSettings(outcome=1011, times=1))
    applied: dict[int, int] = {}

    outcomes = settle([submit("10010", price=10), submit("10086", price=0)], {1: (9, 0)}, 1, (once,), applied, COURSE)

    assert outcomes[0] == TOO_LOW
    assert outcomes[1].lives[0].plan.outcome == 1011
    assert applied == {1: 1}


def test_delays_count_from_the_later_of_acceptance_and_sendtime():
    """P9.1; P2, order 11"""
    hour = 3_600_000_000
    at_once, later, past = submit("10010"), submit("10010", sendtime=NOW + hour), submit("10010", sendtime=NOW - hour)

    outcomes = book(at_once, later, past, credit={1: (1_000_000, 0)})

    assert [booking.lives[0].plan.sending_at for booking in outcomes] == [
        NOW + 500_000,
        NOW + hour + 500_000,
        NOW + 500_000,
    ]


def test_an_empty_group_changes_nothing():
    """P4.3"""
    credit = {1: (5, 5)}

    assert book(credit=credit) == []
    assert credit == {1: (5, 5)}


# --- any group ----------------------------------------------------------------------------------------------------

AMOUNTS = st.integers(min_value=0, max_value=300)
ACCOUNTS = st.sampled_from([1, 2, 3])
RECIPIENTS = st.sampled_from(["10010", "10007", "20007", "+86139", "13800001005", "13800009001"])
SUBMITS = st.builds(
    lambda account, price, abnormal, sent: submit(*sent, account=account, price=price, abnormal=abnormal),
    ACCOUNTS,
    st.integers(min_value=0, max_value=40),
    st.integers(min_value=0, max_value=2),
    st.lists(RECIPIENTS, min_size=1, max_size=5),
)
RULES = st.builds(
    RuleSettings,
    account=st.sampled_from([None, "account-1", "account-2"]),
    number=st.sampled_from([None, Matcher("suffix", "7"), Matcher("prefix", "+")]),
    outcome=st.sampled_from([0, 1, 2, 1011]),
    probability=st.sampled_from([1.0, 0.5]),
    unsent_seconds=st.sampled_from([None, Fixed(3), Uniform(0, 1)]),
    times=st.sampled_from([0, 1, 2, 3]),
)


@settings(max_examples=150, deadline=None, database=None)
@given(
    balances=st.tuples(AMOUNTS, AMOUNTS, AMOUNTS),
    gifts=st.tuples(AMOUNTS, AMOUNTS, AMOUNTS),
    group=st.lists(SUBMITS, max_size=10),
    wanted=st.lists(RULES, max_size=3),
    next_id=st.sampled_from([1, 9_998, 2**40]),
)
def test_settling_any_group_creates_no_money_leaves_no_gap_and_overuses_no_rule(
    balances, gifts, group, wanted, next_id
):
    """P4.2, P4.3, P9.2"""
    credit = dict(enumerate(zip(balances, gifts, strict=True), 1))
    kept = dict(credit)
    rules = [Rule.build(id, fields) for id, fields in enumerate(wanted, 1)]
    applied: dict[int, int] = {}

    outcomes = settle(group, credit, next_id, rules, applied, COURSE)

    decided = dict.fromkeys(range(1, len(rules) + 1), 0)
    assert len(outcomes) == len(group)
    for sent, outcome in zip(group, outcomes, strict=True):
        balance, gift = kept[sent.account]
        count = len(sent.numbers.text.split(","))
        cost = sent.price * count
        if cost > balance + gift:
            assert outcome == TOO_LOW
            continue
        # whole: the gift to its last unit first, then the balance
        assert outcome.submit is sent
        assert outcome.gift_paid == min(gift, cost)
        kept[sent.account] = (balance - (cost - outcome.gift_paid), gift - outcome.gift_paid)
        assert min(kept[sent.account]) >= 0
        # dense and growing, in arrival order
        assert outcome.first_id == next_id
        messages = list(enumerate(sent.numbers.text.split(","), next_id))
        next_id += count
        if len(outcome.lives) == 1 and outcome.lives[0].members is None:
            members = [(outcome.lives[0].plan, messages)]
        else:
            members = [(life.plan, list(life.members)) for life in outcome.lives]
        assert sorted(message for _, lived in members for message in lived) == messages
        for plan, lived in members:
            if plan.rule is not None:
                decided[plan.rule] += len(lived)
    assert credit == kept
    assert {id: applied.get(id, 0) for id in decided} == decided
    assert all(not rule.settings.times or decided[rule.id] <= rule.settings.times for rule in rules)


# --- refunds ------------------------------------------------------------------------------------------------------


def test_a_refund_goes_to_the_balance_first():
    """P4.3"""
    assert refund(paid_balance=70_000, refunded=0, amount=50_000) == (50_000, 0)
    assert refund(paid_balance=70_000, refunded=50_000, amount=50_000) == (20_000, 30_000)
    assert refund(paid_balance=70_000, refunded=100_000, amount=50_000) == (0, 50_000)


def test_what_gift_alone_paid_goes_back_to_gift():
    """P4.3"""
    assert refund(paid_balance=0, refunded=0, amount=50_000) == (0, 50_000)


def test_a_submit_that_is_to_end_at_once_has_no_delays():
    """C3: report_first; its sendtime is no delay"""
    later = NOW + 3_600_000_000
    now, then, usual = book(
        submit("10010")._replace(at_once=True),
        submit("10010", sendtime=later)._replace(at_once=True),
        submit("10010"),
        credit={1: (1_000_000, 0)},
    )

    assert [booking.lives[0].plan.final_at for booking in (now, then, usual)] == [NOW, later, NOW + 1_500_000]


@settings(max_examples=150, deadline=None, database=None)
@given(
    price=st.integers(min_value=0, max_value=100),
    count=st.integers(min_value=1, max_value=12),
    gift=st.integers(min_value=0, max_value=1500),
    fates=st.lists(st.integers(min_value=1, max_value=4), max_size=12),
)
def test_refunds_never_exceed_what_was_paid_and_go_balance_first(price, count, gift, fates):
    """P4.3"""
    credit = {1: (1200, gift)}
    (booking,) = book(submit(*["10010"] * count, price=price), credit=credit)
    paid_balance, paid_gift = price * count - booking.gift_paid, booking.gift_paid
    back_balance = back_gift = failed = 0

    for together in fates:  # so many messages fail at once
        together = min(together, count - failed)
        to_balance, to_gift = refund(paid_balance, back_balance + back_gift, price * together)
        failed += together
        back_balance += to_balance
        back_gift += to_gift

        assert to_balance >= 0
        assert to_gift >= 0
        assert to_balance + to_gift == price * together
        assert back_balance <= paid_balance
        assert back_gift <= paid_gift
        assert to_gift == 0 or back_balance == paid_balance

    if failed == count:
        assert (credit[1][0] + back_balance, credit[1][1] + back_gift) == (1200, gift)
