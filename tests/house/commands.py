"""Which commands of the documents does the walk through them not run, and who does instead, or why does nobody?

Everything here is written out: a command that is not listed is run.
"""

import re

TWO_COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/eims-sim serve",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest",
)
"""C1"""

RUN_BY = {
    TWO_COMMANDS[0]: (".ci/run", "readme_line 'eims-sim serve'"),
    TWO_COMMANDS[1]: (".ci/run", "readme_line pytest"),
    "pytest": (".ci/run", "readme_line pytest"),
    "ruff check && ruff format --check": (".ci/run", 'ruff" format --check'),
    "mypy": (".ci/run", '/mypy"'),
    "python -m eims_sim.storage.compile": ("tests/storage/test_compile.py", "render()"),
    "python -m eims_sim.testing.compile": ("tests/testing/test_compiled.py", "render()"),
    "python docs/generate.py": ("tests/house/test_documents.py", "render("),
}
"""Whole commands, the file that runs them or what they do, and where it does so."""

SUITE = re.compile(r"pytest (docs/[\w./-]+)")
"""Examples that are tests: the test command of the project runs them, since pyproject.toml names their folder."""

INSTALL = re.compile(
    r"(python3? -m venv|(\. )?\.venv/bin/|(python3? -m )?pip3? install|npm (i|install|ci)|(sudo )?apt(-get)? install)\b"
)
"""What installs on the reader's machine: it takes a network and minutes. What is needed here .ci/run installs."""

NEEDS_ENGINE = re.compile(r"(sudo )?(docker|docker-compose|podman|kubectl)\b")
"""What needs a container engine, which machines of CI do not have: it is read by a shell, and not run."""

TAKES_MINUTES = re.compile(r"python -m (benchmarks|tests\.fuzz_control|tests\.reliability\.\w+)\b")
"""What measures or searches for minutes: `--help` behind it shows that it is there and understands its options."""

ENGINE_IMPORTS = re.compile(r"^\s*(from|import) .*testcontainers|require\(.testcontainers", re.MULTILINE)
"""Programs that need a container engine: they are parsed, and not run."""
