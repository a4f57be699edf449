"""How do expressions become the text that the driver runs? Ahead of time: `python -m eims_sim.storage.compile`.

Importing SQLAlchemy takes longer than everything else of a start but aiohttp, and a container in CI waits for us (D8).
So what the writer runs is compiled when it is written, and only reads, which begin later, load SQLAlchemy.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Dialect, Executable, text
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.schema import CreateIndex, CreateTable

from . import expressions, layout
from .schema import metadata
from .statement import Statement

TARGET: Final = Path(__file__).with_name("statements.py")

_HEAD: Final = '''"""The writer's statements for SQLite, written by eims_sim.storage.compile: change expressions.py."""

from typing import Final

from .statement import Statement

'''


def render() -> str:
    """The module that TARGET should be."""
    dialect = SQLiteDialect(paramstyle="qmark")
    schema = "".join(f"    {statement!r},\n" for statement in _schema(dialect))
    lines = [f"{name}: Final = {_show(found, dialect)}\n" for name, found in _expressions()]
    return f"{_HEAD}SCHEMA: Final = (\n{schema})\n" + "".join(lines)


def _schema(dialect: Dialect) -> Iterator[str]:
    for table in metadata.sorted_tables:
        yield _flat(CreateTable(table).compile(dialect=dialect))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield _flat(CreateIndex(index).compile(dialect=dialect))


def _expressions() -> Iterator[tuple[str, Executable | str | tuple[Executable, ...]]]:
    for name, found in vars(expressions).items():
        written_here = name.isupper() and not name.startswith("_") and not hasattr(layout, name)
        if written_here and isinstance(found, Executable | str | tuple):
            yield name, found


def _show(found: Executable | str | tuple[Executable, ...], dialect: Dialect) -> str:
    if isinstance(found, tuple):
        return "(" + "".join(f"\n    {_show(one, dialect)}," for one in found) + "\n)"
    statement = _compile(text(found) if isinstance(found, str) else found, dialect)
    fixed = f", {dict(statement.fixed)!r}" if statement.fixed else ""
    return f"Statement({statement.text!r}, {statement.order!r}{fixed})"


def _compile(expression: Executable, dialect: Dialect) -> Statement:
    compiled = expression.compile(dialect=dialect)  # type: ignore[attr-defined]
    order = tuple(compiled.positiontup or ())
    # A value that the expression brings along; what has none is a parameter, and whoever runs it gives it.
    fixed = {name: compiled.params[name] for name in order if not compiled.binds[name].required}
    return Statement(_flat(compiled), order, fixed)


def _flat(compiled: object) -> str:
    return " ".join(str(compiled).split())


if __name__ == "__main__":
    TARGET.write_text(render())
