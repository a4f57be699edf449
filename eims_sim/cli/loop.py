"""Which event loop runs a command? uvloop's when it is installed: an extra, and not to be had on Windows."""

from collections.abc import Callable, Coroutine
from importlib import import_module


def run(main: Coroutine[object, object, object]) -> None:
    """Run to the end."""
    runner: Callable[[Coroutine[object, object, object]], object]
    try:
        runner = import_module("uvloop").run
    except ImportError:
        from asyncio import run as runner
    runner(main)
