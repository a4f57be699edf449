"""Made-up people: what they write, from where and when. The seed decides it all; Faker is imported when it is used."""

from .inbound import BATCH, DEFAULT_HOURS, INVENTED, FakeInbound, fake_inbound, inbound_calls
from .locales import DEFAULT_LOCALE, UnknownLocaleError

__all__ = [
    "BATCH",
    "DEFAULT_HOURS",
    "DEFAULT_LOCALE",
    "INVENTED",
    "FakeInbound",
    "UnknownLocaleError",
    "fake_inbound",
    "inbound_calls",
]
