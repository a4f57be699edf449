"""How does an option read its variable `EIMS_SIM_<NAME>` (C2), and which has every command that calls a server?"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from ..variables import injected

if TYPE_CHECKING:
    from ..client.control import Client

F = TypeVar("F", bound=Callable[..., Any])


class VariableOption(click.Option):
    """An option with a variable; what Kubernetes injected there is not for us."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.envvar = self.envvar or f"EIMS_SIM_{(self.name or '').upper()}"
        self.show_envvar = True

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """The variable's text, None when it is not set, empty or injected."""
        text = super().resolve_envvar_value(ctx)
        return None if text is None or injected(text) else text


class ConfiguredOption(VariableOption):
    """An option over a key of the configuration: its variable is read, and blamed for errors, by `load_config`."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:  # noqa: ARG002  click's signature
        """Nothing: the variable is only shown in the help."""
        return None


class ServerOption(VariableOption):
    """An option that may stand after a group or after its command: `clock --url U freeze`, `clock freeze --url U`."""

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """What was typed after the command, else after its group, else what click finds."""
        name, group = self.name or "", ctx.parent
        value, source = super().consume_value(ctx, opts)
        if source is not ParameterSource.COMMANDLINE and group is not None:
            before = group.get_parameter_source(name)
            if before is ParameterSource.COMMANDLINE:
                return group.params[name], before
        return value, source


_URL = click.option(
    "--url",
    cls=ServerOption,
    metavar="URL",
    help="Where the gateway is; else where `serve` would be in this environment.",
)
_TOKEN = click.option(
    "--admin-token", cls=ServerOption, metavar="TOKEN", help="What the server's control API asks for."
)
_JSON = click.option(
    "--json",
    "as_json",
    cls=ServerOption,
    envvar="EIMS_SIM_JSON",
    is_flag=True,
    help="Print what the server says as JSON.",
)


def calls_server(function: F) -> F:
    """A command with --url, --admin-token and --json; the function gets `client` and `as_json` as keywords."""

    @server_options
    @wraps(function)
    def called(url: str | None, admin_token: str | None, **more: Any) -> Any:
        with new_client(url, admin_token) as client:
            return function(client=client, **more)

    return called  # type: ignore[return-value]


def server_options(function: F) -> F:
    """--url, --admin-token and --json as the keywords `url`, `admin_token` and `as_json`: for a group of commands."""
    return _URL(_TOKEN(_JSON(function)))


def new_client(url: str | None, admin_token: str | None) -> "Client":
    """A client of the server that the options name."""
    from ..client.control import Client
    from .progress import waiting

    return Client(url, admin_token, waiting=waiting)
