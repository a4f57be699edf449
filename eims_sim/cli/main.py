"""What happens when someone types `eims-sim`? The commands, and how an error reaches the person who typed."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final, NamedTuple

import click

from .. import __version__
from ..errors import AccessError, ConfigurationError, EimsSimError
from .groups import NearestGroup

PROGRAM = "eims-sim"


class Entry(NamedTuple):
    """A command that is imported when it is used: what it does in a line, and the module that has it by its name."""

    help: str
    module: str


COMMANDS: Final[Mapping[str, Entry]] = {
    "serve": Entry("Run the gateway until SIGTERM or SIGINT.", "serve"),
    "check": Entry("Validate the configuration FILE.", "check"),
    "tour": Entry("Walk through every status and every report code, explained.", "tour.command"),
    "healthcheck": Entry("Exit with 0 once the gateway is up, else with 1.", "healthcheck"),
    "send": Entry("Send CONTENT to numbers, as a client of the gateway would.", "send"),
    "receive": Entry("Let CONTENT arrive from a phone: getsms returns it.", "receive"),
    "generate": Entry("Let made-up inbound messages arrive at an account.", "generate"),
    "messages": Entry("Show the messages to phones, the newest last.", "messages"),
    "requests": Entry("Show the requests of clients and what was wrong with them.", "requests"),
    "pushes": Entry("Show the pushes of delivery reports, the newest last.", "pushes"),
    "otp": Entry("Print the code in the newest message to NUMBER that holds one.", "otp"),
    "coverage": Entry("Show which codes of the gateway clients have met, which never.", "coverage"),
    "findings": Entry("Show what clients did wrong, with counts and an example each.", "findings"),
    "accounts": Entry("List, add, change or remove accounts.", "accounts"),
    "rules": Entry("List, add or remove rules, which decide how messages end.", "rules"),
    "faults": Entry("List, add or remove faults, which spoil requests on purpose.", "faults"),
    "clock": Entry("Show the gateway's clock, or freeze, scale or advance it.", "clock"),
    "reset": Entry("Begin anew, as after a start with the file last loaded.", "reset"),
    "state": Entry("Export everything a server knows to a file, or import it.", "state"),
    "bench": Entry("Drive a gateway with load and tell how fast it is.", "bench"),
}
"""In the order in which the help shows them: what runs, what sends, what shows, what decides."""


class Commands(NearestGroup):
    """A group that imports a command when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(import_module(f".{entry.module}", __package__), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in the help, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message=f"{PROGRAM} %(version)s")
def main() -> None:
    """The simulator of the EIMS SMS gateway: build and test against it instead of the real one."""


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 fine, 1 the operation failed, 2 wrong usage or configuration (C2)."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a Chinese name on a Western console is no reason to stop
    sys.exit(_outcome(arguments))


def _outcome(arguments: Sequence[str] | None) -> int:
    color = False if os.environ.get("NO_COLOR") else None
    try:
        code = main.main(arguments, PROGRAM, standalone_mode=False, color=color)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.UsageError as error:
        return _fail(_with_hint(error), error.exit_code, color)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code, color)
    except click.Abort:
        return _fail("stopped.", 1, color)
    except ConfigurationError as error:
        click.echo("\n".join(error.problems), err=True)
        return 2
    except AccessError as error:
        return _fail(f"{error}.", 2, color)
    except EimsSimError as error:
        return _fail(str(error), 1, color)
    except Exception as error:  # noqa: BLE001  whatever it is: nobody should have to read a stack trace
        return _fail(_unexpected(error), 1, color)
    return code if isinstance(code, int) else 0


def _fail(message: str, code: int, color: bool | None) -> int:
    click.echo(f"{click.style('Error:', fg='red')} {message}", err=True, color=color)
    return code


def _with_hint(error: click.UsageError) -> str:
    message = error.format_message()
    ending = "" if message.endswith((".", "?", ")")) else "."
    path = error.ctx.command_path if error.ctx else PROGRAM
    return f"{message}{ending} '{path} --help' shows what is possible."


def _unexpected(error: Exception) -> str:
    import logging

    logging.getLogger("eims_sim").debug("unexpected", exc_info=error)
    return (
        f"unexpected {type(error).__name__}: {error}. Please report it; 'serve --log-level debug' logs where it arose."
    )
