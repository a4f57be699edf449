"""`eims-sim accounts`: who may use the gateway, and under which terms?"""

from typing import TYPE_CHECKING, Any

import click

from ..client.access import segment
from .groups import NearestGroup
from .lists import Item, Listing, show_all
from .options import VariableOption, calls_server, server_options
from .output import echo_json
from .settings import SettingsCommand, given
from .table import Cell, Column, plain

if TYPE_CHECKING:
    from ..client.control import Client

_SETTINGS = "accounts:AccountSettings"


def _row(account: Item) -> list[str | Cell]:
    return [
        account["account"],
        account["auth"],
        account["balance"],
        account["gift"],
        account["price"],
        Cell(" ".join(word for word in ("locked", "disabled") if account[word]), "red"),
        ",".join(account["numbers"]),
        account["callback_url"],
    ]


_ACCOUNTS = Listing(
    "accounts",
    "account",
    "accounts",
    (
        Column("account", flexible=True, least=12),
        Column("auth"),
        Column("balance", right=True),
        Column("gift", right=True),
        Column("price", right=True),
        Column("state"),
        Column("numbers", flexible=True),
        Column("callback", flexible=True),
    ),
    _row,
)


@click.group(cls=NearestGroup)
@server_options
def accounts(**server: Any) -> None:
    """List, add, change or remove accounts."""


@accounts.command("list")
@click.option("--secrets", cls=VariableOption, is_flag=True, help="Show password and key, with --json.")
@calls_server
def list_accounts(client: "Client", secrets: bool, as_json: bool) -> None:
    """List the accounts by their names."""
    if secrets and not as_json:
        raise click.UsageError("--secrets goes with --json: the table shows no secrets.")
    show_all(client, _ACCOUNTS, {"secrets": secrets or None}, as_json)


@accounts.command(cls=SettingsCommand, settings=_SETTINGS, table="accounts", without=("account",))
@click.argument("name")
@calls_server
@click.pass_context
def add(ctx: click.Context, /, client: "Client", name: str, as_json: bool, **settings: Any) -> None:
    """Add the account NAME."""
    _tell("added", client.control("POST", "accounts", {"account": name, **given(ctx, settings)}), as_json)


@accounts.command("set", cls=SettingsCommand, settings=_SETTINGS, table="accounts", without=("account",), partial=True)
@click.argument("name")
@calls_server
@click.pass_context
def set_account(ctx: click.Context, /, client: "Client", name: str, as_json: bool, **settings: Any) -> None:
    """Change the account NAME: what is given, from its next request on.

    A list is replaced as a whole; one empty value makes it empty.
    """
    changes = given(ctx, settings)
    if not changes:
        raise click.UsageError("nothing is given that could be changed.")
    _tell("changed", client.control("PATCH", f"accounts/{segment(name)}", changes), as_json)


@accounts.command()
@click.argument("name")
@calls_server
def remove(client: "Client", name: str, as_json: bool) -> None:
    """Remove the account NAME with its messages, inbound messages and reports."""
    client.control("DELETE", f"accounts/{segment(name)}")
    if not as_json:
        click.echo(plain(f"Account {name} is removed."))


def _tell(deed: str, account: Any, as_json: bool) -> None:
    if as_json:
        echo_json(account)
    else:
        click.echo(
            plain(f"Account {account['account']} is {deed}: balance {account['balance']}, gift {account['gift']}.")
        )
