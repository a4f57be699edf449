"""In which language is a page shown?"""

from collections.abc import Iterator
from typing import Final, Literal, get_args

Language = Literal["en", "zh"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

TAGS: Final[dict[Language, str]] = {"en": "en", "zh": "zh-Hans"}
"""What a page says that it is written in."""


def choose_language(chosen: str | None, accepted: str) -> Language:
    """The one that was chosen before, else the first that the browser wants of those there are, else English.

    `accepted` is the header Accept-Language.
    """
    for language in LANGUAGES:
        if chosen == language:
            return language
    wanted = sorted(_read(accepted), key=lambda one: -one[0])
    for quality, tag in wanted:
        for language in LANGUAGES:
            if quality > 0 and tag.partition("-")[0] == language:
                return language
    return "en"


def _read(accepted: str) -> Iterator[tuple[float, str]]:
    """Quality and tag of each range; what cannot be read counts for nothing."""
    for part in accepted.lower().split(","):
        tag, _, parameter = part.partition(";")
        name, _, value = parameter.partition("=")
        try:
            yield (float(value) if name.strip() == "q" else 1.0), tag.strip()
        except ValueError:
            continue
