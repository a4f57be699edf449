"""docker-compose.yml is one that Docker Compose takes, and its parts do together what it says."""

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.container.cells import Bind
from tests.container.containers import Container, Network, new_volume, running
from tests.container.images import Image
from tests.container.test_dockerfile import ROOT, program


@pytest.fixture(scope="module")
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
        binds = [Bind(self._source(one), one["target"], one.get("read_only", False)) for one in service["volumes"]]
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


def test_every_service_is_closed_as_far_as_it_can_be(services):
    """C2: no privileges, nothing to write to but what is named, no port for others than this machine"""
    for service in services.values():
        assert service["image"] == "eims-sim"
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert {port["host_ip"] for service in services.values() for port in service.get("ports", ())} == {"127.0.0.1"}


def test_the_health_of_the_simulator_is_the_images(services):
    """C2: the others have none, for they serve nothing on that port"""
    assert "healthcheck" not in services["simulator"]
    assert services["sender"]["depends_on"]["simulator"]["condition"] == "service_healthy"


def test_the_reports_of_what_is_sent_reach_the_receiver(services, image, tmp_path):
    """P8: as `docker compose up` shows it"""
    with Network(tmp_path, list(services)) as network:
        project = Project({name: {"volumes": []} | one for name, one in services.items()}, image, network, tmp_path)
        receiver, simulator = project.start("receiver"), project.start("simulator")
        receiver.line("waiting for reports")
        healthy = simulator.execute(*image.healthcheck.exec_command[:2], "--wait").returncode
        sent = project.start("sender").wait()
        reported = json.loads(receiver.line("{"))["array"]
        ended = [receiver.stop(5), simulator.stop(5)]
        project.stop()

    assert (healthy, sent, ended) == (0, 0, [0, 0])
    assert [(number, code) for _, number, _, code, _ in reported] == [
        ("13800138000", 0),
        ("13800138007", 1003),
        ("13800001011", 1011),
    ]
