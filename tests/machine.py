"""How the tests use the machine that they run on. A plugin of pytest, loaded by tests/conftest.py.

What they keep for the length of a test lies in memory, what is compiled stays compiled, and the longest begin first.
"""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108
"""Where Linux shows a file system that lies in memory."""

ENOUGH = 2 * 1024**3
"""How many bytes must be free there. A run needs some hundred million; a container has 64 MiB unless told."""

LONGEST = (
    "test_schema_run.py",
    "test_image.py",
    "test_crashes.py",
    "test_sessions.py",
    "test_plugin.py",
    "test_stop.py",
    "test_tour.py",
    "console",
    "clients",
    "test_control_state_life.py",
    "test_control_waits.py",
    "test_control_events.py",
    "test_p1_common.py",
    "test_faults_requests.py",
    "test_control_state.py",
    "test_bad_input.py",
)
"""The files and folders that take longest begin first, so that the workers end together."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; pytest-xdist is told to keep the order (pyproject.toml)."""
    places = {name: place for place, name in enumerate(LONGEST)}

    def place(item: pytest.Item) -> int:
        path = item.path
        return places.get(path.name, places.get(path.parent.name, len(LONGEST)))

    items.sort(key=place)


def _keep_databases_in_memory() -> Path | None:
    """Let temporary files lie in memory, where there is enough of it and programs may be run from it.

    Each test begins with a database of its own: on a disk it waits for that longer than for all else. Returns the
    folder of those that are nobody's to keep, such as the databases of servers that were killed.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    if shutil.disk_usage(MEMORY).free < ENOUGH or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    folder = tempfile.mkdtemp(prefix="eims-sim-tests-", dir=MEMORY)
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # what failed is kept there, to be looked at
    return Path(folder)


def _keep_what_is_compiled() -> None:
    """Let this process, the workers and all that they start compile a module once, also where Python is told not to.

    There each of them would compile all of it each time, and pytest rewrite every assertion: half a minute of a run.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


_OURS = _keep_databases_in_memory()
_keep_what_is_compiled()


def pytest_unconfigure() -> None:
    """Give the memory back; the workers' folder is that of who started them."""
    if _OURS is not None:
        shutil.rmtree(_OURS, ignore_errors=True)


def pytest_collection(session: pytest.Session) -> None:
    """Of the workers, which all collect everything, each begins with its share: the others find that compiled."""
    worker, count = os.environ.get("PYTEST_XDIST_WORKER"), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if worker is None or session.config.args != session.config.getini("testpaths"):
        return
    for file in sorted(Path(__file__).parent.glob("*/test_*.py"))[int(worker.removeprefix("gw")) :: count]:
        with suppress(Exception, pytest.skip.Exception):  # whoever collects it says so
            import_module(f"tests.{file.parent.name}.{file.stem}")
