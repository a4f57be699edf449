"""What do people answer to a text message, in their language?"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from .locales import language_of

FALLBACK: Final = "en"
"""The language of those whose own has no phrases here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The short texts of a language; they may have places for {name}, {city}, {code}, {time}, {count} and {amount}."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    thanks: tuple[str, ...]
    stop: tuple[str, ...]
    code: tuple[str, ...]
    talk: tuple[str, ...]


def phrases_of(locale: str) -> Phrases:
    """The phrases of a locale: its own, else those of its language, else English ones."""
    known = all_phrases()
    return known.get(locale) or known.get(language_of(locale)) or known[FALLBACK]


@cache
def all_phrases() -> dict[str, Phrases]:
    """The phrases of every language that has some."""
    text = files(__package__).joinpath("phrases.toml").read_text("utf-8")
    return {
        language: Phrases(**{kind: tuple(texts) for kind, texts in kinds.items()})
        for language, kinds in tomllib.loads(text).items()
    }
