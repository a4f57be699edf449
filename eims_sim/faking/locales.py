"""Which language and which country does a locale of Faker's mean?"""

from difflib import get_close_matches
from typing import Final

from ..errors import EimsSimError

DEFAULT_LOCALE: Final = "zh_CN"

_COUNTRIES: Final = {"ar": "SA", "en": "US", "sw": "KE", "la": "IT"}
"""Where a language without a country is at home, when that has another name than the language."""

_MISNAMED: Final = {"ar_AA": "SA", "en_MS": "MY", "es_CA": "ES", "fr_QC": "CA"}
"""Locales whose second part is no country, or another one than Faker means."""

_LANGUAGES: Final = {"dk": "da", "tl": "fil"}


class UnknownLocaleError(EimsSimError):
    """Faker has no such locale; the text names the nearest one."""


def find_locale(name: str) -> str:
    """The locale as Faker writes it, of a name in any case with `-` or `_`. Raises UnknownLocaleError."""
    from faker.config import AVAILABLE_LOCALES

    known = {locale.lower(): locale for locale in AVAILABLE_LOCALES}
    wanted = name.strip().replace("-", "_").lower()
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=1)
    hint = f"the nearest one is {known[near[0]]}" if near else "examples are zh_CN, en_US and id_ID"
    raise UnknownLocaleError(f"Faker knows no locale '{name}'; {hint}.")


def language_of(locale: str) -> str:
    """The language of a locale: `zh` of `zh_CN`."""
    language = locale.partition("_")[0]
    return _LANGUAGES.get(language, language)


def country_of(locale: str) -> str:
    """The country of a locale: `CN` of `zh_CN`; that of a language alone is where it is at home."""
    if locale in _MISNAMED:
        return _MISNAMED[locale]
    language, _, country = locale.partition("_")
    return country or _COUNTRIES.get(language, language.upper())
