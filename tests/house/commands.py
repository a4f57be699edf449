"""Which commands of the documents does the walk through them not run, and who does instead, or why does nobody?

Everything here is written out: a command that is not listed is run.
"""

import re

RUN_BY = {
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/eims-sim serve": ".ci/run",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest": ".ci/run",
    "pytest": ".ci/run",
    "ruff check && ruff format --check": ".ci/run",
    "mypy": ".ci/run",
    "python -m eims_sim.storage.compile": "tests/storage/test_compile.py",
    "python -m eims_sim.testing.compile": "tests/testing/test_compiled.py",
    "python docs/generate.py": "tests/house/test_documents.py",
}
"""Whole commands, and the file that runs them or what they do."""

SUITE = re.compile(r"pytest (docs/[\w./-]+)")
"""Examples that are tests: the test command of the project runs them, since pyproject.toml names their folder."""

INSTALL = re.compile(
    r"(python3? -m venv|(\. )?\.venv/bin/|(python3? -m )?pip3? install|npm (i|install|ci)|(sudo )?apt(-get)? install)\b"
)
"""What installs on the reader's machine: it takes a network and minutes. What is needed here .ci/run installs."""

NEEDS_ENGINE = re.compile(r"(sudo )?(docker|docker-compose|podman|kubectl)\b")
"""What needs a container engine, which machines of CI do not have: it is read by a shell, and not run."""

TAKES_MINUTES = re.compile(r"python -m (benchmarks|tests\.fuzz_control)\b")
"""What measures or searches for minutes: `--help` behind it shows that it is there and understands its options."""

ENGINE_IMPORTS = re.compile(r"^\s*(from|import) .*testcontainers|require\(.testcontainers", re.MULTILINE)
"""Programs that need a container engine: they are parsed, and not run."""
