"""What do people answer to a text message, in their language?"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from .locales import language_of

FALLBACK: Final = "en"
"""The language of those whose own has no phrases here."""

Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The texts of a language; they may have places for {name}, {time}, {count}, {amount}, {order} and {code}.

    `typo` and `chat` are messages of one person that follow each other.
    """

    yes: Texts
    no: Texts
    thanks: Texts
    stop: Texts
    code: Texts
    talk: Texts
    again: Texts
    typo: tuple[Texts, ...]
    chat: tuple[Texts, ...]
    long: Texts


def phrases_of(locale: str) -> Phrases:
    """The phrases of a locale: its own, else those of its language, else English ones."""
    known = all_phrases()
    return known.get(locale) or known.get(language_of(locale)) or known[FALLBACK]


def has_phrases(locale: str) -> bool:
    """Whether the people of a locale write in their own language."""
    return not {locale, language_of(locale)}.isdisjoint(all_phrases())


@cache
def all_phrases() -> dict[str, Phrases]:
    """The phrases of every language that has some."""
    text = files(__package__).joinpath("phrases.toml").read_text("utf-8")
    return {
        language: Phrases(**{kind: tuple(map(_frozen, texts)) for kind, texts in kinds.items()})
        for language, kinds in tomllib.loads(text).items()
    }


def _frozen(text: Any) -> Any:
    return text if isinstance(text, str) else tuple(text)
