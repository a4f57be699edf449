"""A folder as a machine of its own: what stands in for the container engine that neither we nor CI have.

Programs run in namespaces of their own, with the folder as their root. The system's libraries and the Python of the
tests are shown in it read-only; everything else of this machine is out of sight. Needs Linux and root.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr")
"""Where a system keeps its programs. /usr/local is not shown: in the image it holds Python, and belongs to it."""

NEEDED = ("unshare", "nsenter", "mount")
PYTHON = Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")


@dataclass(frozen=True, slots=True)
class Bind:
    """A file or folder of the machine that is shown at a place."""

    source: str
    target: str
    read_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a program is to find: see enter.py."""

    root: Path
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str = "/"
    user: tuple[int, int] = (0, 0)
    binds: tuple[Bind, ...] = ()
    tmpfs: tuple[str, ...] = ()
    read_only: bool = False

    @property
    def arguments(self) -> list[str]:
        """The command line that enters it."""
        binds = [(one.source, one.target, one.read_only) for one in (*machine(), *self.binds)]
        told = asdict(self) | {"root": str(self.root), "binds": binds}
        enter = [sys.executable, str(Path(__file__).with_name("enter.py")), json.dumps(told)]
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--", *enter]


def trouble() -> str | None:
    """What this machine lacks to run a cell, as a sentence; None when nothing does."""
    if sys.platform != "linux":
        return "The steps of the Dockerfile are executed on Linux only."
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        return f"The steps of the Dockerfile need {', '.join(missing)}: apt install util-linux mount."
    if Path(sys.base_prefix).is_relative_to("/usr/local"):
        return "The image has a /usr/local of its own: run the tests with a Python that lives elsewhere."
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode:
        return "The steps of the Dockerfile are executed in namespaces, which takes root: sudo pytest tests/container."
    return None


def new_root(root: Path) -> None:
    """An empty root: the folders that the system's are shown at."""
    for name in ("proc", "tmp", "root", "run", "usr/local"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    for name in SYSTEM:
        if (link := Path("/", name)).is_symlink():
            (root / name).symlink_to(link.readlink())


def machine() -> Iterable[Bind]:
    """What of this machine every cell shows."""
    for name in SYSTEM:
        if (folder := Path("/", name)).is_dir() and not folder.is_symlink() and name != "usr":
            yield Bind(str(folder), str(folder))
    yield from (Bind(str(one), str(one)) for one in Path("/usr").iterdir() if one.name != "local" and one.is_dir())
    yield Bind("/etc", "/etc")
    yield Bind("/dev", "/dev", read_only=False)
    if not Path(sys.base_prefix).is_relative_to("/usr"):
        yield Bind(sys.base_prefix, sys.base_prefix)
