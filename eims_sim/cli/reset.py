"""`eims-sim reset`: how does everything, or one account, begin anew?"""

from typing import TYPE_CHECKING

import click

from .options import VariableOption, calls_server
from .table import plain

if TYPE_CHECKING:
    from ..client.control import Client


@click.command()
@click.option("--account", cls=VariableOption, metavar="NAME", help="Only what is this account's own.")
@calls_server
def reset(client: "Client", account: str | None, as_json: bool) -> None:
    """Begin anew, as after a start with the file last loaded.

    Messages, inbound and pushes are gone, ids count from 1, balances, rules, faults and the clock are as configured.
    """
    client.control("POST", "reset", {} if account is None else {"account": account}, doing="resetting")
    if not as_json:
        click.echo("Reset." if account is None else plain(f"{account} is reset."))
