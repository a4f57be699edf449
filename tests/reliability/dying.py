"""Where can a server be made to die? The points of the write path, put in from outside when a test starts it.

The product has no fault points. A server that is started by `live` runs `eims-sim serve` as it is, in a process of its
own; before it begins, sqlite3's cursor and three callables are replaced by ones that say which point was reached. At
the point that was asked for the process kills itself with SIGKILL, as `kill -9` does: no handler, no clean-up. A point
that the sources no longer have cannot be put in, and the start fails.

Points (`NAME:n` is the n-th time that it is reached):

- `BEGIN before`, `BEGIN after`, `COMMIT before`, `COMMIT after`: of every transaction of the writer;
- `wrote STATEMENT`: after each statement of `storage/statements.py` and `storage/migrations.py` that changes something;
- `DEED before COMMIT`, `DEED after COMMIT`: of a transaction in which that deed was done (DEEDS); after the commit
  means before anybody is answered;
- `PUT before`, `PUT after`: of a push; after means answered, and not recorded;
- `checkpoint HOW before`, `checkpoint HOW after`: of the write-ahead log (PASSIVE, RESTART, TRUNCATE);
- `copy before`, `copy after`: of the copy that a migration makes first.
"""

import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from eims_sim.engine import callbacks
from eims_sim.storage import checkpoints, migrations, pruning, statements, writer
from eims_sim.storage.statement import Statement

DEEDS = (
    "AccountControls.remove",
    "BehaviourControls.clear",
    "BehaviourControls.replace",
    "BehaviourControls.switch",
    "Delivery._keep",
    "FaultControls.add_in",
    "FaultControls.remove_in",
    "MessageControls.empty",
    "MessageControls.force",
    "Newcomers._make",
    "PresetControls.switch",
    "Pruner._prune",
    "PushControls.retry",
    "PushControls.retry_parked",
    "Pusher._cut",
    "RuleControls.add_in",
    "RuleControls.remove_in",
    "StateControls.replace",
    "WorldControls.reload",
    "WorldControls.reset",
    "WorldControls.reset_account",
    "add_account",
    "add_inbound",
    "book",
    "change_account",
    "count_behaviours",
    "empty_inbound",
    "fetch_inbound",
    "fetched_last",
    "give_back",
    "keep_failures",
    "keep_seq",
    "load_outbox",
    "move_due",
    "open_world",
    "prove",
    "top_up_account",
)
"""What is done in transactions of the writer, by the names of the functions that say so."""

_CHANGES = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "PRAGMA incremental_vacuum")
NEVER_RUN = ("RULES.5",)
"""The count of a rule is written by UPDATE_APPLIED: this one is there because rules and faults share their table."""

_MARKS = ("BEGIN before", "BEGIN after", "COMMIT before", "COMMIT after", "PUT before", "PUT after")
_COPY = ("copy before", "copy after")
_CHECKPOINTS = tuple(
    f"checkpoint {how} {when}" for how in ("PASSIVE", "RESTART", "TRUNCATE") for when in ("before", "after")
)


def _named(name: str, found: object) -> Iterator[tuple[str, str]]:
    """Text and name of a statement, or of each in a tuple of them."""
    if isinstance(found, Statement):
        yield found.text, name
    elif isinstance(found, str) and found.startswith(_CHANGES):
        yield found, name
    elif isinstance(found, tuple):
        for place, one in enumerate(found):
            yield from _named(f"{name}.{place}", one)


def _statements() -> dict[str, str]:
    """The name of every statement that changes something, by its text. Of two with one text the first names it."""
    named: dict[str, str] = {}
    every = list(vars(statements).items()) + [(f"STEPS.{v}", steps) for v, steps in migrations.STEPS.items()]
    for group, found in every:
        if group.isupper() or group.startswith("STEPS"):
            for text, name in _named(group, found):
                if text.startswith(_CHANGES) and name not in NEVER_RUN:
                    named.setdefault(text, f"wrote {name}")
    return named


STATEMENTS: Mapping[str, str] = _statements()
POINTS: tuple[str, ...] = (
    *_MARKS,
    *_CHECKPOINTS,
    *_COPY,
    *STATEMENTS.values(),
    *(f"{deed} {when} COMMIT" for deed in DEEDS for when in ("before", "after")),
)
"""Every point there is."""


TRACE = "trace"
"""The order to log every point and to live."""


class Order(NamedTuple):
    """Die when this point is reached so many times more."""

    point: str
    times: int

    @classmethod
    def read(cls, text: str) -> "Order":
        """From `NAME:n` or `NAME`. Raises ValueError for a point that there is not."""
        point, _, times = text.partition(":")
        if point not in POINTS:
            raise ValueError(f"there is no point {point!r}; tests/reliability/dying.py says which there are")
        return cls(point, int(times or 1))


class _Reached:
    """What is reached, and whether it is the end. With `traced` each point is logged."""

    def __init__(self) -> None:
        self.order: Order | None = None
        self.traced = False
        self.touched: dict[str, None] = {}

    def __call__(self, point: str) -> None:
        if self.traced:
            os.write(2, f"reached {point}\n".encode())
        order = self.order
        if order is None or order.point != point:
            return
        self.order = order._replace(times=order.times - 1)
        if order.times <= 1:
            os.write(2, f"died at {point}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def every(self, when: str) -> None:
        """Everything that this transaction did."""
        for name in self.touched:
            self(f"{name} {when} COMMIT")

    def obey(self, orders: Connection) -> None:
        """Take orders for as long as there is somebody who gives them; who is left alone ends."""
        while True:
            try:
                text = orders.recv()
            except EOFError:
                os.kill(os.getpid(), signal.SIGKILL)
            if text == TRACE:
                self.traced = True
            else:
                self.order = Order.read(text)
            orders.send(text)


reached = _Reached()


class DyingCursor(sqlite3.Cursor):
    """A cursor that says what it did."""

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        if sql in ("COMMIT", "BEGIN IMMEDIATE"):
            return self._mark(sql)
        if sql.startswith("PRAGMA wal_checkpoint"):
            how = sql.partition("(")[2].rstrip(")")
            reached(f"checkpoint {how} before")
            found = super().execute(sql, parameters)
            reached(f"checkpoint {how} after")
            return found
        found = super().execute(sql, parameters)
        self._wrote(sql)
        return found

    def executemany(self, sql: str, parameters: Any) -> sqlite3.Cursor:
        found = super().executemany(sql, parameters)
        self._wrote(sql)
        return found

    def _mark(self, sql: str) -> sqlite3.Cursor:
        verb = sql.split()[0]
        reached(f"{verb} before")
        if verb == "COMMIT":
            reached.every("before")
        found = super().execute(sql)
        reached(f"{verb} after")
        if verb == "COMMIT":
            reached.every("after")
        reached.touched.clear()
        return found

    def _wrote(self, sql: str) -> None:
        name = STATEMENTS.get(sql)
        if name is not None:
            reached(name)


class DyingConnection(sqlite3.Connection):
    """A connection whose cursors say what they did."""

    def cursor(self, factory: Any = DyingCursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        return self.cursor().execute(sql, parameters)

    def backup(self, *arguments: Any, **named: Any) -> None:
        reached("copy before")
        super().backup(*arguments, **named)
        reached("copy after")


def name_of(deed: Any) -> str:
    """What a deed is called: the function it is, or the method that made it."""
    if isinstance(deed, partial):
        deed = deed.func
    owner = getattr(deed, "__self__", None)
    if owner is not None:
        return f"{type(owner).__name__}.{deed.__name__}"
    if "deed" in deed.__code__.co_freevars:  # one deed that does another
        return name_of(deed.__closure__[deed.__code__.co_freevars.index("deed")].cell_contents)
    return str(deed.__qualname__).partition(".<locals>")[0]


def put_in() -> None:
    """Put the points in: before anything is opened."""
    connect = sqlite3.connect
    sqlite3.connect = partial(connect, factory=DyingConnection)  # type: ignore[assignment]

    def noted(deed: Any) -> Any:
        name = name_of(deed)

        def done(transaction: Any) -> Any:
            reached.touched[name] = None
            return deed(transaction)

        return done

    do, begin, keep, put = writer.Writer.do, writer.Writer.begin, writer.keep_bookings, callbacks.Caller.put

    def keep_bookings(*arguments: Any) -> Any:
        reached.touched["book"] = None
        return keep(*arguments)

    async def put_and_tell(*arguments: Any) -> Any:
        reached("PUT before")
        reply = await put(*arguments)
        reached("PUT after")
        return reply

    writer.Writer.do = lambda self, deed, *more, **named: do(self, noted(deed), *more, **named)  # type: ignore[method-assign]
    writer.Writer.begin = lambda self, deed: begin(self, noted(deed))  # type: ignore[method-assign]
    writer.keep_bookings = keep_bookings
    callbacks.Caller.put = put_and_tell  # type: ignore[method-assign]
    # The log is begun anew, and space is given back, more often than in life: what takes an hour there is met here.
    checkpoints.RESTART_FRAMES = 300  # type: ignore[misc]
    checkpoints.INTERVAL_SECONDS = 0.05  # type: ignore[misc]
    pruning.SPARE_PAGES = 1  # type: ignore[misc]


def live(arguments: list[str], log: Path, told: Connection, orders: Connection, order: str, sabotage: str) -> None:
    """Be `eims-sim serve` in this process: what it says goes to `told`, what it logs to a file.

    `order` is where it is to die, from its start on, or TRACE; others come over `orders`. `sabotage` breaks it.
    """
    from eims_sim.cli.main import run

    os.dup2(told.fileno(), 1)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    for name in [name for name in os.environ if name.startswith("EIMS_SIM_")]:
        del os.environ[name]
    told.close()
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    put_in()
    if sabotage:
        from tests.reliability.sabotage import SABOTAGES

        SABOTAGES[sabotage].spoil()
    reached.traced = order == TRACE
    reached.order = Order.read(order) if order and order != TRACE else None
    threading.Thread(target=reached.obey, args=(orders,), daemon=True).start()
    run(["serve", *arguments])
