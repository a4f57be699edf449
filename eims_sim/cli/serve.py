"""`eims-sim serve`: runs the gateway, and tells how to try it in lines to paste into a shell."""

import gc
import os
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import click

from .. import __version__
from ..client.address import client_url
from .logs import FORMATS, LEVELS, start_log
from .loop import run
from .options import ConfiguredOption, VariableOption

if TYPE_CHECKING:
    from ..config import Config
    from ..domain.accounts import AccountSettings
    from ..server import Started

ACCOUNTS_SHOWN = 10

_FILE = click.Path(exists=True, dir_okay=False)
_LEVEL = click.Choice(LEVELS, case_sensitive=False)
_FORMAT = click.Choice(FORMATS, case_sensitive=False)


@click.command()
@click.option(
    "--config", cls=ConfiguredOption, metavar="FILE", help="The configuration; without one, a demo is served."
)
@click.option("--host", cls=ConfiguredOption, help="The address to listen on.")
@click.option("--port", cls=ConfiguredOption, type=int, help="The port to listen on; 0 takes a free one.")
@click.option(
    "--database", cls=ConfiguredOption, metavar="PATH-or-URL", help="Where things are kept; :memory: forgets."
)
@click.option("--admin-token", cls=ConfiguredOption, metavar="TOKEN", help="What the control API asks for.")
@click.option("--tls-cert", cls=VariableOption, type=_FILE, help="A PEM file with a certificate: serve https.")
@click.option("--tls-key", cls=VariableOption, type=_FILE, help="A PEM file with the certificate's key.")
@click.option(
    "--log-level",
    cls=VariableOption,
    type=_LEVEL,
    default="info",
    help="What to log.",
)
@click.option(
    "--log-format",
    cls=VariableOption,
    type=_FORMAT,
    default="text",
    help="How to log it.",
)
@click.option("--access-log", cls=VariableOption, is_flag=True, help="Log every request, without its query.")
def serve(
    config: str | None,
    tls_cert: str | None,
    tls_key: str | None,
    log_level: str,
    log_format: str,
    access_log: bool,
    **server: object,
) -> None:
    """Run the gateway until SIGTERM or SIGINT.

    Standard output says where it is and how to try it, the log goes to standard error.
    """
    _leave_quietly_until_started()
    gc.disable()  # what a start makes stays: looking through it takes a fifteenth of the time; the server enables it
    try:
        from ..config import load_config

        tls = _tls(tls_cert, tls_key)
        load = partial(load_config, config, os.environ, server)
        settings = load()
        start_log(log_level, log_format)
        from ..server import serve as run_server

        def announce(started: "Started") -> None:
            click.echo("\n".join(start_lines(settings, started)))

        run(run_server(settings, tls=tls, access_log=access_log, announce=announce, reload=load))
    finally:
        gc.enable()


def start_lines(config: "Config", started: "Started") -> list[str]:
    """What a person reads at start: comments, commands to paste, and last the line that says it is ready (C2)."""
    return [
        f"# eims-sim {__version__}, the simulator of the EIMS SMS gateway",
        f"# url       {started.url}",
        f"# console   {_reached(started.url)}/_sim/",
        f"# database  {' '.join(started.database.splitlines())}",
        f"# accounts  {_accounts(config)}",
        *(f"# warning   {warning}" for warning in started.warnings),
        *_token_lines(started.admin_token),
        *_trial_lines(config, started.url),
        f"ready {started.url}",
    ]


def _reached(url: str) -> str:
    """The URL that is reached from here."""
    parts = urlsplit(url)
    return client_url(parts.hostname or "", parts.port or 0, tls=parts.scheme == "https")


def _tls(certificate: str | None, key: str | None) -> tuple[str, str] | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise click.UsageError("--tls-cert and --tls-key belong together: give both, or neither for http.")
    return certificate, key


def _leave_quietly_until_started() -> None:
    """A signal that comes while the server is still being built ends it as one that comes later does (C2)."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))


def _accounts(config: "Config") -> str:
    """The first accounts. Passwords are shown of the demo only, where they are no secret."""
    shown = [_account(account, config.builtin_demo) for account in config.accounts[:ACCOUNTS_SHOWN]]
    more = len(config.accounts) - len(shown)
    return ", ".join(shown + [f"{more} more"] * (more > 0)) or "none"


def _account(account: "AccountSettings", with_secrets: bool) -> str:
    if not with_secrets:
        return account.account
    key = f", key {account.key}" if account.key else ""
    return f"{account.account} ({account.password}{key})"


def _token_lines(token: str | None) -> list[str]:
    if token is None:
        return []
    return ["# /_sim/ asks for this token, made for this run:", f"export EIMS_SIM_ADMIN_TOKEN={token}"]


def _trial_lines(config: "Config", url: str) -> list[str]:
    """Requests of the first account that takes a plain password, from here, for any content."""
    for account in config.accounts:
        if account.auth != "md5" and not (account.locked or account.allowed_ips or account.templates):
            break
    else:
        return []
    if config.builtin_demo:
        curl, password, asked = "curl", f"&password={quote(account.password, safe='')}", []
    else:
        curl, password = 'curl -G --data-urlencode "password=$EIMS_PASSWORD"', ""
        asked = [f"# set EIMS_PASSWORD to the password of {account.account} first"]
    base = _reached(url)
    who = f"account={quote(account.account, safe='')}{password}"
    insecure = " -k" if base.startswith("https:") else ""
    queries = (f"getbalance?{who}", f"sendsms?{who}&numbers=13800138000&content=Hello", f"getreport?{who}&ids=1")
    return [*asked, *(f"{curl}{insecure} '{base}/{query}'" for query in queries)]
