"""How do lists look to a person? Aligned columns that fit the terminal, whatever the contents hold.

Contents are other people's text: what would steer a terminal is escaped, and a wide character takes two columns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import click

FALLBACK_COLUMNS: Final = 100
"""Where nobody says how wide it is: a pipe, a file."""

LEAST_COLUMNS: Final = 40
_GAP: Final = "  "
_CUT: Final = "…"


class Cell(NamedTuple):
    """A text in a colour; the colour is shown on a terminal only."""

    text: str
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `least` is how wide it is at least, `flexible` that it gives way where the terminal is narrow."""

    head: str
    right: bool = False
    flexible: bool = False
    least: int = 0


class Table:
    """Columns as wide as the rows known so far need; rows that come later are cut to them."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Sequence[str | Cell]] = ()) -> None:
        self._columns = columns
        self._rows = [[_cell(one) for one in row] for row in rows]
        self._widths = _fit(columns, [[columns_of(cell.text) for cell in row] for row in self._rows])

    def show(self) -> None:
        """Print the head and the rows known so far."""
        click.echo(self._line([Cell(column.head, "bright_black") for column in self._columns]))
        for row in self._rows:
            click.echo(self._line(row))

    def add(self, row: Sequence[str | Cell]) -> None:
        """Print one more row."""
        click.echo(self._line([_cell(one) for one in row]))

    def _line(self, row: Sequence[Cell]) -> str:
        cells = [self._shown(cell, place, last=place == len(row) - 1) for place, cell in enumerate(row)]
        return _GAP.join(cells).rstrip()

    def _shown(self, cell: Cell, place: int, *, last: bool) -> str:
        column, width = self._columns[place], self._widths[place]
        text = cut(cell.text, width) if column.flexible else cell.text
        blanks = " " * max(0, width - columns_of(text))
        shown = click.style(text, fg=cell.color) if cell.color and text else text
        if column.right:
            return blanks + shown
        return shown if last else shown + blanks


def plain(text: str) -> str:
    """A text on one line that steers no terminal: what is not to be seen is written as an escape."""
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def columns_of(text: str) -> int:
    """How many columns a printable text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(text: str, columns: int) -> str:
    """A text in so many columns at most; one that is longer ends in …"""
    if columns_of(text) <= columns:
        return text
    kept, left = [], columns - 1
    for character in text:
        left -= _columns(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept) + _CUT


def terminal_columns() -> int:
    """How wide the terminal is, 100 where there is none."""
    from shutil import get_terminal_size

    return max(get_terminal_size((FALLBACK_COLUMNS, 24)).columns, LEAST_COLUMNS)


def _cell(one: str | Cell) -> Cell:
    return Cell(plain(one)) if isinstance(one, str) else Cell(plain(one.text), one.color)


def _fit(columns: Sequence[Column], rows: Sequence[Sequence[int]]) -> list[int]:
    """The width of each column: as its rows need, the flexible ones sharing what is left."""
    natural = [
        max(column.least, len(column.head), *(row[place] for row in rows)) for place, column in enumerate(columns)
    ]
    over = sum(natural) + len(_GAP) * (len(columns) - 1) - terminal_columns()
    for place in sorted(range(len(columns)), key=lambda one: -natural[one]):
        if over <= 0:
            break
        if columns[place].flexible:
            given = min(over, natural[place] - max(columns[place].least, len(columns[place].head)))
            natural[place] -= given
            over -= given
    return natural


def _visible(character: str) -> str:
    from unicodedata import category

    if character.isprintable() or category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")


def _columns(character: str) -> int:
    from unicodedata import category, east_asian_width

    if character.isascii():
        return 1
    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
