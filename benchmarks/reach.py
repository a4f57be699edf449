"""What do we want to reach, and do we? One row of the table each."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Options(NamedTuple):
    """What the command was told: rounds, messages in the file of `growth`, and where npm put the peers."""

    rounds: int
    messages: int
    peers: Path | None


class Row(NamedTuple):
    """A figure of each round and what their median is to be: at least so much, or at most.

    Without figures nothing was measured, and `why` says why.
    """

    what: str
    figures: Sequence[float]
    reach: float
    at_most: bool = False
    unit: str = ""
    why: str = ""

    @property
    def met(self) -> bool:
        """Is the median where it is to be?"""
        middle = statistics.median(self.figures)
        return middle <= self.reach if self.at_most else middle >= self.reach

    def markdown(self) -> str:
        """The row."""
        reach = f"{'<=' if self.at_most else '>='} {self._write(self.reach)}"
        if not self.figures:
            return f"| {self.what} | | {reach} | not measured: {self.why} |"
        middle, low, high = map(self._write, (statistics.median(self.figures), min(self.figures), max(self.figures)))
        return f"| {self.what} | **{middle}** ({low}..{high}) | {reach} | {'met' if self.met else '**not met**'} |"

    def _write(self, figure: float) -> str:
        return f"{figure:.0f} {self.unit}" if self.unit else f"{figure:.2f}"


def print_rows(rows: Sequence[Row]) -> None:
    """The table."""
    print("\n| what | ratio (min..max) | reach | |\n|---|---|---|---|")
    for row in rows:
        print(row.markdown())
