"""Who takes the pushes of reports? A customer's server of this process, on a thread of its own."""

from collections import deque
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Final, NamedTuple

from .address import bracketed

PATH: Final = "/reports"
"""Where on the server they are to be PUT: any other path is taken as well."""

LONGEST_BODY: Final = 1 << 20

_POLL_SECONDS: Final = 0.02
"""How soon it is seen that it shall stop."""


class Put(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    content_type: str | None
    body: bytes


class CallbackServer:
    """Takes whatever is PUT to it and answers 200, unless it was told to answer otherwise."""

    def __init__(self, host: str, port: int = 0) -> None:
        """Listen from now on. Raises OSError where that cannot be."""
        self._puts: list[Put] = []
        self._answers: deque[int] = deque()
        self._changed = Condition()
        self._listeners: list[Callable[[], None]] = []
        self._server = ThreadingHTTPServer((host, port), _handler(self._take))
        self.url = f"http://{bracketed(host)}:{self._server.server_port}{PATH}"
        self._thread = Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="eims-sim-receiver", daemon=True
        )
        self._thread.start()

    @property
    def puts(self) -> list[Put]:
        """Everything that has come, in the order of arrival."""
        with self._changed:
            return list(self._puts)

    def answer(self, http_status: int, times: int = 1) -> None:
        """Answer the next requests with this HTTP status; then it is 200 again."""
        with self._changed:
            self._answers.extend([http_status] * times)

    def wait(self, satisfied: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds of what has come; whether it did in time."""
        with self._changed:
            return self._changed.wait_for(satisfied, seconds)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have something called, on a thread of the server, after each request; what is returned ends that."""
        with self._changed:
            self._listeners.append(listener)
        return partial(self._forget, listener)

    def close(self) -> None:
        """Take nothing any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _forget(self, listener: Callable[[], None]) -> None:
        with self._changed:
            self._listeners.remove(listener)

    def _take(self, put: Put) -> int:
        """Keep a request; the HTTP status to answer it with."""
        with self._changed:
            self._puts.append(put)
            self._changed.notify_all()
            for listener in self._listeners:
                listener()
            return self._answers.popleft() if self._answers else 200


def _handler(take: Callable[[Put], int]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:  # the name that http.server calls
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(length, LONGEST_BODY))
            self.send_response(take(Put(self.command, self.path, self.headers.get("Content-Type"), body)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: whoever asked for the server sees what came."""

    return Handler
