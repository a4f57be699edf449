"""Disks that fill up when a test asks them to: a small one of its own where this user may mount, else a limit."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

try:
    import resource
except ImportError:  # Windows; what needs it is skipped there
    resource = None  # type: ignore[assignment]

MEBIBYTE = 2**20
FILLER = "filler"


class Disk(Protocol):
    """A folder on a disk. `full_says` is what the driver says of it when it is full."""

    folder: Path
    full_says: str

    def fill(self) -> None:
        """Leave no room."""

    def free(self) -> None:
        """Make room again."""


@dataclass
class SmallDisk:
    """A file system of its own: its fullness is the real one, and what is already there can still be overwritten."""

    folder: Path
    full_says: str = "database or disk is full: make room on the disk"

    def fill(self) -> None:
        """Write until there is no room; what was freed meanwhile, too."""
        with (self.folder / FILLER).open("ab", buffering=0) as filler:
            for size in (MEBIBYTE, 4096, 1):
                try:
                    while filler.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """Remove what filled it."""
        (self.folder / FILLER).unlink()


@dataclass
class LimitedDisk:
    """A process may not write to any file any more: what a quota does. Without privileges, and at once."""

    folder: Path
    full_says: str = "disk I/O error (SQLITE_IOERR_WRITE): the disk, a quota or a limit"
    pid: int = field(default_factory=os.getpid)
    _before: tuple[int, int] | None = None

    def fill(self) -> None:
        """Forbid writing; SIGXFSZ is ignored by Python."""
        before = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        self._before = self._before or before
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (0, before[1]))

    def free(self) -> None:
        """Allow it again."""
        if self._before is not None:
            with contextlib.suppress(ProcessLookupError):  # killed meanwhile
                resource.prlimit(self.pid, resource.RLIMIT_FSIZE, self._before)
            self._before = None


@contextmanager
def small_disk(folder: Path, size: int = 2 * MEBIBYTE) -> Iterator[SmallDisk | None]:
    """A small file system at this folder until the end; None where this user may not mount one."""
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mounting, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:  # no Linux
        mounted = False
    try:
        yield SmallDisk(folder) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def limited_disk(folder: Path, pid: int | None = None) -> Iterator[LimitedDisk]:
    """A folder in which a process, this one if not said otherwise, can be kept from writing until the end."""
    folder.mkdir(exist_ok=True)
    disk = LimitedDisk(folder, pid=pid or os.getpid())
    try:
        yield disk
    finally:
        disk.free()
