"""`eims-sim clock`: what does the gateway's clock show, and how is it moved?"""

from typing import TYPE_CHECKING, Any

import click

from .groups import NearestGroup
from .options import VariableOption, calls_server, new_client, server_options
from .output import echo_json
from .wording import counted

if TYPE_CHECKING:
    from ..client.control import Client


_NOW = "EIMS_SIM_CLOCK_NOW"
"""Not that of the key `now` of [server], which says where a clock starts: a container may hold both."""


@click.group(cls=NearestGroup, invoke_without_command=True)
@server_options
@click.pass_context
def clock(ctx: click.Context, url: str | None, admin_token: str | None, as_json: bool) -> None:
    """Show the gateway's clock, or freeze, scale or advance it."""
    if ctx.invoked_subcommand is None:
        with new_client(url, admin_token) as client:
            _show(client.control("GET", "clock"), as_json)


@clock.command()
@click.option(
    "--now",
    cls=VariableOption,
    envvar=_NOW,
    metavar="TIME",
    help="The time to show, in RFC 3339. Default: the present one.",
)
@calls_server
def freeze(client: "Client", now: str | None, as_json: bool) -> None:
    """Let the clock stand still."""
    _set(client, as_json, mode="frozen", now=now)


@clock.command()
@calls_server
def real(client: "Client", as_json: bool) -> None:
    """Let the clock show the system's time."""
    _set(client, as_json, mode="real")


@clock.command()
@click.argument("scale", metavar="N", type=click.FloatRange(0, min_open=True))
@click.option(
    "--now",
    cls=VariableOption,
    envvar=_NOW,
    metavar="TIME",
    help="The time to begin with, in RFC 3339. Default: the present one.",
)
@calls_server
def scale(client: "Client", scale: float, now: str | None, as_json: bool) -> None:
    """Let N seconds pass in each second."""
    _set(client, as_json, mode="scaled", scale=scale, now=now)


@clock.command()
@click.argument("span", metavar="SECONDS|next")
@calls_server
def advance(client: "Client", span: str, as_json: bool) -> None:
    """Go forward by so many SECONDS, or to the next moment at which something is due.

    Every transition and every push on the way is made at its moment; the command ends when all of them are.
    """
    done = client.control("POST", "clock/advance", _step(span), seconds=None, doing="advancing")
    if as_json:
        echo_json(done)
        return
    made = f"{counted(done['transitions'], 'transition', 'transitions')}, {counted(done['pushes'], 'push', 'pushes')}"
    click.echo(f"{done['now']}: {made}")


def _step(span: str) -> dict[str, object]:
    if span == "next":
        return {"to": "next"}
    try:
        return {"seconds": float(span)}
    except ValueError:
        raise click.BadParameter(f"'{span}' is neither a number of seconds nor 'next'") from None


def _set(client: "Client", as_json: bool, **wanted: object) -> None:
    change = {name: value for name, value in wanted.items() if value is not None}
    _show(client.control("PUT", "clock", change, seconds=None, doing="setting the clock"), as_json)


def _show(face: Any, as_json: bool) -> None:
    if as_json:
        echo_json(face)
        return
    scaled = f" by {face['scale']:g}" if face["mode"] == "scaled" else ""
    click.echo(f"{face['mode']}{scaled}: {face['now']}")
