"""`eims-sim state`: how does everything a server knows become a file, and a file everything it knows?"""

import os
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from .groups import NearestGroup
from .options import VariableOption, calls_server, server_options
from .output import echo_json, json_text
from .table import plain

if TYPE_CHECKING:
    from ..client.control import Client

PIECE: Final = 64 * 1024
STANDARD: Final = "-"
"""Standard input or output in the place of a file."""


@click.group(cls=NearestGroup)
@server_options
def state(**server: Any) -> None:
    """Export everything a server knows to a file, or import it."""


@state.command("export")
@click.option("--secrets", cls=VariableOption, is_flag=True, help="With passwords and keys; else they are null.")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True), default=STANDARD)
@calls_server
def export_state(client: "Client", file: str, secrets: bool, as_json: bool) -> None:
    """Write the state to FILE or to standard output, as JSON.

    A file takes its name once it is complete; nobody else may read it.
    """
    from .progress import waiting

    written = 0
    with (
        waiting("exporting", lambda: f", {written / 1e6:,.1f} MB"),
        client.stream("GET", "state", query={"secrets": secrets or None}) as stream,
        _target(file) as write,
    ):
        while piece := stream.read(PIECE):
            write(piece)
            written += len(piece)
    if file != STANDARD and not as_json:
        click.echo(plain(f"{file}: {written:,} bytes."))


@state.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@calls_server
def import_state(client: "Client", file: str, as_json: bool) -> None:
    """Replace everything the server knows by what FILE holds, all or nothing; - is standard input.

    Where the file has no password or key, those that the server has stay.
    """
    from .progress import waiting

    with (
        waiting("importing"),
        _source(file) as (source, headers),
        client.stream("PUT", "state", source, headers=headers, seconds=None) as stream,
    ):
        answered = stream.read()
    if not as_json:
        click.echo(plain("Imported." if file == STANDARD else f"{file} is imported."))
    elif answered:
        import json

        echo_json(json.loads(answered))


@contextmanager
def _source(file: str) -> Iterator[tuple[BinaryIO, dict[str, str]]]:
    """What is sent, and its length where that is known."""
    if file == STANDARD:
        yield sys.stdin.buffer, {}
        return
    try:
        with Path(file).open("rb") as source:
            yield source, {"Content-Length": str(os.fstat(source.fileno()).st_size)}
    except OSError as error:
        raise _file_error(file, error) from error


@contextmanager
def _target(file: str) -> Iterator[Callable[[bytes], object]]:
    """What writes a piece of the state: a file gets its name once it is complete."""
    if file == STANDARD:
        yield _show if sys.stdout.isatty() else sys.stdout.buffer.write
        return
    path = Path(file)
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                yield device.write
        else:
            with _draft(path) as write:
                yield write
    except OSError as error:
        raise _file_error(file, error) from error


@contextmanager
def _draft(path: Path) -> Iterator[Callable[[bytes], object]]:
    """Nobody else may read it, not even who made a file of its name beforehand: nobody knows the name (mkstemp)."""
    descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            yield target.write
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


_decode = getincrementaldecoder("utf-8")("replace").decode


def _show(piece: bytes) -> None:
    """On a terminal, what would steer it is escaped."""
    click.echo(json_text(_decode(piece)), nl=False)


def _file_error(file: str, error: OSError) -> click.FileError:
    return click.FileError(file, error.strerror or str(error))
