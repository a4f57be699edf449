"""Made-up people: what they write and from where. The seed decides everything; Faker is imported when it is used."""

from .inbound import FakeInbound, fake_inbound
from .locales import DEFAULT_LOCALE, UnknownLocaleError

__all__ = ["DEFAULT_LOCALE", "FakeInbound", "UnknownLocaleError", "fake_inbound"]
