"""How is a fault of a configuration told (C3)? Its place, what is wrong with the value found, what would be right."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, time
from functools import cache
from typing import Final, NamedTuple, get_type_hints

from pydantic_core import ErrorDetails

from .document import MODELS, row_errors, validate
from .layers import Layer
from .lines import KeyPath

_LONGEST_VALUE: Final = 120
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+").fullmatch

_WRONG_TYPE: Final[Mapping[str, str]] = {
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dataclass_type": "must be a table",
}

_SPARE: Final[Mapping[str, Mapping[str, object]]] = {
    "accounts": {"account": "spare", "password": "spare"},
    "rules": {"outcome": 0},
    "faults": {"endpoint": "*", "delay_seconds": 0},
}
"""Good values for the keys that a row cannot be without, see `_hidden`."""

_DECISIVE: Final[Mapping[str, tuple[str, ...]]] = {"faults": ("endpoint",)}
"""The keys without which nothing can be said of the row as a whole."""


class Problem(NamedTuple):
    """One fault: where it is, and the sentence about it."""

    source: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        return f"{place}: {self.field}: {self.text}"


def problem(layer: Layer, path: KeyPath, text: str) -> Problem:
    """A fault of which the value found is no part."""
    return Problem(*layer.place(path), write_path(path), text)


def wrong_value(layer: Layer, path: KeyPath, wrong: str, right: str = "") -> Problem:
    """A fault of the value found; what would be right is left out where `wrong` says it."""
    found = f"{wrong} (found {_show_found(layer, path)})"
    return problem(layer, path, f"{found}, {right}" if right else found)


def misfits(layer: Layer) -> list[Problem]:
    """Every setting of a layer that does not fit its description."""
    outcome = validate(layer.tables)
    if not isinstance(outcome, list):
        return []
    return [_translate(layer, error) for error in [*outcome, *_hidden(layer, outcome)]]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(known), n=1)), None)


def write_path(path: KeyPath) -> str:
    """A path as people write it, such as `accounts[1].auth`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if _BARE(step) else json.dumps(step, ensure_ascii=False)
            text += f".{name}" if text else name
    return text


def _hidden(layer: Layer, errors: Iterable[ErrorDetails]) -> Iterator[ErrorDetails]:
    """What is wrong with rows as a whole: pydantic looks at that only when every key of the row is right.

    So each row is looked at once more, its wrong keys left out.
    """
    wrong: dict[KeyPath, set[str | int]] = {}
    for error in errors:
        name, *rest = error["loc"]
        if len(rest) > 1 and name in _SPARE:
            wrong.setdefault((name, rest[0]), set()).add(rest[1])
    for path, keys in wrong.items():
        name = str(path[0])
        row = layer.find(path)
        if not isinstance(row, Mapping) or keys.intersection(_DECISIVE.get(name, ())):
            continue
        sound = {key: value for key, value in row.items() if key not in keys}
        for error in row_errors(name, {**_SPARE[name], **sound}):
            if not error["loc"]:
                yield error | {"loc": path}


def _translate(layer: Layer, error: ErrorDetails) -> Problem:
    path: KeyPath = error["loc"]
    kind = error["type"]
    if kind == "unexpected_keyword_argument":
        return problem(layer, path, _unknown_key(path))
    if kind == "missing":
        return problem(layer, path, "is missing, and required")
    if kind in _WRONG_TYPE:
        return _wrong_type(layer, path, _WRONG_TYPE[kind])
    if kind == "string_too_short":
        return wrong_value(layer, path, "must not be empty")
    if kind != "value_error":
        return wrong_value(layer, path, error["msg"].replace("Input should be", "must be", 1))
    said = str(error["ctx"]["error"])
    if _is_table(path) or _shows_nothing(layer, path):
        return problem(layer, path, said)
    return wrong_value(layer, path, "is not valid", said)


def _shows_nothing(layer: Layer, path: KeyPath) -> bool:
    """Whether a wrong value is one that is not there, or an empty secret."""
    return layer.find(path) in (None, "") and path[-1] in _secrets(str(path[0]))


def _unknown_key(path: KeyPath) -> str:
    name = str(path[-1])
    known = _known_keys(path)
    close = nearest(name, known)
    if close is not None:
        return f"unknown key {name!r}; the nearest known one is {close!r}"
    if len(path) == 1 and name in _known_keys(("server", name)):
        return f"unknown key {name!r}; it belongs in the table [server]"
    return f"unknown key {name!r}; known are {', '.join(known)}"


def _known_keys(path: KeyPath) -> list[str]:
    if len(path) == 1:
        return list(MODELS)
    return [field.name for field in fields(MODELS[str(path[0])])]


def _wrong_type(layer: Layer, path: KeyPath, wrong: str) -> Problem:
    if not _is_table(path):
        return wrong_value(layer, path, wrong, _example(path))
    name = str(path[0])
    return wrong_value(layer, path, wrong, f"headed [[{name}]]" if name in _SPARE else f"headed [{name}]")


def _is_table(path: KeyPath) -> bool:
    return len(path) == 1 or (len(path) == 2 and isinstance(path[1], int))


def _example(path: KeyPath) -> str:
    """The setting's default, where that shows what is meant."""
    default = next((field.default for field in fields(MODELS[str(path[0])]) if field.name == path[-1]), None)
    shows = isinstance(default, str | int | float) and default != "" and not isinstance(default, bool)
    return f"such as {_show(default)}" if shows else ""


def _show_found(layer: Layer, path: KeyPath) -> str:
    if _secrets(str(path[0])).intersection(map(str, path)):
        return "a secret"
    if _is_table(path):
        return _kind(layer.find(path))
    value = layer.find(path)
    while value is None:  # inside a list that stands for a date, see `document`
        path = path[:-1]
        value = layer.find(path)
    return _show(value)


def _show(value: object) -> str:
    """A value much as TOML writes it, cut to fit on a line, a URL without its credentials."""
    if isinstance(value, bytes):
        return "bytes that are not UTF-8"
    bare = _without_credentials(value)
    text = str(bare) if isinstance(bare, date | time) else json.dumps(bare, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _without_credentials(value: object) -> object:
    """The value; of a URL nothing between its scheme and its last @, whatever a password may hold."""
    match value:
        case str():
            scheme, mark, rest = value.partition("://")
            hidden, at, rest_shown = rest.rpartition("@")
            return f"{scheme}{mark}…@{rest_shown}" if at and hidden else value
        case list():
            return [_without_credentials(one) for one in value]
        case dict():
            return {key: _without_credentials(one) for key, one in value.items()}
    return value


def _kind(value: object) -> str:
    """What stands in the place of a table. It is not shown: it may hold secrets under whatever name."""
    match value:
        case dict():
            return "a table"
        case list():
            return "a list"
        case str():
            return "a string"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
    return "a date"


@cache
def _secrets(table: str) -> frozenset[str]:
    hints = get_type_hints(MODELS[table], include_extras=True)
    return frozenset(name for name, hint in hints.items() if any(map(_is_secret, getattr(hint, "__metadata__", ()))))


def _is_secret(described: object) -> bool:
    extra = getattr(described, "json_schema_extra", None)
    return isinstance(extra, dict) and bool(extra.get("writeOnly"))
