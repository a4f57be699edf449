"""Who writes? People of a country, with a mobile number and a name; some write again another day."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from faker import Factory
from faker.generator import Generator
from faker.providers.person import Provider as NobodysNames
from faker.utils.loading import find_available_locales

from .locales import country_of, find_locale, language_of
from .mobiles import mobile_of

PERSON: Final = "faker.providers.person"

CALLED: Final = {"ja": "last_name", "ko": "name", "zh": "name"}
"""How people tell their name, where it is not the first name."""

_FIRST_NAMES: Final = {
    "first_names": ("first_name",),
    "first_names_male": ("first_name_male", "first_name_female"),
}
"""By the attribute that holds a locale's first names: which of Faker's formats draw one."""

RETURNING_SHARE: Final = 0.3
"""So many conversations are begun by someone who has written before ..."""
REMEMBERED: Final = 50
"""... among the last so many who did."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with a phone; the name is None where Faker knows none in the language."""

    number: str
    name: str | None


class People:
    """The people of a locale, drawn from one source, `chance`, which the seed and the locale begin.

    Raises UnknownLocaleError.
    """

    def __init__(self, locale: str, seed: int) -> None:
        self.locale = find_locale(locale)
        self.chance = Generator()
        self.chance.seed_instance(f"{self.locale} {seed}")
        self._mobile = mobile_of(country_of(self.locale))
        self._names = _names(self.locale)
        if self._names is not None:
            self._names.generator.random = self.chance.random
        self._known: dict[Person, float] = {}

    def somebody(self, at: float) -> Person:
        """Who begins to write at this moment; sometimes someone who was drawn before and has nothing else to write."""
        free = [person for person, until in self._known.items() if until < at]
        if free and self.chance.random.random() < RETURNING_SHARE:
            return self.chance.random.choice(free)
        person = Person(self._mobile.draw(self.chance), self._name())
        self._known[person] = at
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return person

    def occupy(self, person: Person, until: float) -> None:
        """This one writes until then, and to nobody else meanwhile."""
        if person in self._known:
            self._known[person] = until

    def forget(self, person: Person) -> None:
        """This one writes no more."""
        self._known.pop(person, None)

    def _name(self) -> str | None:
        if self._names is None:
            return None
        return str(self._names.generator.format(self.chance.random.choice(self._names.formats)))


@dataclass(frozen=True, slots=True)
class _Names:
    """Faker's names in a locale, and the formats that draw one."""

    generator: Generator
    formats: Sequence[str]


def _names(locale: str) -> _Names | None:
    """The names of the locale, else of one of the same language; None where Faker has none."""
    known = find_available_locales([PERSON])
    language = language_of(locale)
    likely = (locale, f"{language}_{country_of(language)}", *known)
    for one in dict.fromkeys(likely):
        if one in known and language_of(one) == language:
            generator = _generator(one)
            formats = _formats(generator)
            if formats:
                return _Names(generator, (CALLED[language],) if language in CALLED else formats)
    return None


def _generator(locale: str) -> Generator:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a locale that Faker calls by another name by now is one all the same
        return Factory.create(locale, providers=[PERSON])


def _formats(generator: Generator) -> Sequence[str]:
    """None where a locale has family names only: Faker would say John and Jane there."""
    (names,) = (one for one in generator.get_providers() if isinstance(one, NobodysNames))
    own = (kind for kind in _FIRST_NAMES if getattr(names, kind, None) is not getattr(NobodysNames, kind, None))
    return next((_FIRST_NAMES[kind] for kind in own), ())
