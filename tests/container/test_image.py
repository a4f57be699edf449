"""The Dockerfile's steps, executed, and what they came to: small, closed, and running as C2 has it."""

import json
import os
import re
import signal
from importlib.metadata import PathDistribution
from itertools import chain
from pathlib import Path

import pytest

from tests.container.cells import Bind
from tests.container.conftest import BUILT, pinned
from tests.container.containers import Network, new_volume, running
from tests.container.images import Image
from tests.container.project import Project

STOP_SECONDS = 5
OF_BUILDERS = re.compile(
    r"(pip|ensurepip|setuptools|_distutils_hack|wheel|hatchling|cython|gcc|cc|c\+\+|g\+\+|ld)[\d.]*(-\S+\.dist-info)?"
)
LOGIN = ("--account", "demo", "--password", "demo123")


def installed(image: Image) -> dict[str, str]:
    """Name and version of everything in the image's environment."""
    folder = next(image.inside("/opt/eims-sim/lib").glob("python3.*/site-packages"))
    found = [PathDistribution(path) for path in folder.glob("*.dist-info")]
    return {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(): one.version for one in found}


def files(root: Path) -> dict[Path, tuple[int, int]]:
    """Every file of a folder, with size and time."""
    return {path: (path.lstat().st_size, path.lstat().st_mtime_ns) for path in root.rglob("*") if not path.is_dir()}


def test_nothing_that_installs_or_compiles_is_left(image: Image):
    """C2: neither in the environment nor in the Python that it came with"""
    everything = chain(image.inside("/opt").rglob("*"), image.inside("/usr/local").rglob("*"))

    assert [path for path in everything if OF_BUILDERS.fullmatch(path.name)] == []


def test_the_environment_holds_exactly_what_is_pinned(image: Image):
    """C2: a build of tomorrow is the build of today"""
    held = installed(image)

    assert held.pop("eims-sim")
    assert held == pinned(".ci/image.txt")


def test_everything_is_compiled_before_it_starts(image: Image):
    """C2: in a form that asks for no source's time, so that a copy that changes the times costs no start"""
    sources = list(image.inside("/opt/eims-sim/lib").rglob("*.py"))
    compiled = {path: list((path.parent / "__pycache__").glob(f"{path.stem}.cpython-*.pyc")) for path in sources}
    unchecked = (1).to_bytes(4, "little")

    assert len(sources) > 100
    assert [path for path, found in compiled.items() if not found] == []
    assert {found[0].read_bytes()[4:8] for found in compiled.values()} == {unchecked}


def test_nobody_who_runs_in_it_may_change_it(image: Image):
    """C2: only /data is not root's"""
    everything = [image.inside("/opt"), *image.inside("/opt").rglob("*")]
    own = [path for path in everything if not path.is_symlink() and (path.stat().st_uid or path.stat().st_mode & 0o022)]

    assert own == []
    assert min(image.ids) > 999


def test_the_labels_say_what_was_built(image: Image):
    """C2: the arguments of the build"""
    said = {name.rpartition(".")[2].upper(): text for name, text in image.labels.items()}

    assert {name: said[name] for name in BUILT} == BUILT
    assert said["LICENSES"] == "Apache-2.0"


def test_it_serves_with_a_root_that_is_read_only_and_keeps_its_data(image: Image, network: Network, tmp_path: Path):
    """C2: as the image's own user; what was sent is there after a restart; exit 0 within 5 s of the signal"""
    kept = Bind(str(new_volume(image, tmp_path / "data")), "/data", read_only=False)
    token = {"EIMS_SIM_ADMIN_TOKEN": "sesame"}
    with running(image, network, binds=[kept], read_only=True, **token) as first:
        ready = first.line("ready ")
        sent = first.execute("eims-sim", "send", *LOGIN, "--to", "13800138000", "Your code is 4711")
        healthy = first.execute(*image.healthcheck.exec_command)
        user = first.execute("id", "-u").stdout.strip()
        refused = first.execute("sh", "-c", "touch /opt/eims-sim/x || touch /x || touch /tmp/x || touch /usr/local/x")
        ended = first.stop(STOP_SECONDS)

    with running(image, network, binds=[kept], read_only=True, **token) as second:
        second.line("ready ")
        code = second.execute("eims-sim", "otp", "13800138000")
        stopped = second.stop(STOP_SECONDS)

    assert ready == f"ready http://0.0.0.0:{image.ports[0]}"
    assert (sent.returncode, healthy.returncode, user, refused.returncode) == (0, 0, str(image.ids[0]), 1), sent.stderr
    assert (code.stdout, ended, stopped) == ("4711\n", 0, 0)
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"eims-sim.db", "eims-sim.db.lock"}


def test_it_writes_nothing_beside_its_data(image: Image, network: Network):
    """C2: where it could, it does not"""
    before = files(image.root)

    with running(image, network) as container:
        container.line("ready ")
        container.execute("eims-sim", "send", *LOGIN, "--to", "13800138000", "Hello")
        container.stop(STOP_SECONDS)

    assert files(image.root) == before


def test_the_health_check_fails_where_nothing_runs(image: Image, network: Network):
    """C2"""
    program, *arguments = image.healthcheck.exec_command

    with running(image, network, *arguments, entrypoint=[program]) as container:
        assert container.wait() == 1


def test_it_needs_no_disk_for_a_run_of_tests(image: Image, network: Network):
    """C2: :memory: with a tmpfs as the only place to write, whoever runs it"""
    with running(image, network, read_only=True, tmpfs=["/tmp", "/data"], EIMS_SIM_DATABASE=":memory:") as container:  # noqa: S108
        said = container.line("ready ")
        shown = container.execute("ls", "/tmp", "/data").stdout  # noqa: S108
        ended = container.stop(STOP_SECONDS)

    assert said
    assert "eims-sim-" in shown.partition("/tmp:")[2]  # noqa: S108
    assert ended == 0


def test_a_token_is_made_for_whoever_names_none(image: Image, network: Network):
    """C3: the container listens for everybody; its first lines say how to get in, and that diagnosis tells a lot"""
    with running(image, network) as container:
        container.line("ready ")
        (line,) = [line for line in container.lines if line.startswith("export EIMS_SIM_ADMIN_TOKEN=")]
        without = container.execute("eims-sim", "messages")
        entered = container.execute("env", line.removeprefix("export "), "eims-sim", "messages", "--json")

    assert without.returncode == 1
    assert json.loads(entered.stdout) == []
    assert [line for line in container.lines if line.startswith("# warning") and "diagnosis_headers" in line]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_the_first_process_is_the_server_itself(image: Image, network: Network, number: signal.Signals):
    """C2: no shell stands between it and a signal"""
    with running(image, network) as container:
        container.line("ready ")
        program = Path(f"/proc/{container.first}/cmdline").read_bytes().split(b"\0")
        os.kill(container.first, number)
        ended = container.wait(STOP_SECONDS)

    assert program[1:3] == [b"/opt/eims-sim/bin/eims-sim", b"serve"]
    assert ended == 0


def test_the_reports_of_what_is_sent_reach_the_receiver(services, image, tmp_path):
    """P8: as `docker compose up` shows it"""
    with Network(tmp_path, list(services)) as network:
        project = Project(services, image, network, tmp_path)
        receiver, simulator = project.start("receiver"), project.start("simulator")
        receiver.line("waiting for reports")
        simulator.line("ready")
        healthy = simulator.execute(*image.healthcheck.exec_command[:2], "--wait").returncode
        sent = project.start("sender").wait()
        assert (healthy, sent) == (0, 0)
        reported = json.loads(receiver.line("{"))["array"]
        ended = [receiver.stop(5), simulator.stop(5)]
        project.stop()

    assert ended == [0, 0]
    assert [(number, code) for _, number, _, code, _ in reported] == [
        ("13800138000", 0),
        ("13800138007", 1003),
        ("13800001011", 1011),
    ]
