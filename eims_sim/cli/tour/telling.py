"""How is the tour told? Headings, prose, commands, answers and what they mean, within 100 columns."""

import textwrap
from collections.abc import Iterable, Sequence

import click

from ...protocol.curl import COLUMNS, PROMPT
from ..table import columns_of, plain

ANSWER_LINES = 2
"""A longer answer is cut."""

REMARK = "# "
RECEIVED = "< "


class Teller:
    """Prints the tour; a silent one prints nothing."""

    def __init__(self, *, silent: bool = False) -> None:
        self._silent = silent

    def title(self, text: str) -> None:
        """What this is."""
        self._print(text, "bold")

    def heading(self, text: str) -> None:
        """A chapter begins."""
        self._print("")
        self._print(f"== {text} {'=' * (COLUMNS - 4 - len(text))}", "bold")

    def prose(self, text: str, *, gap: bool = False) -> None:
        """A paragraph, after a blank line where there must be one."""
        if gap:
            self._print("")
        for line in textwrap.wrap(text, COLUMNS, break_on_hyphens=False, break_long_words=False):
            self._print(line)

    def command(self, lines: Sequence[str]) -> None:
        """What is typed into a shell."""
        self._print("")
        for place, line in enumerate(lines):
            self._print((PROMPT if place == 0 else "") + line, "cyan")

    def answer(self, text: str) -> None:
        """What came back, cut when it is long."""
        lines = _broken(plain(text), COLUMNS)
        if len(lines) > ANSWER_LINES:
            lines = [*lines[: ANSWER_LINES - 1], _broken(lines[ANSWER_LINES - 1], COLUMNS - 1)[0] + "…"]
        for line in lines:
            self._print(line)

    def received(self, head: Sequence[str], body: str) -> None:
        """What the gateway sent by itself, whole."""
        self._print("")
        for line in [*head, *_broken(plain(body), COLUMNS - len(RECEIVED))]:
            self._print(RECEIVED + line)

    def remark(self, text: str, color: str = "green") -> None:
        """What it means."""
        wrapped = textwrap.wrap(
            plain(text), COLUMNS, initial_indent=REMARK, subsequent_indent=REMARK, break_on_hyphens=False
        )
        for line in wrapped:
            self._print(line, color)

    def complaint(self, text: str) -> None:
        """What is not as documented."""
        self.remark(f"NOT AS DOCUMENTED: {text}", "red")

    def rows(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table; the last column is as wide as it is."""
        every = [head, *rows]
        widths = [max(columns_of(row[place]) for row in every) for place in range(len(head) - 1)]
        self._print("")
        for place, row in enumerate(every):
            cells = [f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)]
            self._print("  " + "  ".join([*cells, row[-1]]), "bold" if place == 0 else None)

    def _print(self, text: str, style: str | None = None) -> None:
        if self._silent:
            return
        if style == "bold":
            text = click.style(text, bold=True)
        elif style:
            text = click.style(text, fg=style)
        click.echo(text)


def _broken(text: str, columns: int) -> list[str]:
    """A text in lines of at most so many columns, broken after commas where there are some."""
    lines = []
    while columns_of(text) > columns:
        taken = columns
        while columns_of(text[:taken]) > columns:
            taken -= 1
        taken = text.rfind(",", 0, taken) + 1 or taken
        lines.append(text[:taken])
        text = text[taken:]
    return [*lines, text]
