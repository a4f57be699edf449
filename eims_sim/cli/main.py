"""What happens when someone types `eims-sim`? The commands, and how an error reaches the person who typed."""

import os
import sys
from collections.abc import Sequence

import click

from .. import __version__
from ..errors import ConfigurationError, EimsSimError
from .check import check
from .healthcheck import healthcheck
from .serve import serve

PROGRAM = "eims-sim"


class Commands(click.Group):
    """A group that answers a wrong command name with the nearest right one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name. Raises UsageError when there is none."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            raise click.UsageError(self._unknown(name), ctx)
        return super().resolve_command(ctx, args)

    def _unknown(self, name: str) -> str:
        from difflib import get_close_matches

        close = get_close_matches(name, self.commands, n=1)
        known = f"the nearest one is '{close[0]}'" if close else f"known are {', '.join(sorted(self.commands))}"
        return f"There is no command '{name}'; {known}."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message=f"{PROGRAM} %(version)s")
def main() -> None:
    """The simulator of the EIMS SMS gateway: build and test against it instead of the real one."""


for command in (serve, check, healthcheck):
    main.add_command(command)


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
