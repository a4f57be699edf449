"""`eims-sim check`: can this configuration be used?"""

import click


@click.command()
@click.argument("file")
def check(file: str) -> None:
    """Validate the configuration FILE.

    Exits with 2 and a line for every error when it cannot be used.
    """
    from ..config import load_config

    config = load_config(file, {}, {})
    click.echo(f"{file}: fine: {_count(config.accounts, 'account')}, {_count(config.rules, 'rule')}")


def _count(things: tuple[object, ...], name: str) -> str:
    return f"{len(things)} {name}" if len(things) == 1 else f"{len(things)} {name}s"
