"""Who writes, and what? Short answers mostly, words that unsubscribe, codes, questions, now and then a long story."""

import warnings
from collections.abc import Sequence
from typing import Final

from faker import Factory
from faker.generator import Generator
from faker.utils.loading import find_available_locales

from ..domain.segments import count_segments
from .locales import country_of, find_locale, language_of
from .mobiles import mobile_of
from .phrases import phrases_of

PERSON: Final = "faker.providers.person"
ADDRESS: Final = "faker.providers.address"  # its cities are named after persons now and then
LOREM: Final = "faker.providers.lorem"

KINDS: Final = {"yes": 20, "no": 8, "thanks": 12, "stop": 8, "code": 14, "talk": 22, "prose": 10, "story": 6}
"""Of a hundred messages, about so many are of each kind."""

EMOJI: Final = ("😀", "😂", "👍", "🙏", "❤️", "🎉", "😊", "👌", "😢", "🤔", "🔥", "✅", "👨‍👩‍👧")
EMOJI_SHARE: Final = 0.12
WITHOUT_EMOJI: Final = frozenset({"stop", "code"})

RETURNING_SHARE: Final = 0.3
"""So many messages come from someone who has written before ..."""
REMEMBERED: Final = 50
"""... among the last so many who did."""

PROSE_SHARE: Final = 0.5
"""So many sentences are Faker's own, where it has the language."""


class People:
    """The people of a locale; all that they do is drawn from one source, which the seed and the locale begin.

    Raises UnknownLocaleError.
    """

    def __init__(self, locale: str, seed: int) -> None:
        locale = find_locale(locale)
        self._chance = Generator()
        self._chance.seed_instance(f"{locale} {seed}")
        self._random = self._chance.random
        self._mobile = mobile_of(country_of(locale))
        self._names = self._fake(locale, PERSON)
        self._cities = self._fake(locale, ADDRESS, PERSON)
        self._prose = self._fake(locale, LOREM)
        self._phrases = phrases_of(locale)
        self._talk = [text for text in self._phrases.talk if self._can_fill(text)]
        self._writers: list[str] = []

    def choose(self, several: Sequence[str]) -> str:
        """Any of them."""
        return self._random.choice(several)

    def sender(self) -> str:
        """A mobile number of the country; sometimes one that was drawn before."""
        if self._writers and self._random.random() < RETURNING_SHARE:
            return self._random.choice(self._writers[-REMEMBERED:])
        number = self._mobile.draw(self._chance)
        self._writers = [*self._writers[-REMEMBERED:], number]
        return number

    def content(self) -> str:
        """What someone writes."""
        (kind,) = self._random.choices([*KINDS], [*KINDS.values()])
        text = self._text(kind)
        if kind not in WITHOUT_EMOJI and self._random.random() < EMOJI_SHARE:
            return f"{text} {self._random.choice(EMOJI)}"
        return text

    def _text(self, kind: str) -> str:
        if kind == "story":
            return self._story()
        if kind == "prose":
            return self._sentence()
        return self._filled(self._random.choice(self._talk if kind == "talk" else getattr(self._phrases, kind)))

    def _story(self) -> str:
        """As many sentences as make at least two segments."""
        text = self._filled(self._random.choice(self._talk))
        while count_segments(text) == 1:
            text = f"{text} {self._sentence()}"
        return text

    def _sentence(self) -> str:
        if self._prose is not None and self._random.random() < PROSE_SHARE:
            return str(self._prose.format("sentence"))
        return self._filled(self._random.choice(self._talk))

    def _can_fill(self, text: str) -> bool:
        return ("{name}" not in text or self._names is not None) and ("{city}" not in text or self._cities is not None)

    def _filled(self, text: str) -> str:
        """A phrase with its places filled."""
        if "{" not in text:
            return text
        draw = self._random.randrange
        return text.format(
            name=self._names.format("first_name") if self._names else "",
            city=self._cities.format("city") if self._cities else "",
            code=f"{draw(10**6):06d}" if draw(3) else f"{draw(10**4):04d}",
            time=f"{draw(8, 22)}:{draw(0, 60, 15):02d}",
            count=draw(2, 13),
            amount=draw(5, 500),
        )

    def _fake(self, locale: str, provider: str, *used: str) -> Generator | None:
        """Faker's provider, and those it uses, in the locale or one of the same language; None where there is none."""
        known = find_available_locales([provider])
        language = language_of(locale)
        likely = (locale, f"{language}_{country_of(language)}", *known)
        same = [one for one in likely if one in known and language_of(one) == language]
        if not same:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a locale that Faker calls by another name by now is one all the same
            generator = Factory.create(same[0], providers=[provider, *used])
        generator.random = self._random
        return generator
