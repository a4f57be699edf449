"""The image, built once, and a network for its containers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.cells import trouble
from tests.container.containers import Network
from tests.container.images import Builder, Image

ROOT = Path(__file__).parents[2]
BUILT = {"VERSION": "1.2.3", "REVISION": "abcdef0", "CREATED": "2026-01-01T00:00:00Z"}


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
