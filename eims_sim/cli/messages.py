"""`eims-sim messages`: which messages to phones are there, and what becomes of them?"""

from typing import TYPE_CHECKING, Any

import click

from ..protocol.codes import SENDING, UNSENT
from .lists import Item, Listing, show_list
from .options import VariableOption, calls_server
from .table import Cell, Column
from .wording import short_time, state_cell

if TYPE_CHECKING:
    from ..client.control import Client


def _row(message: Item) -> list[str | Cell]:
    return [
        str(message["id"]),
        short_time(message["transitions"][-1]["at"]),
        message["account"],
        message["number"],
        state_cell(message["state"]),
        message["content"],
    ]


def _identity(message: Item) -> tuple[object, ...]:
    return tuple(message[name] for name in ("account", "submit", "number", "accepted_at", "content"))


def _progress(message: Item) -> int:
    return len(message["transitions"])


def _is_open(message: Item) -> bool:
    return message["state"] in (UNSENT, SENDING)


MESSAGES = Listing(
    "messages",
    "message",
    "messages",
    (
        Column("id", right=True, least=4),
        Column("at", least=14),
        Column("account", flexible=True, least=8),
        Column("number", least=13),
        Column("state", least=17),
        Column("content", flexible=True, least=20),
    ),
    _row,
)


@click.command()
@click.option("--account", cls=VariableOption, metavar="NAME", help="Only those of this account.")
@click.option("--number", cls=VariableOption, metavar="N", help="Only those to this number.")
@click.option(
    "--state",
    cls=VariableOption,
    type=int,
    metavar="S",
    help="Only those in this state: 0 sent, 1 unsent, 2 sending, or a code.",
)
@click.option("--sender", cls=VariableOption, metavar="TEXT", help="Only those with this sender.")
@click.option("--submit", cls=VariableOption, type=int, metavar="ID", help="Only those of this submit.")
@click.option("--content", cls=VariableOption, metavar="TEXT", help="Only those whose content holds this.")
@click.option(
    "--since", cls=VariableOption, metavar="TIME", help="Only those accepted at or after this time, in RFC 3339."
)
@click.option("--until", cls=VariableOption, metavar="TIME", help="Only those accepted until this time.")
@click.option(
    "--limit",
    cls=VariableOption,
    type=click.IntRange(0),
    metavar="N",
    help="The newest N, 0 for all. Default: 100, 10 with --follow, all with --json.",
)
@click.option(
    "--follow", cls=VariableOption, is_flag=True, help="Then each as it comes or changes its state, until Ctrl-C."
)
@calls_server
def messages(client: "Client", limit: int | None, follow: bool, as_json: bool, **filters: Any) -> None:
    """Show the messages to phones, the newest last."""
    if follow:
        from .live import Followed, follow_list

        followed = Followed(MESSAGES, "message", "accepted_at", _identity, _progress, _is_open)
        follow_list(client, followed, filters, limit, as_json)
    else:
        show_list(client, MESSAGES, filters, limit, as_json)
