"""What only shows over several requests of an account (C5)."""

import pytest

from eims_sim.domain.habits import POLL_OFTEN, REMEMBERED, SUBMIT_REPEATED, SUBMIT_SINGLES, Habits
from eims_sim.protocol.notation import SECOND

START = 1_767_240_000 * SECOND


@pytest.mark.parametrize(("seconds", "notes"), [(0, [SUBMIT_REPEATED]), (59.9, [SUBMIT_REPEATED]), (60, []), (61, [])])
def test_the_same_submit_within_a_minute_is_noted(seconds, notes):
    """C5"""
    habits = Habits()
    habits.submit("Hello", "10010,10011", 2, START)

    assert list(habits.submit("Hello", "10010,10011", 2, START + round(seconds * SECOND))) == notes


@pytest.mark.parametrize(("content", "numbers"), [("Hello!", "10010,10011"), ("Hello", "10011,10010")])
def test_another_content_or_other_numbers_are_no_repetition(content, numbers):
    """C5"""
    habits = Habits()
    habits.submit("Hello", "10010,10011", 2, START)

    assert list(habits.submit(content, numbers, 2, START)) == []


def test_a_repetition_is_measured_from_the_last_time():
    """C5"""
    habits = Habits()

    noted = [bool(habits.submit("Hello", "10010,10011", 2, START + 40 * SECOND * turn)) for turn in range(4)]

    assert noted == [False, True, True, True]


def test_as_many_submits_as_are_remembered_are_recognised():
    """C5"""
    habits = Habits()
    for number in range(REMEMBERED):
        habits.submit("Hello", f"{number},1", 2, START)

    assert SUBMIT_REPEATED in habits.submit("Hello", "0,1", 2, START)


def singles(habits: Habits, count: int, *, apart: float = 0.1, start: int = START) -> list[bool]:
    """Submit so many single numbers with one content; which of them earned the note."""
    return [
        SUBMIT_SINGLES in habits.submit("Sale!", f"138{turn:08d}", 1, start + round(turn * apart * SECOND))
        for turn in range(count)
    ]


def test_the_twentieth_single_number_within_ten_seconds_is_noted_and_the_count_begins_anew():
    """C5"""
    noted = singles(Habits(), 41)

    assert [turn for turn, one in enumerate(noted, 1) if one] == [20, 40]


@pytest.mark.parametrize(("apart", "noted"), [(10 / 19, True), (10.1 / 19, False)])
def test_the_twenty_must_lie_within_ten_seconds(apart, noted):
    """C5"""
    assert any(singles(Habits(), 20, apart=apart)) is noted


def test_the_window_slides():
    """C5: a slow beginning does not hide twenty quick ones"""
    habits = Habits()
    singles(habits, 15, apart=2)

    assert singles(habits, 20, start=START + 60 * SECOND)[19]


def test_different_contents_and_several_numbers_are_no_singles():
    """C5"""
    habits = Habits()
    noted = [habits.submit(f"Your code is {turn}", f"138{turn:08d}", 1, START) for turn in range(40)]
    noted += [habits.submit("Sale!", f"138{turn:08d},10010", 2, START) for turn in range(40)]

    assert not any(noted)


def test_every_tenth_poll_of_the_same_ids_within_a_second_each_is_noted():
    """C5"""
    habits = Habits()

    noted = [habits.poll("1,2", START + turn * SECOND // 2) for turn in range(20)]

    assert [turn for turn, note in enumerate(noted, 1) if note is POLL_OFTEN] == [10, 20]


def test_a_pause_or_other_ids_end_the_row():
    """C5"""
    habits = Habits()
    polls = [("1", 0)] * 9 + [("1", 1)] + [("1", 1)] * 5 + [("2", 1)] + [("1", 1)] * 9

    assert not any(habits.poll(ids, START + seconds * SECOND) for ids, seconds in polls)


def test_a_clock_that_was_set_back_proves_nothing():
    """C5"""
    habits = Habits()
    habits.submit("Hello", "10010,10011", 2, START)

    assert list(habits.submit("Hello", "10010,10011", 2, START - SECOND)) == []
