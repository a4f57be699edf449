"""What is on a phone's screen (C4)?"""

import pytest

from eims_sim.domain.handsets import Place, cut, pick
from eims_sim.domain.messages import Inbound, Message


def sent(id: int, accepted_at: int, *, number: str = "138", final_at: int | None = None) -> Message:
    state = 1 if final_at is None else 0
    return Message(
        id, "demo", id, number, "", "Hello", 0, "", state, accepted_at, None, None, final_at, 1, 0, None, (), ()
    )


def wrote(id: int, received_at: int, *, number: str = "138") -> Inbound:
    return Inbound(id, "demo", number, "123456", "STOP", received_at, None)


def names(said: list[Message | Inbound]) -> list[str]:
    return [f"{'mo' if isinstance(one, Inbound) else 'mt'}{one.id}" for one in said]


def test_what_was_said_last_is_first():
    """C4: both ways, merged by time"""
    found = cut([sent(7, 50), sent(4, 20)], [wrote(2, 30), wrote(1, 10)], 10)

    assert names(found.said) == ["mt7", "mo2", "mt4", "mo1"]
    assert found.next is None


def test_a_message_stands_where_it_arrived():
    """C4: a scheduled one comes after what was said meanwhile"""
    found = cut([sent(3, 30), sent(2, 20, final_at=60), sent(1, 10, final_at=11)], [wrote(1, 40)], 10)

    assert names(found.said) == ["mt2", "mo1", "mt3", "mt1"]


def test_of_two_at_one_moment_the_reply_is_the_newer():
    """A clock that stands still has many moments in one."""
    assert names(cut([sent(1, 10)], [wrote(1, 10)], 10).said) == ["mo1", "mt1"]


@pytest.mark.parametrize(
    ("limit", "shown", "rest"),
    [
        (1, ["mt7"], Place(6, 3)),
        (2, ["mt7", "mo2"], Place(6, 2)),
        (3, ["mt7", "mo2", "mt5"], Place(0, 2)),
        (4, ["mt7", "mo2", "mt5", "mo1"], None),
    ],
)
def test_a_part_says_where_the_rest_begins(limit: int, shown: list[str], rest: Place | None):
    """C4: nothing is left out, nothing told twice"""
    found = cut([sent(7, 70), sent(5, 50)], [wrote(2, 60), wrote(1, 40)], limit)

    assert names(found.said) == shown
    assert found.next == rest


def test_nothing_was_said():
    """C4"""
    assert cut([], [], 10) == ([], None)


def test_each_number_is_there_once_with_what_was_said_last():
    """C4: the one that spoke last is first"""
    messages = [sent(4, 40, number="2"), sent(3, 30, number="1"), sent(2, 20, number="2"), sent(1, 10, number="3")]
    inbound = [wrote(2, 35, number="1"), wrote(1, 5, number="4")]

    found = pick(messages, inbound, "", 3)

    assert [(one.number, *names([one.last])) for one in found] == [("2", "mt4"), ("1", "mo2"), ("3", "mt1")]


def test_numbers_are_picked_by_how_they_begin():
    """C4"""
    messages = [sent(3, 30, number="+861"), sent(2, 20, number="861"), sent(1, 10, number="862")]

    assert [one.number for one in pick(messages, [], "86", 10)] == ["861", "862"]
