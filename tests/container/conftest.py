"""The image, built once for the tests of one file, and a network for its containers."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.container.cells import trouble
from tests.container.containers import Network
from tests.container.images import Builder, Image

ROOT = Path(__file__).parents[2]
BUILT = {"VERSION": "1.2.3", "REVISION": "abcdef0", "CREATED": "2026-01-01T00:00:00Z"}


def program(name: str) -> str:
    """Where a program of the extra `test` lies; skips without it."""
    beside = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    found = shutil.which(name, path=beside)
    if found is None:
        pytest.skip(f"{name} is not there: pip install -e '.[test]'")
    return found


def pinned(name: str) -> dict[str, str]:
    """Name and version of every pin."""
    pins = [pin.partition("==") for pin, _ in hashed(name)]
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, _, version in pins}


def hashed(name: str) -> list[tuple[str, list[str]]]:
    """Every pin with its options: a backslash makes one line of several, as pip has it."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
    return [(pin, options) for pin, *options in (line.split() for line in text.replace("\\\n", "").splitlines())]


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """What the Dockerfile builds, its steps really executed."""
    if why := trouble():
        pytest.skip(why)
    work = tmp_path_factory.mktemp("image")
    return Builder(ROOT, work, BUILT).build(ROOT / "Dockerfile")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """A network of its own for the containers of a test."""
    with Network(tmp_path) as one:
        yield one


@pytest.fixture(scope="session")
def services() -> dict[str, dict[str, Any]]:
    """The services as Docker Compose understands them."""
    done = subprocess.run(
        [program("docker-compose"), "--file", "docker-compose.yml", "config", "--format", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["services"]
    return found
