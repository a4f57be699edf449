"""Someone who tests with the helper (C6): a client of the gateway, and pytest in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.conftest import GOOD, ROOT

UNUSED = tuple(f"-pno:{name}" for name in ("cacheprovider", "schemathesis", "faker", "anyio", "hypothesispytest"))
"""Plugins that happen to be installed here, and have nothing to do with ours."""

Submit = Callable[..., dict[str, Any]]
RunPytest = Callable[..., "subprocess.CompletedProcess[str]"]


def ask(url: str, endpoint: str = "sendsms", **parameters: str) -> dict[str, Any]:
    """A GET of the gateway; its JSON."""
    with urlopen(f"{url}/{endpoint}?{urlencode(parameters)}") as response:
        return json.load(response)


def submit(url: str, **changed: str) -> dict[str, Any]:
    """A good submit as demo, unless it is changed."""
    return ask(url, **(GOOD | changed))


@pytest.fixture
def run_pytest(tmp_path: Path) -> RunPytest:
    """Runs pytest on files with these texts: `run_pytest(*arguments, name="text", …)`, each being `name.py`."""

    def run(*arguments: str, variables: Mapping[str, str] | None = None, **files: str) -> Any:
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text, "utf-8")
        clean = {name: text for name, text in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "--rootdir=.",
                *UNUSED,
                *arguments,
            ],
            cwd=tmp_path,
            env=clean | {"PYTHONPATH": str(ROOT)} | (variables or {}),
            capture_output=True,
            text=True,
            check=False,
        )

    return run
