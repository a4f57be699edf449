"""How does a test get a server of its own (C6)? In this process, on a thread of its own, on a free port, in memory."""

import asyncio
import atexit
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from ..client.address import client_url

if TYPE_CHECKING:
    from ..config import Config
    from ..server import Started

_AT_HOME: Final[Mapping[str, object]] = {"port": 0, "database": ":memory:"}
"""What stands above a file, unless a test says otherwise: tests run beside each other, and keep nothing."""


class Place(NamedTuple):
    """Where a server is reached from here, and the token that it asks for."""

    url: str
    token: str


class OwnServer:
    """One server. Whatever the environment says does not concern it."""

    def __init__(self, config: str | Path | None, settings: Mapping[str, object]) -> None:
        self._config = config
        self._settings = {**_AT_HOME, **settings}
        self._thread: Thread | None = None
        self._ask: Callable[[], object] = lambda: None

    def start(self) -> Place:
        """Serve from now on; where, and with which token. Raises ConfigurationError and StartError; then nothing runs.

        Everything that a server needs is imported now: who drives one elsewhere, or none, does not pay for it.
        """
        if self._thread is not None:
            raise RuntimeError("this simulator runs already")
        from ..config import load_with_keywords

        load = partial(load_with_keywords, self._config, self._settings)
        config = load()
        started: Future[Started] = Future()
        self._thread = Thread(target=self._run, args=(config, load, started), name="eims-sim", daemon=True)
        self._thread.start()
        try:
            told = started.result()
        except Exception:
            self._thread.join()
            self._thread = None
            raise
        atexit.register(self.stop)  # a script that forgets to leaves no temporary file behind
        server = config.server
        token = "" if server.admin_open else told.admin_token or server.admin_token
        return Place(client_url(server.host, urlsplit(told.url).port or 0, tls=False), token)

    def stop(self) -> None:
        """Finish what was accepted and keep nothing. Does nothing twice."""
        if self._thread is not None:
            self._ask()
            self._thread.join()
            self._thread = None
            atexit.unregister(self.stop)

    def _run(self, config: "Config", load: "partial[Config]", started: "Future[Started]") -> None:
        try:
            asyncio.run(self._serve(config, load, started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _serve(self, config: "Config", load: "partial[Config]", started: "Future[Started]") -> None:
        from ..server import Server

        asked = asyncio.Event()
        self._ask = partial(asyncio.get_running_loop().call_soon_threadsafe, asked.set)
        server = Server(config, reload=load)
        told = await server.start()
        try:
            started.set_result(told)
            await asked.wait()
        finally:
            await server.stop()
