"""Upgrades a file again and again, and dies at another moment each time; test_upgrades.py runs it in a process.

    python -m tests.reliability.dying_upgrade FILE FOLDER

leaves in FOLDER what was on the disk each time: 1.db, 2.db, ...; the last upgrade comes to its end.
"""

import os
import shutil
import signal
import sqlite3
import sys
from functools import partial
from pathlib import Path
from typing import Any

from eims_sim.storage.database import Database

MOST = 100
"""More moments than there are."""


class Dying(sqlite3.Connection):
    """Connections that count what they are asked, together; before the request `last` the process dies."""

    last = 0
    asked = 0

    def execute(self, *request: Any) -> sqlite3.Cursor:
        """Die, or do it."""
        self._count()
        return super().execute(*request)

    def backup(self, target: sqlite3.Connection, **more: Any) -> None:
        """Die on the way, after one page or another, or do it."""
        super().backup(target, pages=4, progress=lambda *_: self._count(), **more)

    def _count(self) -> None:
        Dying.asked += 1
        if Dying.asked == Dying.last:
            os.kill(os.getpid(), signal.SIGKILL)


def upgrade(path: Path, last: int) -> None:
    """Open the file, which upgrades it, and die before the request with this number."""
    Dying.last, Dying.asked = last, 0
    sqlite3.connect = partial(sqlite3.connect, factory=Dying)  # type: ignore[assignment]
    Database(str(path), "normal").open()


def main(original: Path, folder: Path) -> None:
    """Die at each moment once."""
    for moment in range(1, MOST):
        path = folder / f"{moment}.db"
        shutil.copyfile(original, path)
        child = os.fork()
        if child == 0:
            upgrade(path, moment)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            return
        if os.WTERMSIG(status) != signal.SIGKILL:
            raise SystemExit(f"the upgrade ended with {status} at moment {moment}")
    raise SystemExit("there are more moments than expected")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
