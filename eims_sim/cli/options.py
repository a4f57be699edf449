"""How does an option read its variable `EIMS_SIM_<NAME>` (C2)?"""

from typing import Any

import click


class VariableOption(click.Option):
    """An option with a variable; what Kubernetes injected there is not for us."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.envvar = f"EIMS_SIM_{(self.name or '').upper()}"
        self.show_envvar = True

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """The variable's text, None when it is not set, empty or injected."""
        from ..config.source import injected

        text = super().resolve_envvar_value(ctx)
        return None if text is None or injected(text) else text


class ConfiguredOption(VariableOption):
    """An option over a key of the configuration: its variable is read, and blamed for errors, by `load_config`."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:  # noqa: ARG002  click's signature
        """Nothing: the variable is only shown in the help."""
        return None
