"""`eims-sim pushes`: which delivery reports were pushed, and what became of them?"""

from typing import TYPE_CHECKING, Any, Final

import click

from .lists import Item, Listing, show_list
from .options import VariableOption, calls_server
from .table import Cell, Column
from .wording import short_time

if TYPE_CHECKING:
    from ..client.control import Client

STATES: Final = ("queued", "sending", "retrying", "delivered", "parked", "dropped")

_COLORS: Final = {"delivered": "green", "parked": "red", "dropped": "red"}


def _row(push: Item) -> list[str | Cell]:
    attempts = push["attempts"]
    last = attempts[-1] if attempts else {}
    return [
        str(push["id"]),
        short_time(last.get("at")),
        push["account"],
        Cell(push["state"], _COLORS.get(push["state"], "yellow")),
        _ids(push["reports"]),
        str(len(attempts)),
        last.get("verdict", "not attempted yet"),
    ]


def _ids(ids: list[int]) -> str:
    """Ids of messages; a long run of them by its ends."""
    if len(ids) > 2 and ids[-1] - ids[0] == len(ids) - 1:
        return f"{ids[0]}-{ids[-1]}"
    return ",".join(map(str, ids))


_PUSHES = Listing(
    "pushes",
    "push",
    "pushes",
    (
        Column("id", right=True),
        Column("last attempt"),
        Column("account", flexible=True),
        Column("state"),
        Column("messages", flexible=True),
        Column("attempts", right=True),
        Column("verdict", flexible=True, least=20),
    ),
    _row,
)


@click.command()
@click.option("--account", cls=VariableOption, metavar="NAME", help="Only those of this account.")
@click.option("--state", cls=VariableOption, type=click.Choice(STATES), help="Only those in this state.")
@click.option(
    "--limit",
    cls=VariableOption,
    type=click.IntRange(0),
    metavar="N",
    help="The newest N, 0 for all. Default: 100, all with --json.",
)
@calls_server
def pushes(client: "Client", limit: int | None, as_json: bool, **filters: Any) -> None:
    """Show the pushes of delivery reports, the newest last."""
    show_list(client, _PUSHES, filters, limit, as_json)
