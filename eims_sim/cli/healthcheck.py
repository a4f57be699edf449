"""`eims-sim healthcheck`: is a gateway up? For containers and start scripts."""

from urllib.parse import SplitResult

import click

from ..client.address import read_url, served_url
from .options import VariableOption

WAIT_SECONDS = 30.0
ONCE_SECONDS = 5.0
BETWEEN_SECONDS = 0.1

_BODY_BYTES = 4096


@click.command()
@click.option(
    "--url", cls=VariableOption, help="Where the gateway is; else where `serve` would be in this environment."
)
@click.option("--wait", cls=VariableOption, is_flag=True, help="Ask again until it is up or the time is over.")
@click.option(
    "--timeout",
    cls=VariableOption,
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help=f"How long it may take in all: {WAIT_SECONDS:g} with --wait, else {ONCE_SECONDS:g}.",
)
def healthcheck(url: str | None, wait: bool, timeout: float | None) -> None:
    """Exit with 0 once the gateway is up, else with 1."""
    from ..engine.clock import pause, real_seconds

    target = read_url(url or served_url())
    deadline = real_seconds() + (timeout or (WAIT_SECONDS if wait else ONCE_SECONDS))
    trouble = _trouble(target, deadline - real_seconds())
    while trouble and wait and (left := deadline - real_seconds()) > 0:
        pause(min(BETWEEN_SECONDS, left))
        trouble = _trouble(target, deadline - real_seconds())
    if trouble:
        raise click.ClickException(f"{target.geturl()} is not up: {trouble}.")
    click.echo(f"{target.geturl()} is up.")


def _trouble(target: SplitResult, seconds: float) -> str | None:
    """What keeps the gateway from being up, None when nothing does."""
    from http.client import HTTPException

    from ..client.connection import connect

    # The question is whether it is up, not who it is.
    connection = connect(target, max(seconds, BETWEEN_SECONDS), trusting=True)
    try:
        connection.request("GET", f"{target.path.rstrip('/')}/_sim/health")
        response = connection.getresponse()
        status, body = response.status, response.read(_BODY_BYTES)
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return None if status == 200 else f"it answers {status}{_reason(body)}"


def _reason(body: bytes) -> str:
    """Why, if the answer says so; whoever answered is not known to be a simulator."""
    import json

    try:
        reason = json.loads(body)["reason"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    shown = "".join(character for character in str(reason) if character.isprintable())
    return f", {shown}" if shown else ""
