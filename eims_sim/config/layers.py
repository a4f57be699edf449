"""What does each source of settings say (C2)? The file, the environment, the options: later layers win."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from functools import cache
from typing import Any, Final

from ..errors import ConfigurationError
from ..variables import injected
from .document import MODELS
from .lines import DEEPEST, KeyPath, deep_line, key_lines, nearest_line

_PREFIXES: Final = {"server": "EIMS_SIM_", "lifecycle": "EIMS_SIM_LIFECYCLE_", "push": "EIMS_SIM_PUSH_"}
_BOOLEANS: Final = dict.fromkeys(("true", "1", "yes", "on"), True) | dict.fromkeys(("false", "0", "no", "off"), False)
_TOO_DEEP: Final = f"is nested too deeply, no setting has more than {DEEPEST} tables or lists inside each other"
_TOO_LONG: Final = "has too many digits, no setting takes more than 19"
_WIDEST: Final = 128
"""An integer of more bits is refused before anything shows it: Python writes no more than 4,300 digits."""

_LONG_NUMBER: Final = re.compile(r"\b[0-9][0-9A-Fa-fxob_]{999,}").search
_SYNTAX_ERROR: Final = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class Layer:
    """The tables of one source, unjudged, as TOML reads them.

    `place` names the source of a key and its line, 0 where there are no lines.
    """

    tables: Mapping[str, object]
    place: Callable[[KeyPath], tuple[str, int]]

    def find(self, path: KeyPath) -> object:
        """The value at a path, None when there is none."""
        value: Any = self.tables
        for step in path:
            try:
                value = value[step]
            except (LookupError, TypeError):
                return None
        return value

    def text(self, table: str, key: str) -> str:
        """A setting that is a string; empty when it is absent or something else."""
        value = self.find((table, key))
        return value if isinstance(value, str) else ""

    def rows(self, name: str) -> Iterator[tuple[int, Mapping[str, object]]]:
        """The tables of an array of tables, each with its index; what is no table is left out."""
        rows = self.tables.get(name)
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, Mapping):
                yield index, row


def file_layer(text: str, name: str) -> Layer:
    """A TOML text as a layer. Raises ConfigurationError when it is not TOML."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([_syntax_problem(text, name, str(error))]) from None
    except RecursionError:
        raise ConfigurationError([f"{name}:{deep_line(text)}: a value {_TOO_DEEP}"]) from None
    except ValueError:  # Python's int() refuses so many digits
        raise ConfigurationError([_long_number(text, name)]) from None
    server = tables.get("server")
    if isinstance(server, dict) and isinstance(server.get("now"), date | time):
        server["now"] = server["now"].isoformat()  # TOML writes a moment without quotes, too

    @cache
    def lines() -> Mapping[KeyPath, int]:
        return key_lines(text)

    unwieldy = _unwieldy(tables)
    if unwieldy is not None:
        path, why = unwieldy
        place = ".".join(map(str, path[:2]))
        raise ConfigurationError([f"{name}:{nearest_line(lines(), path)}: {place}: {why}"])
    return Layer(tables, lambda path: (name, nearest_line(lines(), path)))


def environment_layer(environment: Mapping[str, str]) -> Layer:
    """The variables `EIMS_SIM_<KEY>`; others are somebody else's, such as EIMS_SIM_SERVICE_HOST of Kubernetes."""
    tables: dict[str, dict[str, object]] = {}
    for table, prefix in _PREFIXES.items():
        for setting in fields(MODELS[table]):
            text = environment.get(prefix + setting.name.upper())
            if text is not None and not injected(text):
                tables.setdefault(table, {})[setting.name] = _read_variable(text, setting.default)
    return Layer(tables, lambda path: (f"environment {_PREFIXES[str(path[0])]}{str(path[1]).upper()}", 0))


def option_layer(options: Mapping[str, object]) -> Layer:
    """The options of the command line, which are keys of `[server]`; None is not given."""
    given = {key: _utf8(value) for key, value in options.items() if value is not None}
    return Layer({"server": given} if given else {}, lambda path: (f"option --{str(path[1]).replace('_', '-')}", 0))


def merge(layers: Iterable[Layer]) -> dict[str, object]:
    """The tables of all layers, key by key; the last layer that has a key wins."""
    merged: dict[str, object] = {}
    for layer in layers:
        for name, table in layer.tables.items():
            below = merged.get(name)
            merged[name] = {**below, **table} if isinstance(below, dict) and isinstance(table, dict) else table
    return merged


def _syntax_problem(text: str, name: str, said: str) -> str:
    match = _SYNTAX_ERROR(said)
    what, line, column = match.groups() if match else (said, None, None)
    if line is None:
        last = text.count("\n") + 1
        return f"{name}:{last}: not TOML at the end: {what}"
    return f"{name}:{line}: not TOML at column {column}: {what}"


def _long_number(text: str, name: str) -> str:
    found = _LONG_NUMBER(text)
    line = text.count("\n", 0, found.start()) + 1 if found else 1
    return f"{name}:{line}: a number {_TOO_LONG}"


def _unwieldy(tables: object) -> tuple[KeyPath, str] | None:
    """Where something is that nothing goes on with, and why: far too deep, or far too long a number."""
    waiting: list[tuple[KeyPath, object]] = [((), tables)]
    while waiting:
        path, value = waiting.pop()
        if len(path) > DEEPEST:
            return path, _TOO_DEEP
        match value:
            case dict():
                waiting += [((*path, key), inner) for key, inner in value.items()]
            case list():
                waiting += [((*path, place), inner) for place, inner in enumerate(value)]
            case int() if value.bit_length() > _WIDEST:
                return path, _TOO_LONG
    return None


def _read_variable(text: str, default: object) -> object:
    """A variable's text in the type of its setting; what does not fit stays a text and is refused as such."""
    match default:
        case str():
            return _utf8(text)
        case bool():
            return _BOOLEANS.get(text.strip().lower(), _utf8(text))
        case tuple() if not text.lstrip().startswith("["):
            return [_utf8(part) for part in map(str.strip, text.split(",")) if part]
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return _utf8(text)
    return parsed["value"] if len(parsed) == 1 and _unwieldy(parsed) is None else text


def _utf8(value: object) -> object:
    """The value; a text that came as bytes that are not UTF-8, as these bytes, which no setting takes."""
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode(errors="surrogatepass")
    return value
