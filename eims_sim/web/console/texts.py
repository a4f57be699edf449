"""How does a page say it in each language? `texts/PAGE.toml` holds every text once, its languages side by side."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from ...protocol.codes import ReportCode, Status
from .language import Language
from .pages import Page

TEXTS: Final = Path(__file__).parent / "texts"

SHELL: Final = "shell"
"""The texts of every page."""


@cache
def texts_of(page: Page, language: Language) -> Mapping[str, str]:
    """Every text that a page may show: its own, those it shares, and those of all pages.

    Raises KeyError when one is not translated.
    """
    found = _read(SHELL)
    for name in (*page.shares, page.name):
        found |= _read(name)
    return {key: both[language] for key, both in found.items()}


@cache
def codes_in(language: Language) -> Mapping[str, Mapping[str, str]]:
    """What each status and each report code means."""
    return {
        "statuses": {str(int(one)): one.meaning_zh if language == "zh" else one.meaning for one in Status},
        "reports": {str(int(one)): one.meaning_zh if language == "zh" else one.meaning for one in ReportCode},
    }


def _read(name: str) -> dict[str, dict[Language, str]]:
    return tomllib.loads((TEXTS / f"{name}.toml").read_text("utf-8"))
