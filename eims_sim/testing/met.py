"""Which codes of the gateway has a run of tests met, which never? One table, however many servers it had."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import pytest

from ..protocol.codes import Code, ReportCode, Status


class Met(NamedTuple):
    """How often each status was answered, and each report code polled or pushed."""

    statuses: Counter[int]
    reports: Counter[int]

    @classmethod
    def of(cls, answered: Mapping[str, Any]) -> Self:
        """From what `GET /_sim/coverage` answers."""
        return cls(
            Counter({one["status"]: one["count"] for one in answered["statuses"]}),
            Counter({one["code"]: one["count"] for one in answered["reports"]}),
        )


def show_met(terminal: pytest.TerminalReporter, servers: Sequence[Met]) -> None:
    """Show the table at the end of pytest's output."""
    terminal.section("eims-sim: codes met")
    if not servers:
        terminal.line("No test asked for eims.")
        return
    _show(terminal, "statuses", Status, sum((one.statuses for one in servers), Counter()))
    _show(terminal, "report codes", ReportCode, sum((one.reports for one in servers), Counter()))


def _show(terminal: pytest.TerminalReporter, name: str, codes: Iterable[Code], counts: Counter[int]) -> None:
    known = list(codes)
    terminal.line(f"{sum(counts[code] > 0 for code in known)} of {len(known)} {name} met", bold=True)
    width = max(len(code.meaning) for code in known)
    for code in known:
        count = counts[code]
        terminal.line(f"{int(code):>6}  {code.meaning:<{width}}  {count or 'never'}", yellow=not count)
