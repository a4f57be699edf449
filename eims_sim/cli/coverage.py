"""`eims-sim coverage`: which statuses and report codes have clients met, which never?"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TextIO

import click

from ..protocol.codes import ReportCode, Status
from .options import VariableOption, calls_server
from .output import echo_json
from .table import Cell, Column, Table

if TYPE_CHECKING:
    from ..client.control import Client

_COLUMNS: Final = (Column("code", right=True), Column("meaning", flexible=True), Column("met", right=True))

_HEAD: Final = "| code | meaning | met |\n| ---: | --- | ---: |\n"


class Part(NamedTuple):
    """A table of codes: what it counts, each code with its meaning and count, and how many must have been met."""

    name: str
    codes: Sequence[Mapping[str, Any]]
    least: int

    @property
    def met(self) -> int:
        """How many of the codes were met."""
        return sum(one["count"] > 0 for one in self.codes)

    @property
    def enough(self) -> bool:
        """Whether that suffices."""
        return self.met >= self.least

    @property
    def summary(self) -> str:
        """How many were met, and how many should have been."""
        wanted = "" if self.enough else f", at least {self.least} are wanted"
        return f"{self.met} of {len(self.codes)} {self.name} met{wanted}"


@click.command()
@click.option(
    "--min-status",
    cls=VariableOption,
    type=click.IntRange(0, len(Status)),
    default=0,
    metavar="N",
    help="Exit with 1 unless N different statuses were met.",
)
@click.option(
    "--min-report",
    cls=VariableOption,
    type=click.IntRange(0, len(ReportCode)),
    default=0,
    metavar="N",
    help="Exit with 1 unless N different report codes were met.",
)
@click.option("--junit", cls=VariableOption, type=click.File("w", "utf-8", lazy=True), help="Write a JUnit report too.")
@click.option(
    "--markdown", cls=VariableOption, type=click.File("w", "utf-8", lazy=True), help="Write a table in Markdown too."
)
@calls_server
def coverage(
    client: "Client", min_status: int, min_report: int, junit: TextIO | None, markdown: TextIO | None, as_json: bool
) -> int:
    """Show which codes of the gateway clients have met, which never.

    A status is met when it is answered, a report code when it is polled or pushed with success. A reset
    changes nothing here.
    """
    found = client.control("GET", "coverage")
    parts = (Part("statuses", found["statuses"], min_status), Part("report codes", found["reports"], min_report))
    if junit is not None:
        from .junit import write_junit

        write_junit(junit, parts)
    if markdown is not None:
        markdown.write("\n".join(map(_markdown, parts)))
    if as_json:
        echo_json(found)
    else:
        _show(parts)
    return 0 if all(part.enough for part in parts) else 1


def code_of(one: Mapping[str, Any]) -> int:
    """The status or the report code of an entry."""
    code: int = one["status"] if "status" in one else one["code"]
    return code


def _show(parts: Sequence[Part]) -> None:
    for part in parts:
        click.echo(click.style(part.summary, fg="green" if part.enough else "red", bold=True))
        Table(_COLUMNS, [_row(one) for one in part.codes]).show()


def _row(one: Mapping[str, Any]) -> list[str | Cell]:
    met = str(one["count"]) if one["count"] else Cell("never", "yellow")
    return [str(code_of(one)), one["meaning"], met]


def _markdown(part: Part) -> str:
    rows = [f"| {code_of(one)} | {one['meaning']} | {one['count'] or 'never'} |\n" for one in part.codes]
    return f"## {part.name.capitalize()}\n\n{part.summary}.\n\n{_HEAD}{''.join(rows)}"
