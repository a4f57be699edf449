"""What somebody writes, over several messages."""

import re
import string
from functools import cache
from itertools import pairwise

import pytest

from eims_sim.domain.segments import count_segments
from eims_sim.faking.conversations import EMOJI, GOING_ON, TAP, TYPING, WAITING, Conversations, Said
from eims_sim.faking.people import People, Person
from eims_sim.faking.phrases import Phrases, all_phrases, phrases_of

WIDELY_USED = ("zh_CN", "en_US", "id_ID", "vi_VN", "pt_BR")
PLACES = {"name", "time", "count", "amount", "order", "code"}
OPEN = {"code": r"\d{4,6}"}
"""What a place may hold that is known better than anything."""


@cache
def conversations(locale: str, count: int = 400) -> list[tuple[Person, list[Said]]]:
    people = People(locale, 1)
    talks = Conversations(people)
    return [(person, talks.one(person)) for person in map(people.somebody, range(count))]


def texts_of(phrases: Phrases) -> list[str]:
    """Every text of a language, those of several messages one by one."""
    kinds = [getattr(phrases, kind) for kind in Phrases.__slots__]
    return [text for texts in kinds for one in texts for text in ((one,) if isinstance(one, str) else one)]


def pattern(text: str) -> "re.Pattern[str]":
    """A phrase with its places open, perhaps with an emoji."""
    parts = [
        re.escape(literal) + (OPEN.get(place, ".+") if place else "")
        for literal, place, *_ in string.Formatter().parse(text)
    ]
    return re.compile("".join(parts) + f"( ({'|'.join(map(re.escape, EMOJI))}))?")


def begun_with(locale: str, texts: "list[str]") -> list[list[Said]]:
    """The conversations that begin with one of these phrases."""
    known = [pattern(text) for text in texts]
    return [said for _, said in conversations(locale) if any(one.fullmatch(said[0].content) for one in known)]


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_somebody_gets_on_over_several_messages(locale):
    lengths = [len(said) for _, said in conversations(locale)]

    assert {1, 2, 3, 4} <= set(lengths)
    assert all(said[0].pause_seconds == 0 for _, said in conversations(locale))
    assert all(TAP[0] <= one.pause_seconds <= WAITING[1] for _, said in conversations(locale) for one in said[1:])


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_a_slip_is_corrected_by_the_next_message_within_seconds(locale):
    phrases = phrases_of(locale)
    found = begun_with(locale, [wrong for wrong, _ in phrases.typo])

    assert found
    for said in found:
        (right,) = (right for wrong, right in phrases.typo if pattern(wrong).fullmatch(said[0].content))
        correction = next(one for one in said if pattern(right).fullmatch(one.content))
        assert TYPING[0] <= correction.pause_seconds <= TYPING[1]


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_what_is_told_in_a_conversation_is_told_from_its_first_word_to_its_last(locale):
    phrases = phrases_of(locale)
    chats = begun_with(locale, [chat[0] for chat in phrases.chat])

    assert len(chats) > 20
    for said in chats:
        (chat,) = (chat for chat in phrases.chat if pattern(chat[0]).fullmatch(said[0].content))
        told = [
            text
            for place, text in enumerate(one.content for one in said)
            if text not in [s.content for s in said[:place]]
        ]
        assert all(pattern(text).fullmatch(content) for text, content in zip(chat, told, strict=False))


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_who_unsubscribes_adds_no_emoji_and_is_not_heard_of_again(locale):
    stops = set(phrases_of(locale).stop)
    heard, gone = conversations(locale), set()

    for person, said in heard:
        assert person not in gone
        if said[0].content in stops:
            gone.add(person)
            assert {one.content for one in said} <= stops

    assert len(gone) > 10


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_codes_come_alone_and_a_second_one_is_another(locale):
    found = begun_with(locale, list(phrases_of(locale).code))
    seconds = [said for said in found if len({one.content for one in said}) > 1]

    assert all(re.search(r"(?<!\d)(\d{4}|\d{6})$", one.content) for said in found for one in said)
    assert seconds
    assert all(GOING_ON[0] <= said[-1].pause_seconds or said[-1].content == said[-2].content for said in seconds)


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_some_messages_are_sent_twice_at_once(locale):
    messages = [said for _, said in conversations(locale)]
    doubled = [after for said in messages for before, after in pairwise(said) if before.content == after.content]

    assert 5 < len([one for one in doubled if one.pause_seconds <= TAP[1]]) < 80


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_there_are_stories_of_several_segments_and_emoji(locale):
    """P4.3"""
    texts = [one.content for _, said in conversations(locale) for one in said]

    assert 10 < sum(count_segments(text) > 1 for text in texts) < 100
    assert 10 < sum(text.endswith(EMOJI) for text in texts) < 200


def test_a_person_has_the_same_name_in_every_conversation():
    told = [
        (person, one.content) for person, said in conversations("en_US") for one in said if "this is" in one.content
    ]

    assert len(told) > 10
    assert all(f"this is {person.name}" in content for person, content in told)


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("zh_CN", r"[一-鿿]{2,4}"),
        ("ko_KR", r"[가-힣]{2,4}"),
        ("ja_JP", r"[一-鿿々]{1,3}"),
        ("vi_VN", r"[^\W\d_]{1,7}"),
        ("ru_RU", r"[А-ЯЁ][а-яё]+"),
        ("ar_EG", r"[؀-ۿ ]+"),
        ("th_TH", r"[฀-๿]+"),
    ],
)
def test_names_are_written_as_in_the_language(locale, name):
    people = People(locale, 1)

    assert all(re.fullmatch(name, people.somebody(0).name or "") for _ in range(100))


@pytest.mark.parametrize("locale", ["de_LI", "vi_VN", "ar_AE"])
def test_where_faker_knows_no_first_names_it_does_not_say_john_and_jane(locale):
    people = People(locale, 1)

    assert not {people.somebody(0).name for _ in range(200)} & {"John", "Jane"}


@pytest.mark.parametrize("locale", ["gu_IN", "bg_BG", "fil_PH", "lb_LU"])
def test_a_name_that_does_not_fit_or_is_not_known_is_not_told(locale):
    texts = [one.content for _, said in conversations(locale) for one in said]

    assert not any("this is" in text or "None" in text for text in texts)


@pytest.mark.parametrize("language", all_phrases())
def test_every_language_has_texts_of_every_kind_for_someone_without_a_name_too(language):
    phrases = all_phrases()[language]

    for kind in Phrases.__slots__:
        assert any("{name}" not in "".join(text) for text in getattr(phrases, kind)), kind


@pytest.mark.parametrize("language", all_phrases())
def test_the_texts_of_every_language_are_well_formed(language):
    """Nothing but known places; codes in codes only; a slip is one message and its correction"""
    phrases = all_phrases()[language]
    places = {place for text in texts_of(phrases) for _, place, *_ in string.Formatter().parse(text) if place}

    assert places <= PLACES
    assert {text for text in texts_of(phrases) if "{code}" in text} == set(phrases.code)
    assert all(len(slip) == 2 and slip[0] != slip[1] for slip in phrases.typo)
    assert all(len(chat) > 2 for chat in phrases.chat)
    assert all(count_segments(text) > 1 for text in phrases.long)
