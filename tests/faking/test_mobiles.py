"""The numbers of made-up people are mobile numbers of their country: so says libphonenumber."""

import phonenumbers
import pytest
from faker.config import AVAILABLE_LOCALES
from faker.generator import Generator
from phonenumbers import PhoneNumberType

from eims_sim.faking.locales import country_of
from eims_sim.faking.mobiles import MOBILES, mobile_of

DRAWS = 150
MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def drawn(country: str, draws: int = DRAWS) -> set[str]:
    """Numbers of a country, and those where the plans of numbers end: each beginning with zeros and with nines."""
    generator = Generator()
    generator.seed_instance(country)
    mobile = mobile_of(country)
    ends = {
        mobile.calling_code + beginning.ljust(mobile.length, digit) for beginning in mobile.beginnings for digit in "09"
    }
    return ends | {mobile.draw(generator) for _ in range(draws)}


@pytest.mark.parametrize("country", MOBILES)
def test_every_number_is_a_valid_mobile_number_of_the_country(country):
    wrong = []
    for number in drawn(country):
        parsed = phonenumbers.parse(f"+{number}")
        region, kind = phonenumbers.region_code_for_number(parsed), phonenumbers.number_type(parsed)
        if region != country or kind not in MOBILE:
            wrong.append(number)

    assert wrong == []


def test_every_country_of_fakers_locales_is_described():
    assert {country_of(locale) for locale in AVAILABLE_LOCALES} - set(MOBILES) == set()


def test_a_country_that_nobody_described_has_numbers_of_no_country():
    assert all(number.startswith("883") for number in drawn("XX", 10))


def test_a_beginning_may_stand_for_several():
    assert mobile_of("JP").beginnings[:3] == ("701", "702", "703")
    assert len(mobile_of("JP").beginnings) == 27
