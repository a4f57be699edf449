"""Made-up inbound messages."""

import random
import re
import warnings

import pytest
from faker import Faker
from faker.config import AVAILABLE_LOCALES

from eims_sim.domain.segments import count_segments
from eims_sim.faking import FakeInbound, UnknownLocaleError, fake_inbound
from eims_sim.faking.locales import country_of, language_of
from eims_sim.faking.mobiles import MOBILES, mobile_of
from eims_sim.faking.people import EMOJI
from eims_sim.faking.phrases import all_phrases, phrases_of

WIDELY_USED = ("zh_CN", "en_US", "id_ID", "vi_VN", "pt_BR")


def made(count: int = 300, locale: str = "zh_CN", seed: int = 1) -> list[FakeInbound]:
    return list(fake_inbound(count, ["123456", "10690"], locale=locale, seed=seed))


def contents(locale: str) -> list[str]:
    return [one.content for one in made(locale=locale)]


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_the_same_seed_makes_the_same_messages(locale):
    assert made(locale=locale, seed=7) == made(locale=locale, seed=7)


def test_another_seed_makes_others():
    assert made(seed=1) != made(seed=2)


def test_the_first_messages_do_not_depend_on_how_many_are_made():
    assert made(300)[:20] == made(20)


def test_what_others_do_with_faker_and_chance_changes_nothing():
    undisturbed = made()

    Faker.seed(99)
    random.seed(99)
    messages = fake_inbound(300, ["123456", "10690"], locale="zh_CN", seed=1)
    first = next(messages)
    Faker().name()
    random.shuffle([1, 2, 3])

    assert [first, *messages] == undisturbed


def test_making_messages_leaves_others_their_chance():
    before = random.getstate()

    made(10)

    assert random.getstate() == before


@pytest.mark.parametrize("locale", sorted(AVAILABLE_LOCALES))
def test_every_locale_of_faker_has_people_who_write(locale):
    messages = made(40, locale)

    assert all(one.content.strip() and "{" not in one.content for one in messages)
    assert all(re.fullmatch(r"[1-9][0-9]{7,14}", one.sender) for one in messages)


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_numbers_have_the_shape_of_the_country(locale):
    code, beginnings, length = mobile_of(country_of(locale))

    for one in made(100, locale):
        national = one.sender.removeprefix(code)
        assert one.sender.startswith(code)
        assert national.startswith(beginnings)
        assert len(national) == length


def test_messages_go_to_all_recipients():
    assert {one.recipient for one in made()} == {"123456", "10690"}


def test_some_people_write_more_than_once():
    senders = [one.sender for one in made()]

    assert len(senders) / 2 < len(set(senders)) < len(senders)


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_people_answer_unsubscribe_send_codes_and_tell_stories(locale):
    """P4.3: long ones are more than one segment"""
    texts, phrases = contents(locale), phrases_of(locale)

    assert set(phrases.yes) & set(texts)
    assert set(phrases.stop) & set(texts)
    assert any(re.search(r"\d{4,6}$", text) for text in texts)
    assert 5 < sum(count_segments(text) > 1 for text in texts) < 60
    assert any(text.endswith(EMOJI) for text in texts)


@pytest.mark.parametrize("locale", WIDELY_USED)
def test_someone_who_unsubscribes_adds_no_emoji(locale):
    stops = phrases_of(locale).stop

    assert not {f"{stop} {emoji}" for stop in stops for emoji in EMOJI} & set(contents(locale))


@pytest.mark.parametrize(("locale", "written"), [("zh_CN", r"[一-鿿]"), ("ru_RU", r"[а-я]"), ("th_TH", r"[ก-๙]")])
def test_people_write_their_own_language(locale, written):
    texts = contents(locale)

    assert sum(bool(re.search(written, text)) for text in texts) > len(texts) / 2


def test_where_nobody_wrote_phrases_they_are_english():
    assert phrases_of("hu_HU") == phrases_of("en_US")


@pytest.mark.parametrize("language", all_phrases())
def test_every_language_has_phrases_that_need_neither_a_name_nor_a_city(language):
    """A locale in which Faker knows no names has something to say as well"""
    talk = all_phrases()[language].talk

    assert any("{name}" not in text and "{city}" not in text for text in talk)


@pytest.mark.parametrize(
    ("locale", "language", "country"),
    [("zh_CN", "zh", "CN"), ("de", "de", "DE"), ("en", "en", "US"), ("fr_QC", "fr", "CA"), ("tl_PH", "fil", "PH")],
)
def test_a_locale_means_a_language_and_a_country(locale, language, country):
    assert (language_of(locale), country_of(locale)) == (language, country)


def test_the_countries_of_widely_used_locales_are_described():
    assert {country_of(locale) for locale in WIDELY_USED} <= set(MOBILES)


def test_a_country_that_nobody_described_has_numbers_of_no_country():
    assert mobile_of("XX").calling_code == "883"


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
