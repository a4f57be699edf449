"""On which line of a TOML text does a key stand? Asked only when an error is told, of a text that is known to parse."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

DEEPEST: Final = 16
"""So many tables and lists inside each other are looked at; no setting has a third of that."""

KeyPath = tuple[str | int, ...]
"""The way to a value: names of tables and keys, indexes of lists."""

_PART: Final = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}'''  # a closing delimiter may follow up to two quotes of the text
    r"""|'''.*?'{3,5}"""
    r'''|"(?:\\.|[^"\\])*"'''
    r"""|'[^']*'"""
    r"""|\#[^\n]*"""
    r"""|[\[\]{}=.\n]"""
    r"""|[^\s\[\]{}=."'\#]+""",
    re.DOTALL,
)


class _Statement(NamedTuple):
    """A table header or a key with its value; a value may go on for several lines."""

    line: int
    parts: list[str]


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of every table and key; what stands inside a value has no line of its own."""
    lines: dict[KeyPath, int] = {(): 1}
    last: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for line, parts in _statements(text):
        if parts[0] == "[":
            table = _open_table(parts, last)
            path = table
        else:
            path = table + tuple(_names(parts[: parts.index("=")]))
        for length in range(1, min(len(path), DEEPEST) + 1):
            lines.setdefault(path[:length], line)
    return lines


def nearest_line(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of a value: that of its key or, inside a value and for a missing key, of what encloses it."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def deep_line(text: str) -> int:
    """The line on which lists and inline tables are too many inside each other."""
    line = 1
    depth = 0
    for part in _PART.findall(text):
        depth += (part in "[{") - (part in "]}")
        if depth > DEEPEST:
            break
        line += part.count("\n")
    return line


def _statements(text: str) -> Iterator[_Statement]:
    line = 1
    depth = 0
    statement = _Statement(line, [])
    for part in _PART.findall(text):
        if part == "\n" and not depth:
            if statement.parts:
                yield statement
            statement = _Statement(line + 1, [])
        elif part != "\n" and not part.startswith("#"):
            statement.parts.append(part)
            depth += (part in "[{") - (part in "]}")
        line += part.count("\n")
    if statement.parts:
        yield statement


def _open_table(parts: list[str], last: dict[KeyPath, int]) -> KeyPath:
    """The path that a header opens; `last` has the index of each array's last table and is counted on in place."""
    *parents, name = _names(parts)
    path: KeyPath = ()
    for parent in parents:
        path = (*path, parent)
        if path in last:
            path = (*path, last[path])
    path = (*path, name)
    if parts[1] == "[":
        last[path] = last.get(path, -1) + 1
        path = (*path, last[path])
    return path


def _names(parts: list[str]) -> list[str]:
    return [_name(part) for part in parts if part not in "[]."]


def _name(part: str) -> str:
    if part[0] not in "\"'":
        return part
    name: str = tomllib.loads(f"name = {part}")["name"]
    return name
