"""`eims-sim otp`: which code was sent to this number?"""

from typing import TYPE_CHECKING, Any

import click

from .options import VariableOption, calls_server
from .output import echo_json
from .table import plain

if TYPE_CHECKING:
    from ..client.control import Client

LONGEST_WAIT_SECONDS = 300


@click.command()
@click.argument("number")
@click.option("--account", cls=VariableOption, metavar="NAME", help="Only in messages of this account.")
@click.option(
    "--pattern",
    cls=VariableOption,
    metavar="REGEX",
    help="What a code is: the first group, else all. Default: 4 to 8 digits.",
)
@click.option(
    "--after", cls=VariableOption, type=click.IntRange(0), metavar="ID", help="Only in messages after this one."
)
@click.option(
    "--wait",
    cls=VariableOption,
    type=click.FloatRange(0, LONGEST_WAIT_SECONDS),
    metavar="SECONDS",
    help="How long to wait for one.",
)
@calls_server
def otp(client: "Client", wait: float | None, as_json: bool, **asked: Any) -> None:
    """Print the code in the newest message to NUMBER that holds one.

    Nothing else is printed; exits with 1 when there is none.
    """
    from ..client.control import PATIENCE_SECONDS

    patience = (wait or 0) + PATIENCE_SECONDS
    found = client.control("GET", "otp", query={**asked, "wait": wait}, seconds=patience, doing="waiting for a code")
    if as_json:
        echo_json(found)
    else:
        click.echo(plain(found["code"]))
