"""How many messages match, at every commit, and who cares about a submit (C4)?"""

import pytest

from eims_sim.domain.booking import Booking, Submit, first_messages
from eims_sim.domain.lifecycle import Life, Plan
from eims_sim.domain.lists import MessageFilter
from eims_sim.domain.moves import Interest
from eims_sim.domain.rules import Traits
from eims_sim.domain.watching import Count, Roster
from eims_sim.protocol.codes import UNSENT
from eims_sim.protocol.numbers import read_numbers

PLAN = Plan(0, None, 10, 20)


def booking(numbers: str, first_id: int = 1, account: str = "demo", lives: list[Life] | None = None) -> Booking:
    submit = Submit(1, Traits(account, "Hello", "ACME", 0), "title", read_numbers(numbers), 1, 50, 7, 9)
    return Booking(submit, first_id, 0, lives or [Life(PLAN, None)])


def test_a_count_is_unknown_until_the_database_was_looked_at():
    """C4: old ones counted"""
    count = Count(10)
    count.book(10, 2)
    count.book(9, 1)  # the database will know

    before = count.found
    count.settle(3, step=0)

    assert before is None
    assert count.found == 5


def test_a_move_counts_once_whether_the_database_knew_of_it_or_not():
    """C4"""
    count = Count(10)

    count.move(id=1, step=4, messages=1)  # the database knew
    count.move(id=2, step=5, messages=1)  # it did not
    count.settle(3, step=4)
    count.move(id=3, step=4, messages=1)  # told late
    count.move(id=4, step=6, messages=-2)

    assert count.found == 2


def test_moves_of_what_was_booked_meanwhile_always_count():
    """C4: the database counts only what is older"""
    count = Count(10)

    count.book(10, 2)
    count.move(id=11, step=4, messages=-2)
    count.settle(3, step=4)

    assert count.found == 3


@pytest.mark.parametrize(
    ("filed", "ids"),
    [
        ((None, None, None), [4, 5, 6]),
        ((None, None, "demo"), [4, 5, 6]),
        ((None, 4, None), [4, 5, 6]),
        (("10010", None, None), [4, 6]),
        (("10010", 4, "other"), [4, 6]),  # the rest of the filter is looked at by whoever filed it
        (("10011", None, "demo"), [5]),
        (("10012", None, None), None),
        ((None, None, "Demo"), None),
        ((None, 5, None), None),
    ],
)
def test_a_submit_finds_who_may_care(filed, ids):
    """C4"""
    roster: Roster[str] = Roster()
    roster.add("me", *filed)

    caring = {who: list(found) for who, found in roster.caring(booking("10010,10011,10010", first_id=4))}

    assert caring == ({} if ids is None else {"me": ids})


def test_who_left_is_found_no_more():
    """C4"""
    roster: Roster[str] = Roster()
    places = [("10010", None, None), (None, 1, None), (None, None, "demo"), (None, None, None)]
    for place in places:
        roster.add("me", *place)

    full = bool(roster), len(list(roster.caring(booking("10010"))))
    for place in places:
        roster.remove("me", *place)

    assert full == (True, 4)
    assert not roster
    assert list(roster.caring(booking("10010"))) == []


@pytest.mark.parametrize(
    ("wanted", "covered"),
    [
        (MessageFilter(state=0), True),
        (MessageFilter(state=1), False),
        (MessageFilter(state=0, number="10010"), True),
        (MessageFilter(state=0, number="10011"), False),
        (MessageFilter(state=0, account="demo", submit=3), True),
        (MessageFilter(state=0, content="x"), False),
        (MessageFilter(state=0, since=3), False),
    ],
)
def test_who_needs_more_than_was_read_is_not_covered(wanted, covered):
    """C4"""
    interest = Interest.of([MessageFilter(state=0, number="10010"), MessageFilter(state=2)])

    assert interest.covers(wanted) is covered
    assert Interest.of([wanted]).covers(wanted)


def test_the_first_messages_of_a_booking_are_as_they_are_shown():
    """C4"""
    shown = first_messages(booking("10010,10011,10012", first_id=4), 2)

    assert [(one.id, one.number, one.submit, one.state, one.rule) for one in shown] == [
        (4, "10010", 4, UNSENT, None),
        (5, "10011", 4, UNSENT, None),
    ]
    assert (shown[0].account, shown[0].content, shown[0].sender, shown[0].mmstitle) == (
        "demo",
        "Hello",
        "ACME",
        "title",
    )
    assert [tuple(one) for one in shown[0].transitions] == [(UNSENT, 7)]
    assert (shown[0].accepted_at, shown[0].sendtime, shown[0].sent_at, shown[0].final_at) == (7, 9, None, None)


def test_the_first_messages_are_in_the_order_of_their_ids_whatever_lives_they_have():
    """C4"""
    lives = [Life(PLAN, [(4, "10010"), (6, "10012")]), Life(PLAN._replace(rule=7), [(5, "10011")])]

    shown = first_messages(booking("10010,10011,10012", first_id=4, lives=lives), 10)

    assert [(one.id, one.number, one.rule) for one in shown] == [
        (4, "10010", None),
        (5, "10011", 7),
        (6, "10012", None),
    ]
