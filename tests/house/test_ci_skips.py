"""In CI a skip is a failure, elsewhere it is not (C1)."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SOURCES = {
    "skips": "import pytest\ndef test_it():\n    pytest.skip('no browser')\n",
    "marked": "import pytest\n@pytest.mark.skipif(True, reason='no browser')\ndef test_it():\n    pass\n",
    "module": "import pytest\npytest.skip('no browser', allow_module_level=True)\ndef test_it():\n    pass\n",
    "missing": "import pytest\nbrowser = pytest.importorskip('no_such_driver', reason='no browser')\n"
    "def test_it():\n    pass\n",
    "fixture": "import pytest\n@pytest.fixture(scope='module')\ndef browser():\n    pytest.skip('no browser')\n"
    "def test_it(browser):\n    pass\n",
    "expected": "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_it():\n    assert False\n",
}
"""What a file that is tested holds: every way to skip, and an expected failure."""

SKIPS = [name for name in SOURCES if name != "expected"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs pytest with the plugin on all of them."""
    folder = tmp_path_factory.mktemp("skips")
    for name, source in SOURCES.items():
        (folder / f"test_{name}.py").write_text(source, "utf-8")
    clean = {name: text for name, text in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}

    def begin(**variables: str) -> "subprocess.CompletedProcess[str]":
        unused = ("cacheprovider", "schemathesis", "faker", "anyio", "hypothesispytest", "xdist", "eims_sim")
        plugins = ["-p", "tests.ci_skips", *(f"-pno:{name}" for name in unused)]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *plugins, "--rootdir=.", "-rA", "--continue-on-collection-errors"],
            cwd=folder,
            env=clean | {"PYTHONPATH": str(ROOT)} | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return begin


@pytest.fixture(scope="module")
def in_ci(run) -> "subprocess.CompletedProcess[str]":
    """What came of it in CI."""
    return run(CI="true")


@pytest.mark.parametrize("name", SKIPS)
def test_a_skip_fails_in_ci_and_says_why(in_ci, name):
    """C1: a test, a mark, a module, a package that is missing, a fixture"""
    assert in_ci.returncode != 0
    assert re.search(rf"test_{name}\.py\S*: in CI a skip is a failure: .*no browser", in_ci.stdout)
    assert re.search(rf"^(FAILED|ERROR) test_{name}\.py", in_ci.stdout, re.MULTILINE)
    assert "skipped" not in in_ci.stdout.splitlines()[-1]


def test_an_expected_failure_is_no_skip(in_ci):
    """C1"""
    assert re.search(r"^XFAIL test_expected\.py", in_ci.stdout, re.MULTILINE)


def test_a_skip_is_a_skip_elsewhere(run):
    """C1"""
    done = run()

    assert done.returncode == 0
    assert f"{len(SKIPS)} skipped, 1 xfailed" in done.stdout
