"""`docker run`, `exec`, `stop` and a network without Docker (see cells.py)."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Self

from tests.container.cells import Bind, Cell
from tests.container.images import Image

LOOPBACK_UP = """
import fcntl, socket, struct, sys
with socket.socket() as any: fcntl.ioctl(any, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
print("up", flush=True)
sys.stdin.read()
"""
PATIENCE_SECONDS = 30


class Network:
    """A network that nobody outside is on, and where every port is free. Each name in it is the loopback address."""

    def __init__(self, work: Path, names: Sequence[str] = ()) -> None:
        self._hosts = work / "hosts"
        self._hosts.write_text("".join(f"127.0.0.1 {name}\n" for name in ("localhost", *names)), "utf-8")
        command = ["unshare", "--net", "--", sys.executable, "-c", LOOPBACK_UP]
        self._keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._keeper.stdout is not None
        assert self._keeper.stdout.readline() == b"up\n"

    @property
    def bind(self) -> Bind:
        """Who answers for names in it."""
        return Bind(str(self._hosts), "/etc/hosts")

    @property
    def enter(self) -> list[str]:
        """What comes before a command that is to run in it."""
        return ["nsenter", f"--net=/proc/{self._keeper.pid}/ns/net", "--"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._keeper.communicate()


class Container:
    """A running image; what its first process prints comes line by line."""

    def __init__(self, image: Image, process: "subprocess.Popen[str]", environment: Mapping[str, str]) -> None:
        self._image = image
        self._process = process
        self._environment = environment
        self._said: Queue[str | None] = Queue()
        self._listener = Thread(target=self._listen)
        self._listener.start()
        self.lines: list[str] = []

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line.rstrip("\n"))
        self._said.put(None)

    @property
    def first(self) -> int:
        """Its first process, by the number that it has outside."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        while not (found := children.read_text("ascii").split()):
            assert time.monotonic() < deadline
        return int(found[0])

    def line(self, beginning: str) -> str:
        """Wait for a line that begins so. Raises AssertionError with what it said instead."""
        with suppress(Empty):
            while (line := self._said.get(timeout=PATIENCE_SECONDS)) is not None:
                self.lines.append(line)
                if line.startswith(beginning):
                    return line
        raise AssertionError(f"no line begins with {beginning!r}:\n" + "\n".join(self.lines))

    def execute(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a program inside, as `docker exec` does: same user, variables, files and network."""
        user, group = self._image.ids
        namespaces = [f"--target={self.first}", "--mount", "--pid", "--net", "--root"]
        variables = [f"{name}={text}" for name, text in self._environment.items()]
        enter = ["nsenter", *namespaces, f"--setuid={user}", f"--setgid={group}", "--"]
        return subprocess.run(
            [*enter, "env", "-i", f"--chdir={self._image.folder}", *variables, *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def stop(self, within_seconds: float) -> int:
        """Send the image's signal to the first process; its exit code. Raises TimeoutExpired."""
        os.kill(self.first, signal.Signals[self._image.stop_signal])
        return self.wait(within_seconds)

    def wait(self, within_seconds: float = PATIENCE_SECONDS) -> int:
        """Wait until it has ended; its exit code. Raises TimeoutExpired."""
        code = self._process.wait(timeout=within_seconds)
        self.lines += iter(self._said.get, None)
        return code

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


def new_volume(image: Image, folder: Path, path: str = "/data") -> Path:
    """A named volume: it begins as what the image has at its place, owner and mode included."""
    if image.inside(path).is_dir():
        subprocess.run(["cp", "-a", str(image.inside(path)), str(folder)], check=True)
    else:
        folder.mkdir(mode=0o755)
    return folder


@contextmanager
def running(
    image: Image,
    network: Network,
    *command: str,
    entrypoint: Sequence[str] | None = None,
    binds: Sequence[Bind] = (),
    tmpfs: Sequence[str] = (),
    read_only: bool = False,
    **variables: str,
) -> Iterator[Container]:
    """Run an image; what is left of it afterwards is killed. Its volumes are new unless one is bound."""
    with ExitStack() as left:
        taken = {bind.target for bind in binds} | set(tmpfs)
        fresh = image.root.parent / "volumes"
        fresh.mkdir(exist_ok=True)
        for path in set(image.volumes) - taken:
            folder = new_volume(image, fresh / str(len(list(fresh.iterdir()))), path)
            left.callback(shutil.rmtree, folder)
            binds = [*binds, Bind(str(folder), path, read_only=False)]
        environment = {"HOME": "/", **image.environment, **variables}
        cell = Cell(
            root=image.root,
            command=(*(image.entrypoint if entrypoint is None else entrypoint), *(command or image.command)),
            environment=environment,
            folder=image.folder,
            user=image.ids,
            binds=(*binds, network.bind),
            tmpfs=tuple(tmpfs),
            read_only=read_only,
        )
        process = subprocess.Popen(
            [*network.enter, *cell.arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        container = Container(image, process, environment)
        left.callback(container.kill)
        yield container
