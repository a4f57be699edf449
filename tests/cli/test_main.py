"""The command line as a whole: help, versions, errors, colour (C2)."""

import io
import json
import logging
import subprocess
import sys

import click
import pytest

from eims_sim import __version__
from eims_sim.cli.logs import JsonFormatter
from eims_sim.cli.main import COMMANDS, main, run

HEAVY = {"aiohttp", "asyncio", "pydantic", "sqlalchemy", "re2"}


def test_the_version_is_told(command):
    result = command("--version")

    assert (result.returncode, result.stdout) == (0, f"eims-sim {__version__}\n")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["serve", "--help"], ["healthcheck", "--help"]])
def test_help_and_version_load_nothing_heavy(environment, arguments):
    program = f"""
import sys
from eims_sim.cli.main import run
try:
    run({arguments})
finally:
    print(*sys.modules, file=sys.stderr)
"""

    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )

    assert HEAVY.isdisjoint(result.stderr.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_help_is_what_the_command_says_itself(name):
    command = main.get_command(click.Context(main), name)

    assert command is not None
    assert command.name == name
    assert COMMANDS[name].help == command.get_short_help_str(limit=100)


def test_the_help_shows_every_command(command):
    shown = command("--help").stdout

    assert [line.split()[0] for line in shown.partition("Commands:\n")[2].splitlines() if line[2:3] != " "] == [
        *COMMANDS
    ]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("serv", "There is no command 'serv'; the nearest one is 'serve'."),
        ("dance", f"There is no command 'dance'; known are {', '.join(sorted(COMMANDS))}."),
    ],
)
def test_a_wrong_command_is_answered_with_the_nearest(command, typed, told):
    result = command(typed)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"Error: {told} 'eims-sim --help' shows what is possible.\n"


def test_without_a_command_the_help_is_shown_as_wrong_usage(command):
    result = command()

    assert result.returncode == 2
    assert "Commands:" in result.stderr


class Terminal(io.StringIO):
    """A place to write to that takes colour."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("target", "no_color", "start"),
    [(Terminal, "", "\x1b[31mError:\x1b[0m "), (Terminal, "1", "Error: "), (io.StringIO, "", "Error: ")],
    ids=["terminal", "NO_COLOR", "pipe"],
)
def test_colour_is_for_terminals_where_nobody_forbids_it(monkeypatch, target, no_color, start):
    stderr = target()
    monkeypatch.setattr("sys.stderr", stderr)
    monkeypatch.setenv("NO_COLOR", no_color)

    with pytest.raises(SystemExit):
        run(["dance"])

    assert stderr.getvalue().startswith(start)


def test_a_log_line_in_json_is_one_object():
    record = logging.LogRecord("eims_sim", logging.WARNING, __file__, 1, "two\nlines of %s", ("é",), None)
    record.created = 1_767_225_600.25

    line = JsonFormatter().format(record)

    assert "\n" not in line
    assert json.loads(line) == {
        "at": "2026-01-01T00:00:00.250+00:00",
        "level": "warning",
        "logger": "eims_sim",
        "message": "two\nlines of é",
    }
