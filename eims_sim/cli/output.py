"""How does a command print JSON, and a word beside it? Results go to standard output, the rest to standard error."""

import json
import sys
from collections.abc import Iterable

import click

from .table import plain


def echo_json(value: object) -> None:
    """Print a value as the server says it: JSON on one line."""
    click.echo(_json(value))


def echo_array(items: Iterable[object]) -> None:
    """Print items as one JSON array, each on a line of its own as soon as it is there."""
    between = "[\n"
    for item in items:
        click.echo(between + _json(item), nl=False)
        between = ",\n"
    click.echo("\n]" if between == ",\n" else "[]")


def remark(text: str) -> None:
    """Say something that is no result."""
    click.echo(click.style(plain(text), fg="bright_black"), err=True)


def json_text(text: str) -> str:
    """JSON in which nothing steers a terminal: what is not to be seen is escaped, which is the same JSON."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _json(value: object) -> str:
    readable = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf8")
    return json_text(json.dumps(value, ensure_ascii=not readable, separators=(",", ":")))


def _visible(character: str) -> str:
    return character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1]
