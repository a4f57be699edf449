"""`eims-sim receive`: how does a message from a phone arrive?"""

from typing import TYPE_CHECKING

import click

from .options import VariableOption, calls_server
from .output import echo_json
from .table import plain

if TYPE_CHECKING:
    from ..client.control import Client


@click.command()
@click.option(
    "--from",
    "sender",
    cls=VariableOption,
    envvar="EIMS_SIM_FROM",
    required=True,
    metavar="N",
    help="The phone's number.",
)
@click.option("--to", cls=VariableOption, required=True, metavar="N", help="The inbound number that it writes to.")
@click.option(
    "--account", cls=VariableOption, metavar="NAME", help="Who gets it; else the account that owns the number."
)
@click.option("--received-at", cls=VariableOption, metavar="TIME", help="When it arrives, in RFC 3339. Default: now.")
@click.argument("content")
@calls_server
def receive(
    client: "Client", sender: str, to: str, account: str | None, received_at: str | None, content: str, as_json: bool
) -> None:
    """Let CONTENT arrive from a phone: getsms returns it."""
    given = {"from": sender, "to": to, "content": content, "account": account, "received_at": received_at}
    arrived = client.control("POST", "inbound", {name: value for name, value in given.items() if value is not None})
    if as_json:
        echo_json(arrived)
    else:
        click.echo(plain(f"Inbound message {arrived['id']} is there for {arrived['account']}."))
