"""The plugin of pytest (C6), loaded in every run where eims-sim is installed: it imports nothing until it is used."""

from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from .awaited.simulator import AsyncSimulator
    from .blocking.simulator import Simulator
    from .met import Met

_OPTION: Final = "--eims-coverage"
_OUTPUT: Final = "eims_sim_met"
"""Where a worker of pytest-xdist puts the codes that its server's clients have met."""

_USED: "Final[pytest.StashKey[Simulator]]" = pytest.StashKey()
"""The simulator that a test uses."""

_MET: "Final[pytest.StashKey[list[Met]]]" = pytest.StashKey()
"""The codes that clients have met, of each server of the run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("eims-sim", "the simulator of the EIMS SMS gateway")
    group.addoption(
        _OPTION,
        action="store_true",
        dest="eims_coverage",
        help="End with the table of the gateway's statuses and report codes, those met and those never met.",
    )


@pytest.fixture(scope="session")
def eims_settings() -> Mapping[str, Any]:
    """The keywords of `Simulator` for the run's server: override it in conftest.py."""
    return {}


@pytest.fixture(scope="session")
def eims_server(eims_settings: Mapping[str, Any], pytestconfig: pytest.Config) -> "Iterator[Simulator]":
    """The run's server, started when a test asks for the first time. Tests ask for `eims`, which is reset before."""
    from .blocking.simulator import Simulator

    with Simulator(**eims_settings) as simulator:
        yield simulator
        if pytestconfig.getoption("eims_coverage"):
            _keep_met(pytestconfig, simulator)


@pytest.fixture
def eims(eims_server: "Simulator", request: pytest.FixtureRequest) -> "Simulator":
    """A simulator of the EIMS gateway, as after a fresh start: `eims.url` is where the gateway is."""
    eims_server.reset()
    request.node.stash[_USED] = eims_server
    return eims_server


@pytest.fixture
def eims_async(eims: "Simulator") -> "AsyncSimulator":
    """The same simulator as `eims`; its calls are awaited."""
    from .awaited.simulator import AsyncSimulator

    return AsyncSimulator(url=eims.url, admin_token=eims.admin_token)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails shows what its clients asked, and why they were refused."""
    report = yield
    if report.failed and _USED in item.stash:
        from .journal import journal_section

        report.sections.append(journal_section(item.stash[_USED]))
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended: what its clients met joins the one table."""
    output = getattr(node, "workeroutput", {})
    if _OUTPUT in output:
        from .met import Met

        node.config.stash.setdefault(_MET, []).append(Met.of(output[_OUTPUT]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of codes."""
    if config.getoption("eims_coverage"):
        from .met import show_met

        servers = config.stash.get(_MET, [])
        show_met(terminalreporter, servers)


def _keep_met(config: pytest.Config, simulator: "Simulator") -> None:
    from .met import Met

    answered = simulator.control("GET", "coverage")
    if hasattr(config, "workeroutput"):
        config.workeroutput[_OUTPUT] = answered
    else:
        config.stash.setdefault(_MET, []).append(Met.of(answered))
