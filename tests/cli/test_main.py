"""The command line as a whole: help, versions, errors, colour (C2)."""

import io
import json
import logging
import subprocess
import sys
from dataclasses import fields

import click
import pytest

from docs.generate import commands
from eims_sim import __version__
from eims_sim.cli.logs import JsonFormatter
from eims_sim.cli.main import COMMANDS, main, run
from eims_sim.domain.settings import ServerSettings

HEAVY = {"aiohttp", "asyncio", "pydantic", "sqlalchemy", "re2"}


def test_the_version_is_told(command):
    result = command("--version")

    assert (result.returncode, result.stdout) == (0, f"eims-sim {__version__}\n")


NOWHERE = ["--url", "http://127.0.0.1:1"]
SIGNED = ["--account", "a", "--password", "p", "--key", "k", "--to", "1", "Hello"]


@pytest.fixture
def imported(environment):
    """The modules that a command line has imported at its end."""

    def run_and_look(arguments):
        program = f"""
import sys
from eims_sim.cli.main import run
try:
    run({arguments})
finally:
    print("\\n", *sys.modules, file=sys.stderr)
"""
        line = [sys.executable, "-c", program]
        result = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
        return set(result.stderr.splitlines()[-1].split())

    return run_and_look


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["serve", "--help"], ["healthcheck", "--help"]])
def test_help_and_version_load_nothing_heavy(imported, arguments):
    modules = imported(arguments)

    assert "eims_sim.cli.main" in modules
    assert HEAVY.isdisjoint(modules)


@pytest.mark.parametrize("arguments", [["messages", *NOWHERE], ["send", *SIGNED, *NOWHERE], ["clock", *NOWHERE]])
def test_a_command_that_calls_a_server_loads_no_server(imported, arguments):
    modules = imported(arguments)

    assert "eims_sim.client.control" in modules
    assert (HEAVY - {"asyncio"}).isdisjoint(modules)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_help_is_what_the_command_says_itself(name):
    command = main.get_command(click.Context(main), name)

    assert command is not None
    assert command.name == name
    assert COMMANDS[name].help == command.get_short_help_str(limit=100)


def test_the_help_shows_every_command_on_a_line_of_its_own(command):
    lines = command("--help").stdout.partition("Commands:\n")[2].splitlines()

    assert [line.split()[0] for line in lines] == [*COMMANDS]


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


def test_no_variable_of_a_command_is_a_key_of_the_server():
    """C2, C3: a container may hold both; the token is the same for either, and so is the seed of generated data"""
    keys = {f"EIMS_SIM_{one.name.upper()}" for one in fields(ServerSettings)} - {
        "EIMS_SIM_ADMIN_TOKEN",
        "EIMS_SIM_SEED",
    }

    taken = {
        (name, variable)
        for name, command in commands()
        for option in command.get_params(click.Context(command))
        for variable in ([option.envvar] if isinstance(option.envvar, str) else option.envvar or [])
        if name != "serve" and variable in keys
    }

    assert taken == set()


def test_every_option_has_a_variable():
    """C2"""
    without = {
        (name, option.name)
        for name, command in commands()
        for option in command.get_params(click.Context(command, help_option_names=[]))
        if isinstance(option, click.Option) and not option.envvar
    }

    assert without == set()
