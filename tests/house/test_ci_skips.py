"""In CI a skip is a failure, elsewhere it is not (C1)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SKIPS = {
    "test": "import pytest\ndef test_it():\n    pytest.skip('no browser')\n",
    "mark": "import pytest\n@pytest.mark.skipif(True, reason='no browser')\ndef test_it():\n    pass\n",
    "module": "import pytest\npytest.skip('no browser', allow_module_level=True)\ndef test_it():\n    pass\n",
}
XFAIL = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_it():\n    assert False\n"


def run(folder: Path, source: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest with the plugin on one file."""
    (folder / "test_it.py").write_text(source, "utf-8")
    clean = {name: text for name, text in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.ci_skips", "-p", "no:cacheprovider", "--rootdir=.", "test_it.py"],
        cwd=folder,
        env=clean | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS)
def test_a_skip_fails_in_ci_and_says_why(source, tmp_path):
    """C1"""
    done = run(tmp_path, source, CI="true")

    assert done.returncode != 0
    assert "in CI a skip is a failure: " in done.stdout
    assert "no browser" in done.stdout


def test_a_skip_is_a_skip_elsewhere(tmp_path):
    """C1"""
    done = run(tmp_path, SKIPS["test"])

    assert done.returncode == 0
    assert "1 skipped" in done.stdout


def test_an_expected_failure_is_no_skip(tmp_path):
    """C1"""
    done = run(tmp_path, XFAIL, CI="true")

    assert done.returncode == 0
