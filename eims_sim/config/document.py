"""Which tables does a configuration have (C3), and does each setting in them fit its description?"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from ..domain.accounts import AccountSettings
from ..domain.faults import FaultSettings
from ..domain.fields import STRICT
from ..domain.rules import RuleSettings
from ..domain.settings import LifecycleSettings, PushSettings, ServerSettings

Model = (
    type[ServerSettings]
    | type[LifecycleSettings]
    | type[PushSettings]
    | type[AccountSettings]
    | type[RuleSettings]
    | type[FaultSettings]
)

MODELS: Final[Mapping[str, Model]] = {
    "server": ServerSettings,
    "lifecycle": LifecycleSettings,
    "push": PushSettings,
    "accounts": AccountSettings,
    "rules": RuleSettings,
    "faults": FaultSettings,
}
"""The settings of each table, and of each row of an array of tables."""

_NO_SETTING_TAKES_THIS: Final[list[list[object]]] = [[]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole configuration, each setting of which is right by itself."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    server: ServerSettings = ServerSettings()
    lifecycle: LifecycleSettings = LifecycleSettings()
    push: PushSettings = PushSettings()
    accounts: tuple[AccountSettings, ...] = ()
    rules: tuple[RuleSettings, ...] = ()
    faults: tuple[FaultSettings, ...] = ()


def validate(tables: Mapping[str, object]) -> Document | list[ErrorDetails]:
    """The document that the tables make, or all that keeps them from making one."""
    try:
        return _document_adapter().validate_json(_as_json(tables))
    except ValidationError as error:
        return error.errors(include_url=False)


def row_errors(name: str, row: Mapping[str, object]) -> list[ErrorDetails]:
    """All that keeps one row of the array of tables `name` from being the settings it should be."""
    try:
        _row_adapter(name).validate_json(_as_json(row))
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


@cache
def _document_adapter() -> TypeAdapter[Document]:
    return TypeAdapter(Document)


@cache
def _row_adapter(name: str) -> TypeAdapter[object]:
    return TypeAdapter(MODELS[name])


def _as_json(tables: Mapping[str, object]) -> str:
    return json.dumps(tables, default=_stand_in)


def _stand_in(value: object) -> object:
    # TOML knows dates, JSON does not, and a strict dataclass takes nothing but JSON.
    return os.fspath(value) if isinstance(value, os.PathLike) else _NO_SETTING_TAKES_THIS
