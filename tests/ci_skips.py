"""In CI a skip is a failure (C1): what a machine cannot run there, nobody would notice for months.

A plugin of pytest, loaded by tests/conftest.py. It does nothing where the variable CI is not set.
"""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge what came of a test."""
    return _judge((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge what came of a module."""
    return _judge((yield))


def _judge(report: Report) -> Report:
    """The report, a failed one where it was skipped; an expected failure is none of our business."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: in CI a skip is a failure: {why}"
    return report
