"""`docker build` without Docker: executes the steps of a Dockerfile, really, in a clean folder (see cells.py)."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.container.cells import PYTHON, Bind, Cell, new_root
from tests.container.context import Ignored, seen
from tests.container.dockerfile import Instruction, expand, read_dockerfile

SYSTEM_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
FROM_OUTSIDE = ("pip_", "http_proxy", "https_proxy", "no_proxy", "all_proxy")
"""Variables by which pip finds its registry from this machine; Docker hands the proxies on, too."""


class BuildError(Exception):
    """A step failed, or is not known here."""


@dataclass(slots=True)
class Image:
    """What a stage came to: a folder, and what is told to whoever runs it."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": SYSTEM_PATH})
    labels: dict[str, str] = field(default_factory=dict)
    user: str = "0:0"
    folder: str = "/"
    volumes: list[str] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    stop_signal: str = ""
    healthcheck: Instruction | None = None

    def inside(self, path: str) -> Path:
        """Where a path of the image lies here."""
        return self.root / path.lstrip("/")

    @property
    def ids(self) -> tuple[int, int]:
        """User and group; Docker takes group 0 when none is named."""
        user, _, group = self.user.partition(":")
        return int(user), int(group or 0)


class Builder:
    """Builds one Dockerfile; its stages lie in `work`."""

    def __init__(self, context: Path, work: Path, arguments: Mapping[str, str]) -> None:
        self._context = context
        self._work = work
        self._given = arguments
        self._arguments: dict[str, str] = {}
        self._stages: dict[str, Image] = {}
        self._sent = work / "context"

    def build(self, dockerfile: Path) -> Image:
        """The last stage. Raises BuildError."""
        self._send_context()
        image = None
        for step in read_dockerfile(dockerfile):
            if step.keyword == "FROM":
                image = self._begin(step)
            elif image is None:
                raise BuildError(f"{step.keyword} comes before FROM")
            else:
                self._take(step, image)
        if image is None:
            raise BuildError("there is no FROM")
        return image

    def _send_context(self) -> None:
        ignored = Ignored((self._context / ".dockerignore").read_text("utf-8"))
        for path in seen(self._context, ignored):
            (self._sent / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self._context / path, self._sent / path)

    def _begin(self, step: Instruction) -> Image:
        self._arguments = {}
        name, _, alias = step.text.partition(" AS ")
        root = self._work / f"stage{len(self._stages)}"
        if name in self._stages:
            image = self._stages[name]
            _copy(image.root, root)
            image = Image(root, dict(image.environment))
        else:
            image = Image(root)
            _base(image)
        self._stages[alias or str(len(self._stages))] = image
        return image

    def _take(self, step: Instruction, image: Image) -> None:
        known = {**self._arguments, **image.environment}
        match step.keyword:
            case "ARG":
                ((name, default),) = step.pairs(known).items()
                self._arguments[name] = self._given.get(name, default)
            case "ENV":
                image.environment |= step.pairs(known)
            case "LABEL":
                image.labels |= step.pairs(known)
            case "WORKDIR":
                image.folder = os.path.join(image.folder, expand(step.text, known))  # noqa: PTH118  not a path of here
                image.inside(image.folder).mkdir(parents=True, exist_ok=True)
            case "USER":
                image.user = step.text
            case "VOLUME":
                image.volumes += step.words
            case "EXPOSE":
                image.ports += step.words
            case "ENTRYPOINT":
                image.entrypoint = _exec_form(step)
            case "CMD":
                image.command = _exec_form(step)
            case "STOPSIGNAL":
                image.stop_signal = step.text
            case "HEALTHCHECK":
                image.healthcheck = step
            case "COPY":
                self._copy(step, image)
            case "RUN":
                self._run(step, image)
            case other:
                raise BuildError(f"nobody here knows how to execute {other}")

    def _copy(self, step: Instruction, image: Image) -> None:
        stage = step.flag("from")
        if step.flags and [name for name, _ in step.flags] != ["from"]:
            raise BuildError(f"nobody here knows the flags of COPY {step.text}")
        source_root = self._stages[stage].root if stage else self._sent
        *sources, target = step.words
        to = image.inside(os.path.join(image.folder, target))  # noqa: PTH118  not a path of here
        for name in sources:
            source = source_root / name.lstrip("/")
            if not source.exists():
                raise BuildError(f"COPY {name}: there is no such file in the {'stage' if stage else 'context'}")
            _copy(source, to / source.name if source.is_file() and (target.endswith("/") or to.is_dir()) else to)

    def _run(self, step: Instruction, image: Image) -> None:
        outside = {name: text for name, text in os.environ.items() if name.lower().startswith(FROM_OUTSIDE)}
        outside.pop("PIP_CACHE_DIR", None)
        environment = {"HOME": "/root", **outside, **self._arguments, **image.environment}
        binds = (*_caches(step), *_registry())
        command = ("sh", "-c", step.text)
        _execute(
            Cell(
                root=image.root,
                command=command,
                environment=environment,
                folder=image.folder,
                user=image.ids,
                binds=binds,
            )
        )


def _base(image: Image) -> None:
    """What stands in for the image of Python: the tests' own Python in /usr/local, with a pip.

    ensurepip, the other pip that the real one brings along, lies where it does there.
    """
    new_root(image.root)
    ours = Path(sysconfig.get_path("purelib"))
    pip = [*ours.glob("pip"), *ours.glob("pip-*.dist-info")]
    how = "--without-pip" if pip else "--symlinks"
    command = (str(PYTHON), "-m", "venv", how, "/usr/local")
    _execute(Cell(root=image.root, command=command, environment=image.environment))
    library = next(image.inside("/usr/local/lib").glob("python3.*"))
    for part in pip:  # a copy of ours takes a tenth of the time that ensurepip takes
        shutil.copytree(part, library / "site-packages" / part.name)
    for script in Path(sys.prefix, "bin").glob("pip*") if pip else ():
        text = script.read_text("utf-8").partition("\n")[2]
        (there := image.inside("/usr/local/bin") / script.name).write_text(f"#!/usr/local/bin/python\n{text}", "utf-8")
        there.chmod(0o755)
    (bundled := library / "ensurepip" / "_bundled").mkdir(parents=True)
    (bundled / "pip.whl").touch()


def _execute(cell: Cell) -> None:
    done = subprocess.run(cell.arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(cell.command)}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _exec_form(step: Instruction) -> list[str]:
    """A command that needs no shell: as the first process, a shell would keep the signals to itself."""
    if not step.text.startswith("["):
        raise BuildError(f'{step.keyword} {step.text}: write it as a list, ["…"]')
    return step.words


def _caches(step: Instruction) -> list[Bind]:
    """The mounts of a RUN: caches, each the one that pip has on this machine."""
    binds = []
    for name, text in step.flags:
        options = dict(option.split("=", 1) for option in text.split(","))
        if name != "mount" or options.keys() != {"type", "target"} or options["type"] != "cache":
            raise BuildError(f"nobody here knows --{name}={text}")
        cache = os.environ.get("PIP_CACHE_DIR") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "pip")
        folder = Path(cache).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        binds.append(Bind(str(folder), options["target"], read_only=False))
    return binds


def _registry() -> list[Bind]:
    """What else of this machine leads pip to its registry: its own configuration, and who answers for names."""
    places = (("~/.config/pip", "/root/.config/pip"), ("~/.pip", "/root/.pip"), ("/run/systemd/resolve",) * 2)
    found = ((Path(source).expanduser(), target) for source, target in places)
    return [Bind(str(source), target) for source, target in found if source.is_dir()]


def _copy(source: Path, to: Path) -> None:
    """Copy a file, or what is in a folder, with modes, owners and times, as Docker does."""
    to.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        to.mkdir(exist_ok=True)
        shutil.copystat(source, to)
    subprocess.run(["cp", "-a", f"{source}/." if source.is_dir() else str(source), str(to)], check=True)
