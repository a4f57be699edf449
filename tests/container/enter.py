"""Becomes the first process of a container: run by `unshare` in namespaces of its own, with a `Cell` as JSON.

A folder becomes the root, what the cell names is mounted in it, and the command is executed as its user.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def bind(source: str, target: Path, *, read_only: bool) -> None:
    """Show a file or folder of the machine at a place in the root, which is made where it is missing."""
    if Path(source).is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    mount("--rbind", source, str(target))
    if read_only:
        mount("-o", "remount,bind,ro", str(target))


def main() -> None:
    cell = json.loads(sys.argv[1])
    root = Path(cell["root"])
    mount("--bind", str(root), str(root))
    for source, target, read_only in cell["binds"]:
        bind(source, root / target.lstrip("/"), read_only=read_only)
    for target in cell["tmpfs"]:
        (root / target.lstrip("/")).mkdir(parents=True, exist_ok=True)
        mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", str(root / target.lstrip("/")))
    mount("-t", "proc", "proc", str(root / "proc"))
    if cell["read_only"]:
        mount("-o", "remount,bind,ro", str(root))
    os.chroot(root)
    os.chdir(cell["folder"])
    user, group = cell["user"]
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    control = ctypes.CDLL(None).prctl
    control(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    control(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # who asked for it, `unshare --kill-child`, was another user
    os.environ.clear()
    os.environ.update(cell["environment"])
    os.execvp(cell["command"][0], cell["command"])  # noqa: S606  it is to be this very process


if __name__ == "__main__":
    main()
