"""`eims-sim check`: can this configuration be used?"""

from collections.abc import Sized

import click


@click.command()
@click.argument("file")
def check(file: str) -> None:
    """Validate the configuration FILE.

    Exits with 2 and a line for every error when it cannot be used.
    """
    from ..config import load_config

    config = load_config(file, {}, {})
    listed = {"account": config.accounts, "rule": config.rules, "fault": config.faults}
    click.echo(f"{file}: fine: {', '.join(_count(things, name) for name, things in listed.items())}")


def _count(things: Sized, name: str) -> str:
    return f"{len(things)} {name}" if len(things) == 1 else f"{len(things)} {name}s"
