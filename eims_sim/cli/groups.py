"""How does a group show its commands, and answer a name that it does not know?"""

import click


class NearestGroup(click.Group):
    """A group that shows its commands as they were declared, and answers a wrong name with the nearest right one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names, as they were declared."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name. Raises UsageError when there is none."""
        name, known = args[0], self.list_commands(ctx)
        if not name.startswith("-") and name not in known:
            raise click.UsageError(_unknown(name, known), ctx)
        return super().resolve_command(ctx, args)


def _unknown(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    nearest = f"the nearest one is '{close[0]}'" if close else f"known are {', '.join(sorted(known))}"
    return f"There is no command '{name}'; {nearest}."
