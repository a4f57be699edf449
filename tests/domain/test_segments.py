"""How many radio parts a content needs (P4.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eims_sim.domain.segments import GSM_BASIC, GSM_EXTENSION, Forced, Segment, count_segments, divide


@pytest.mark.parametrize(
    ("length", "segments"), [(0, 1), (1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4), (1024, 7)]
)
def test_160_gsm_characters_are_one_segment_and_longer_ones_take_153_each(length, segments):
    """P4.3"""
    assert count_segments("a" * length) == segments


@pytest.mark.parametrize("char", list("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r \"#%&'"))
def test_a_character_of_the_basic_table_is_one_septet(char):
    """P4.3"""
    assert count_segments(char * 160) == 1
    assert count_segments(char * 161) == 2


@pytest.mark.parametrize("char", list("\f^{}\\[~]|€"))
def test_a_character_of_the_extension_table_is_two_septets(char):
    """P4.3"""
    assert count_segments("a" * 158 + char) == 1
    assert count_segments("a" * 159 + char) == 2
    assert count_segments(char * 80) == 1
    assert count_segments(char * 81) == 2


@pytest.mark.parametrize("char", list("ç`áÁêëαβ\t\x1b\u00a0’…，你\u200b\x00"))
def test_a_character_of_neither_table_makes_it_ucs2(char):
    """P4.3"""
    assert count_segments("a" * 69 + char) == 1
    assert count_segments("a" * 70 + char) == 2


@pytest.mark.parametrize(
    ("content", "segments"),
    [
        ("a" * 152 + "€" + "a" * 151, 2),  # € opens the second part: 152, then 2 + 151
        ("a" * 152 + "€" + "a" * 152, 3),  # 306 septets, but the first part holds only 152 of them
        ("a" * 151 + "€" + "a" * 153, 2),  # € ends the first part exactly
        ("a" * 151 + "€" + "a" * 154, 3),
        ("€" * 76 + "a" + "€" * 76 + "a", 2),
        ("€" * 76 + "€" * 76 + "aa", 3),  # 76 fit a part, the 153rd septet of each stays empty
        ("€" * 153, 3),  # 306 septets
        ("a" * 304 + "€", 2),
        ("a" * 305 + "€", 3),
    ],
)
def test_an_extension_character_is_not_split_at_153(content, segments):
    """P4.3"""
    assert count_segments(content) == segments


@pytest.mark.parametrize(
    ("length", "segments"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4), (1024, 16)]
)
def test_70_ucs2_characters_are_one_segment_and_longer_ones_take_67_each(length, segments):
    """P4.3"""
    assert count_segments("你" * length) == segments


@pytest.mark.parametrize(
    ("content", "segments"),
    [
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("你" * 68 + "😀", 1),
        ("你" * 69 + "😀", 2),
        ("你" * 66 + "😀" + "你" * 65, 2),  # the pair opens the second part: 66, then 2 + 65
        ("你" * 66 + "😀" + "你" * 66, 3),  # 134 units, but the first part holds only 66 of them
        ("你" * 65 + "😀" + "你" * 67, 2),
        ("你" * 65 + "😀" + "你" * 68, 3),
        ("😀" * 66, 2),  # 33 pairs fit a part, its 67th unit stays empty
        ("😀" * 67, 3),
    ],
)
def test_a_surrogate_pair_is_two_units_and_is_not_split_at_67(content, segments):
    """P4.3"""
    assert count_segments(content) == segments


def test_an_extension_character_is_one_unit_in_ucs2():
    """P4.3"""
    assert count_segments("€" * 69 + "你") == 1
    assert count_segments("€" * 70 + "你") == 2


GSM = st.text(st.sampled_from(sorted(GSM_BASIC | GSM_EXTENSION)), max_size=500)
UCS2 = st.text(st.sampled_from("a€你😀"), max_size=300)


@given(st.one_of(GSM, UCS2, st.text(st.characters(codec="utf-8"), max_size=300)))
def test_the_parts_are_as_many_as_are_counted_and_joined_they_are_the_content(content):
    """P4.3"""
    division = divide(content)

    assert len(division.segments) == count_segments(content)
    assert "".join(segment.content for segment in division.segments) == content
    assert all(segment.units <= division.room for segment in division.segments)
    assert (division.forced_by is None) == (division.alphabet == "gsm-7")


def test_a_part_ends_before_what_does_not_fit_it_whole():
    """P4.3"""
    gsm, ucs2 = divide("a" * 152 + "€" + "b" * 9), divide("你" * 66 + "😀" + "b" * 9)

    assert (gsm.alphabet, gsm.room) == ("gsm-7", 153)
    assert gsm.segments == (Segment("a" * 152, 152), Segment("€" + "b" * 9, 11))
    assert (ucs2.alphabet, ucs2.room) == ("ucs-2", 67)
    assert ucs2.segments == (Segment("你" * 66, 66), Segment("😀" + "b" * 9, 11))


def test_a_single_part_has_more_room():
    """P4.3"""
    assert [divide(content).room for content in ("a" * 160, "你" * 70, "")] == [160, 70, 160]
    assert divide("").segments == (Segment("", 0),)


@pytest.mark.parametrize(("content", "index", "char"), [("ok ’ …", 3, "’"), ("😀 ok 你", 0, "😀"), ("a😀", 1, "😀")])
def test_the_first_character_that_forces_ucs2_is_named(content, index, char):
    """P4.3"""
    assert divide(content).forced_by == Forced(index, char)
