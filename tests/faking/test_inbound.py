"""Made-up inbound messages."""

import random
import re
import warnings
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from faker import Faker
from faker.config import AVAILABLE_LOCALES

from eims_sim.faking import BATCH, INVENTED, FakeInbound, UnknownLocaleError, fake_inbound, inbound_calls
from eims_sim.faking.locales import country_of, language_of
from eims_sim.faking.phrases import phrases_of

WIDELY_USED = ("zh_CN", "en_US", "id_ID", "vi_VN", "pt_BR")


def made(count: int = 300, locale: str = "zh_CN", seed: int = 1, hours: float = 24) -> list[FakeInbound]:
    return fake_inbound(count, ["123456", "10690"], locale=locale, seed=seed, hours=hours)


def slips(messages: list[FakeInbound]) -> list[tuple[FakeInbound, FakeInbound]]:
    """What somebody mistyped, each with what he wrote next."""
    wrong = {typed.partition("{")[0] for typed, _ in phrases_of("zh_CN").typo}
    found = []
    for place, one in enumerate(messages):
        if one.content.startswith(tuple(wrong)):
            later = [other for other in messages[place + 1 :] if other.sender == one.sender]
            found += [(one, other) for other in later[:1]]
    return found


def contents(locale: str) -> list[str]:
    return [one.content for one in made(locale=locale)]


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_the_same_seed_makes_the_same_messages(locale):
    assert made(locale=locale, seed=7) == made(locale=locale, seed=7)


def test_another_seed_makes_others():
    assert made(seed=1) != made(seed=2)


def test_what_others_do_with_faker_and_chance_changes_nothing():
    undisturbed = made()

    Faker.seed(99)
    random.seed(99)

    assert made() == undisturbed


def test_making_messages_leaves_others_their_chance():
    before = random.getstate()

    made(10)

    assert random.getstate() == before


@pytest.mark.parametrize("locale", sorted(AVAILABLE_LOCALES))
def test_every_locale_of_faker_has_people_who_write(locale):
    messages = made(40, locale)

    assert all(one.content.strip() and "{" not in one.content for one in messages)
    assert all(re.fullmatch(r"[1-9][0-9]{7,14}", one.sender) for one in messages)


def test_messages_go_to_all_recipients_and_a_conversation_to_one():
    messages = made()

    assert {one.recipient for one in messages} == {"123456", "10690"}
    assert all(answered.recipient == wrong.recipient for wrong, answered in slips(messages))


def test_an_account_without_a_number_is_written_to_all_the_same():
    assert {one.recipient for one in fake_inbound(20, [])} == {INVENTED}


def test_who_writes_what_and_when_does_not_depend_on_the_numbers_of_the_account():
    alone, several = fake_inbound(200, ["1"]), fake_inbound(200, ["1", "2", "3"])

    assert [replace(one, recipient="") for one in alone] == [replace(one, recipient="") for one in several]


@pytest.mark.parametrize("count", [1, 7, 300])
def test_there_are_as_many_as_were_asked_for(count):
    assert len(made(count)) == count


def test_they_come_one_after_the_other_over_the_hours_and_the_last_one_at_the_end():
    """P6.2: none of them in the future"""
    times = [one.ago_seconds for one in made(hours=6)]

    assert times == sorted(times, reverse=True)
    assert times[-1] == 0
    assert 5 * 3600 < times[0] <= 6 * 3600
    assert max(before - after for before, after in pairwise(times)) < 1800


@pytest.mark.parametrize("locale", WIDELY_USED)
@pytest.mark.parametrize("hours", [0.5, 24])
def test_who_has_unsubscribed_is_not_heard_of_again(locale, hours):
    stops, gone = set(phrases_of(locale).stop), set()

    for one in made(600, locale, hours=hours):
        assert one.sender not in gone or one.content in stops
        if one.content in stops:
            gone.add(one.sender)

    assert len(gone) > 10


def test_a_slip_is_corrected_before_its_writer_says_anything_else():
    """Nobody holds two conversations at once"""
    corrections = {right for _, right in phrases_of("zh_CN").typo}
    found = [(wrong, after) for wrong, after in slips(made(1000)) if wrong.content != after.content]

    assert len(found) > 10
    assert all(after.content.startswith(tuple(corrections)) for _, after in found)


def test_without_hours_all_come_at_the_end_and_conversations_cross_all_the_same():
    messages = made(hours=0)
    changes = sum(one.sender != other.sender for one, other in pairwise(messages))

    assert {one.ago_seconds for one in messages} == {0}
    assert changes > len({one.sender for one in messages})


def test_where_time_is_short_people_hurry():
    """Every conversation ends in its own order within a minute"""
    messages = made(hours=1 / 60)

    assert messages[0].ago_seconds <= 60
    assert slips(messages)


def test_the_calls_hold_every_message_and_end_at_the_moment_that_is_named():
    """C4: the body of POST /_sim/inbound"""
    messages = made(2 * BATCH + 1)
    until = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=8)))

    calls = list(inbound_calls(messages, "demo", until))

    bodies = [body for call in calls for body in call]
    assert [len(call) for call in calls] == [BATCH, BATCH, 1]
    assert [(one["from"], one["to"], one["content"]) for one in bodies] == [
        (one.sender, one.recipient, one.content) for one in messages
    ]
    assert {one["account"] for one in bodies} == {"demo"}
    assert bodies[-1]["received_at"] == "2026-01-01T12:00:00+08:00"
    before = until - datetime.fromisoformat(bodies[0]["received_at"])
    assert before.total_seconds() == messages[0].ago_seconds


def test_some_people_write_again():
    senders = Counter(one.sender for one in made())

    assert len(senders) > 60
    assert max(senders.values()) > 5


@pytest.mark.parametrize(("locale", "written"), [("zh_CN", r"[一-鿿]"), ("ru_RU", r"[а-я]"), ("th_TH", r"[ก-๙]")])
def test_people_write_their_own_language(locale, written):
    texts = contents(locale)

    assert sum(bool(re.search(written, text)) for text in texts) > len(texts) / 2


def test_where_nobody_wrote_phrases_they_are_english():
    assert phrases_of("hu_HU") == phrases_of("en_US")


@pytest.mark.parametrize(
    ("locale", "language", "country"),
    [("zh_CN", "zh", "CN"), ("de", "de", "DE"), ("en", "en", "US"), ("fr_QC", "fr", "CA"), ("tl_PH", "fil", "PH")],
)
def test_a_locale_means_a_language_and_a_country(locale, language, country):
    assert (language_of(locale), country_of(locale)) == (language, country)


@pytest.mark.parametrize("name", ["pt-BR", "PT_br", " pt_BR "])
def test_a_locale_may_be_written_in_other_ways(name):
    assert made(5, name) == made(5, "pt_BR")


@pytest.mark.parametrize(
    ("name", "hint"), [("pt_PR", "the nearest one is pt_"), ("klingon!", "examples are zh_CN, en_US and id_ID")]
)
def test_an_unknown_locale_is_refused_with_the_nearest(name, hint):
    with pytest.raises(UnknownLocaleError, match=hint):
        made(1, name)


def test_a_locale_that_faker_calls_by_another_name_by_now_warns_nobody():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made(5, "fr_QC")
