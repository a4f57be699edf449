"""`eims-sim healthcheck`: is a gateway up? For containers and start scripts."""

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

import click

from .options import VariableOption

if TYPE_CHECKING:
    from http.client import HTTPConnection

WAIT_SECONDS = 30.0
ONCE_SECONDS = 5.0
BETWEEN_SECONDS = 0.1


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

    target = _target(url or _served_url())
    deadline = real_seconds() + (timeout or (WAIT_SECONDS if wait else ONCE_SECONDS))
    trouble = _trouble(target, deadline - real_seconds())
    while trouble and wait and (left := deadline - real_seconds()) > 0:
        pause(min(BETWEEN_SECONDS, left))
        trouble = _trouble(target, deadline - real_seconds())
    if trouble:
        raise click.ClickException(f"{target.geturl()} is not up: {trouble}.")
    click.echo(f"{target.geturl()} is up.")


def _served_url() -> str:
    """Where `serve` listens in this environment."""
    import os

    from ..config import load_config
    from .address import client_url

    server = load_config(None, os.environ, {}).server
    return client_url(server.host, server.port, tls=bool(os.environ.get("EIMS_SIM_TLS_CERT")))


def _target(url: str) -> SplitResult:
    try:
        target = urlsplit(url)
        usable = target.scheme in ("http", "https") and target.hostname and target.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise click.BadParameter(f"'{url}' is no http or https URL such as http://127.0.0.1:20003", param_hint="--url")
    return target


def _trouble(target: SplitResult, seconds: float) -> str | None:
    """What keeps the gateway from being up, None when nothing does."""
    from http.client import HTTPException

    connection = _connection(target, max(seconds, BETWEEN_SECONDS))
    try:
        connection.request("GET", f"{target.path.rstrip('/')}/_sim/health")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return None if status == 200 else f"it answers {status}"


def _connection(target: SplitResult, seconds: float) -> "HTTPConnection":
    """A connection straight to the gateway, whatever proxy the environment names."""
    from http.client import HTTPConnection, HTTPSConnection

    host = target.hostname or ""
    if target.scheme == "http":
        return HTTPConnection(host, target.port, timeout=seconds)
    import ssl

    context = ssl.create_default_context()
    # The question is whether it is up, not who it is: its certificate is a test's.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, target.port, timeout=seconds, context=context)
