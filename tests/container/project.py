"""`docker compose up` without Docker (see cells.py)."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.container.cells import Bind
from tests.container.containers import Container, Network, new_volume, running
from tests.container.images import Image


class Project:
    """What `docker compose up` would start, one by one."""

    def __init__(self, services: dict[str, dict[str, Any]], image: Image, network: Network, folder: Path) -> None:
        self._services = services
        self._image = image
        self._network = network
        self._folder = folder
        self._left = ExitStack()

    def start(self, name: str) -> Container:
        """Start a service; what it depends on must run already."""
        service = self._services[name]
        binds = [
            Bind(self._source(one), one["target"], one.get("read_only", False)) for one in service.get("volumes", ())
        ]
        container = running(
            self._image,
            self._network,
            *(service["command"] or ()),
            entrypoint=service["entrypoint"],
            binds=binds,
            tmpfs=service.get("tmpfs", ()),
            read_only=service["read_only"],
            **service.get("environment", {}),
        )
        return self._left.enter_context(container)

    def stop(self) -> None:
        """End whatever runs."""
        self._left.close()

    def _source(self, volume: dict[str, Any]) -> str:
        if volume["type"] == "bind":
            return str(volume["source"])
        folder = self._folder / volume["source"]
        return str(folder if folder.exists() else new_volume(self._image, folder))
