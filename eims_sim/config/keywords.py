"""Which settings does a test give as keywords (C6)? Keys of [server], [lifecycle], [push]: no two are alike."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Final

from .document import MODELS
from .layers import Layer
from .problems import nearest

TABLES: Final = ("server", "lifecycle", "push")


def keyword_layer(keywords: Mapping[str, object]) -> Layer:
    """The keywords as a layer; what is no key stands in the table where the nearest one is, and is refused there."""
    tables: dict[str, dict[str, object]] = {}
    for key, value in keywords.items():
        home = homes().get(key) or homes().get(nearest(key, homes()) or "", TABLES[0])
        tables.setdefault(home, {})[key] = value.isoformat() if isinstance(value, datetime) else value
    return Layer(tables, lambda _: ("keyword", 0))


@cache
def homes() -> Mapping[str, str]:
    """The table of each key."""
    return {setting.name: table for table in TABLES for setting in fields(MODELS[table])}
