"""`eims-sim requests`: what did clients ask, and what were they answered?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from .lists import Item, Listing, show_list
from .options import VariableOption, calls_server
from .table import Cell, Column
from .wording import short_time

if TYPE_CHECKING:
    from ..client.control import Client


def _row(request: Item) -> list[str | Cell]:
    return [
        str(request["id"]),
        short_time(request["at"]),
        f"{request['method']} {request['endpoint']}",
        request["account"] or "",
        result_cell(request),
        f"{request['duration_ms']:.1f}",
        "; ".join(f"{one['code']}: {one['text']}" for one in explanations(request)),
    ]


def result_cell(request: Item) -> Cell:
    """The status answered; where there is none, what the socket saw."""
    if not request["delivered"]:
        return Cell("not delivered", "red")
    if request["status"] is None or request["http_status"] != 200:
        return Cell(f"HTTP {request['http_status']}", "red")
    return Cell(str(request["status"]), "green" if request["status"] == 0 else "red")


def explanations(request: Item) -> list[Mapping[str, str]]:
    """The reason, if there is one, and the notes: each with code and text."""
    return [*([request["reason"]] if request["reason"] else []), *request["notes"]]


def _identity(request: Item) -> tuple[object, ...]:
    return tuple(request[name] for name in ("at", "peer", "account", "duration_ms"))


_REQUESTS = Listing(
    "requests",
    "request",
    "requests",
    (
        Column("id", right=True, least=4),
        Column("at", least=14),
        Column("endpoint", flexible=True, least=12),
        Column("account", flexible=True, least=8),
        Column("status", right=True, least=6),
        Column("ms", right=True, least=4),
        Column("reason and notes", flexible=True, least=20),
    ),
    _row,
)


@click.command()
@click.option("--endpoint", cls=VariableOption, metavar="NAME", help="Only those of this endpoint, such as sendsms.")
@click.option("--account", cls=VariableOption, metavar="NAME", help="Only those of this account, as it was sent.")
@click.option("--status", cls=VariableOption, type=int, metavar="S", help="Only those answered with this status.")
@click.option("--since", cls=VariableOption, metavar="TIME", help="Only those at or after this time, in RFC 3339.")
@click.option(
    "--limit",
    cls=VariableOption,
    type=click.IntRange(0),
    metavar="N",
    help="The newest N, 0 for all. Default: 100, 10 with --follow, all with --json.",
)
@click.option("--follow", cls=VariableOption, is_flag=True, help="Then each as it comes, until Ctrl-C.")
@calls_server
def requests(client: "Client", limit: int | None, follow: bool, as_json: bool, **filters: Any) -> None:
    """Show the requests of clients and what was wrong with them."""
    if follow:
        from .live import Followed, follow_list

        followed = Followed(_REQUESTS, "request", "at", _identity, lambda _: 0, lambda _: False)
        follow_list(client, followed, filters, limit, as_json)
    else:
        show_list(client, _REQUESTS, filters, limit, as_json)
